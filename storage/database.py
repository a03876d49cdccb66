"""The database: snapshots to read from, and units of work, the only thing that commits."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from time import perf_counter
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine, QueuePool, exc, text

from storage import engines
from storage.errors import OutcomeUnknown
from storage.faults import is_unreachable, translated
from storage.turns import Turn, Turnstile

READS = "reads_only"
"""The option of a connection whose commit makes nothing durable."""


class UnitOfWork:
    """One transaction that writes. It is rolled back unless `commit` was called."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.committed = False
        """Whether the work is durable."""

    @property
    def connection(self) -> Connection:
        """The connection of this transaction. Raises RuntimeError after the commit: what came later would be lost."""
        if self.committed:
            raise RuntimeError("this unit of work is committed; open another")
        return self._connection

    def commit(self) -> None:
        """Make everything durable, once.

        Raises StoreBusy where nothing was changed, OutcomeUnknown where the connection was lost on the way, or the
        transaction, which SQLite ends by itself when it cannot go on; RuntimeError for a second call.
        """
        driver = self.connection.connection.driver_connection
        if isinstance(driver, sqlite3.Connection) and not driver.in_transaction:
            raise OutcomeUnknown("The store has ended the change half-way: look again before you repeat it.")
        with translated():
            try:
                self._connection.commit()
            except exc.DBAPIError as error:
                if is_unreachable(error):
                    raise OutcomeUnknown from error
                raise
        self.committed = True


@dataclass(frozen=True)
class PoolUse:
    """How many of a pool's connections are in use."""

    name: str
    """What they are for: `read` and `write` on SQLite, `all` on PostgreSQL."""
    in_use: int
    most: int


class Database:
    """An SQLite file, SQLite in memory, or PostgreSQL, by its address. Safe to share between threads.

    Raises UnknownStore for another kind of address. Nothing is opened before the first use.
    """

    def __init__(self, url: str, *, connections: int = 8, wait_for: float = 5.0) -> None:
        """Take the address, how many connections may be open (SQLite: to read), how many seconds a writer waits."""
        self.url = engines.store_url(url)
        """The parsed address; as text it hides the password."""
        self.in_memory = engines.is_memory(self.url)
        """Whether it vanishes with the process."""
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        """Whether one process owns it, one writer at a time."""
        self._turnstile = Turnstile(wait_for=wait_for) if self.is_sqlite else None
        self._reader: Engine
        self._writer: Engine
        if self.in_memory:
            self._reader = self._writer = engines.sqlite_memory(self.url)
        elif self.is_sqlite:
            self._reader = engines.sqlite_reader(self.url, connections=connections)
            self._writer = engines.sqlite_writer(self.url)
        else:
            self._reader = self._writer = engines.postgresql(self.url, connections=connections)
        self._nested = threading.local()
        self.waited: Callable[[str, float], None] = lambda _what, _seconds: None
        """Told of every wait for a connection, or for the turn to write: `read` or `write`, and its seconds; of those
        in vain too. Plug a watcher in here; one in memory tells nothing."""

    @property
    def engines(self) -> tuple[Engine, ...]:
        """The engines behind, for counting statements; one or two."""
        return (self._reader,) if self._reader is self._writer else (self._reader, self._writer)

    def pools(self) -> list[PoolUse]:
        """Return how many connections are in use at this moment; nothing in memory, which has one and no pool."""
        names = ("all",) if len(self.engines) == 1 else ("read", "write")
        pools = ((name, engine.pool) for name, engine in zip(names, self.engines, strict=True))
        return [PoolUse(name, pool.checkedout(), pool.size()) for name, pool in pools if isinstance(pool, QueuePool)]

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees one snapshot and cannot write.

        In memory there is one connection: reading waits for a writer of another thread, may be nested in a read of the
        same thread, and is refused (RuntimeError) inside its write: read through the unit of work's connection.
        Raises StoreBusy when no connection is free within 5 seconds.
        """
        if self.in_memory:
            yield from self._read_memory()
            return
        with translated(), self._connected(self._reader, "read") as connection:
            if self.is_sqlite:
                engines.begin(connection)
                yield connection
                connection.rollback()
                return
            connection = connection.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True, **{READS: True}
            )
            yield connection
            # Nothing was written: a rollback would only make the driver forget every statement that it has prepared.
            connection.commit()

    @contextmanager
    def glance(self) -> Iterator[Connection]:
        """Give a connection for one statement that reads: no transaction is begun for it and none ended.

        Where each statement is a trip to another process that is one trip instead of three. Two statements may see two
        states. In memory it is a `read`.
        """
        if self.in_memory:
            yield from self._read_memory()
            return
        with translated(), self._connected(self._reader, "read") as connection:
            # On SQLite nothing is begun because nobody says so.
            if not self.is_sqlite:
                alone = {READS: True, engines.SINGLE: True}
                connection = connection.execution_options(isolation_level="AUTOCOMMIT", **alone)
            yield connection

    @contextmanager
    def write(self, *, turn: Turn = Turn.PERSON) -> Iterator[UnitOfWork]:
        """Give a unit of work; it is rolled back unless the block called its `commit`.

        SQLite: one writer at a time, people before sweeps; RuntimeError when this thread writes already.
        Raises StoreBusy when the turn does not come within 5 seconds, or when PostgreSQL found a deadlock or waited too
        long for a lock.
        """
        if self._turnstile is None:
            with self._unit() as unit:
                yield unit
            return
        with ExitStack() as stack:
            with self._timed("write"):
                stack.enter_context(self._turnstile.passing(turn))
            yield stack.enter_context(self._unit())

    @property
    def at_rest(self) -> bool:
        """Whether this process owns the store and nobody writes at this moment: then a short change waits for nobody.

        Never known of PostgreSQL, where each statement is a trip to another process.
        """
        return self._turnstile is not None and self._turnstile.free

    @property
    def people_wait(self) -> bool:
        """Whether somebody waits for their turn to write at this moment; never known of PostgreSQL."""
        return self._turnstile is not None and self._turnstile.people_wait

    def ping(self) -> None:
        """Return if the database answers. Raises StoreUnreachable or StoreBusy."""
        with self.read() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        """Close all connections. Repeating is safe; the next use opens new ones (in memory: an empty database)."""
        for engine in self.engines:
            engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def _unit(self) -> Iterator[UnitOfWork]:
        with (
            translated(),
            self._writer.connect() if self.is_sqlite else self._connected(self._writer, "write") as connection,
        ):
            engines.begin(connection)
            unit = UnitOfWork(connection)
            yield unit
            if not unit.committed:
                connection.rollback()

    def _connected(self, engine: Engine, what: str) -> Connection:
        with self._timed(what):
            return engine.connect()

    @contextmanager
    def _timed(self, what: str) -> Iterator[None]:
        began = perf_counter()
        try:
            yield
        finally:
            self.waited(what, perf_counter() - began)

    def _read_memory(self) -> Iterator[Connection]:
        outer: Connection | None = getattr(self._nested, "connection", None)
        if outer is not None:
            yield outer
            return
        assert self._turnstile is not None
        with self._turnstile.passing(Turn.PERSON), translated(), self._reader.connect() as connection:
            self._nested.connection = connection
            engines.begin(connection)
            connection.exec_driver_sql("PRAGMA query_only=ON")
            try:
                yield connection
            finally:
                self._nested.connection = None
                if connection.in_transaction():
                    connection.rollback()
                connection.exec_driver_sql("PRAGMA query_only=OFF")
                connection.rollback()
