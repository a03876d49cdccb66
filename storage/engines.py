"""Connections as each database needs them.

No error and no log line of theirs repeats the parameters of a statement: those are what people have told us.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from sqlalchemy import URL, Connection, Engine, QueuePool, StaticPool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

from storage.errors import UnknownStore
from storage.private_file import make_private

SINGLE = "single_statement"
"""The option of a connection that reads by one statement: it is a snapshot by itself, and nothing is begun for it."""
BEGINS_WITH = "begins_with"
"""The option of an engine whose transactions are begun in these words: that of SQLite."""
BUSY_MILLISECONDS = 5000
"""How long a database waits for a lock of another process before it gives up."""

IDLE_SECONDS = 1.0
"""A connection that has rested so long is asked whether it still stands before it is used."""
USED_AT = "used_at"
GONE_AFTER = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
"""A database that vanishes without a word - its power, a cable - is missed after 15 to 25 seconds; by itself never."""
LOCKS_GONE_AFTER = {
    "tcp_keepalives_idle": 10,
    "tcp_keepalives_interval": 5,
    "tcp_keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
"""The same of a server or worker, for the database to miss: until then the rows stay locked that the dead one had."""

POOL_SECONDS = 5.0
"""How long a thread waits for a free connection."""


def store_url(text: str) -> URL:
    """Return the address parsed; `postgresql://` means the psycopg driver. Raises UnknownStore for other databases."""
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise UnknownStore from error
    if url.drivername in {"postgresql", "postgres"}:
        url = url.set(drivername="postgresql+psycopg")
    if url.drivername not in {"sqlite", "sqlite+pysqlite", "postgresql+psycopg"}:
        raise UnknownStore
    return url


def is_memory(url: URL) -> bool:
    """Say whether the address is SQLite in memory."""
    return url.get_backend_name() == "sqlite" and url.database in {None, "", ":memory:"}


def sqlite_file(text: str) -> Path | None:
    """Return the file at an address as it is named there, `file:` addresses read; None for PostgreSQL and in memory.

    Raises UnknownStore.
    """
    return _file_of(store_url(text))


def _file_of(url: URL) -> Path | None:
    if url.get_backend_name() != "sqlite" or is_memory(url) or url.database is None:
        return None
    return Path(unquote(urlsplit(url.database).path) if url.database.startswith("file:") else url.database)


def sqlite_reader(url: URL, *, connections: int) -> Engine:
    """Return connections that only read, each transaction one snapshot (WAL)."""
    return _sqlite(url, begins_with="BEGIN", connections=connections, read_only=True)


def sqlite_writer(url: URL, *, foreign_keys: bool = True) -> Engine:
    """Return the one connection that writes: it takes the write lock at once, so as never to give up half-way."""
    return _sqlite(url, begins_with="BEGIN IMMEDIATE", connections=1, foreign_keys=foreign_keys)


def sqlite_memory(url: URL) -> Engine:
    """Return the one connection that is the whole database."""
    return _sqlite(url, begins_with="BEGIN", connections=None)


def _sqlite(
    url: URL, *, begins_with: str, connections: int | None, read_only: bool = False, foreign_keys: bool = True
) -> Engine:
    pool: dict[str, Any] = {"poolclass": StaticPool}
    if connections is not None:
        pool = {"poolclass": QueuePool, "pool_size": connections, "max_overflow": 0, "pool_timeout": POOL_SECONDS}
    engine = create_engine(
        url,
        **pool,
        hide_parameters=True,
        execution_options={BEGINS_WITH: begins_with},
        connect_args={"check_same_thread": False, "isolation_level": None, "factory": _opening(url)},
    )

    def on_connect(connection: sqlite3.Connection, _record: Any) -> None:
        for pragma in (
            f"busy_timeout={BUSY_MILLISECONDS}",
            "journal_mode=WAL",
            "synchronous=FULL",
            f"foreign_keys={'ON' if foreign_keys else 'OFF'}",
            f"query_only={'ON' if read_only else 'OFF'}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    event.listen(engine, "connect", on_connect)
    return engine


def _opening(url: URL) -> type[sqlite3.Connection]:
    """Return the connections to an address: of a file that is not there yet they make one that only its owner reads."""
    file = _file_of(url)
    # An address may say that it makes no file, or means none.
    if file is None or "mode" in url.query or file.name == ":memory:":
        return sqlite3.Connection

    made: Path = file

    class Private(sqlite3.Connection):
        def __init__(self, *given: Any, **named: Any) -> None:
            make_private(made)
            super().__init__(*given, **named)

    return Private


def begin(connection: Connection) -> None:
    """Begin a transaction as the connection's engine begins them; whoever connects does it before anything else.

    The driver of SQLite would begin late and deferred by itself, so it is left no say in it. A listener to SQLAlchemy's
    own event would do it too; but an engine that anybody listens to looks at every statement for whom to tell.
    """
    connection.begin()
    words = connection.get_execution_options().get(BEGINS_WITH)
    if words is not None:
        connection.exec_driver_sql(words)


def postgresql(url: URL, *, connections: int, monotonic: Callable[[], float] = time.monotonic) -> Engine:
    """Return pooled connections: READ COMMITTED, UTC, bounded waiting for locks, no transaction idle for a minute.

    One that has not been used lately is asked whether it still stands before it is handed out; to ask one that was
    used just now would be a trip for nothing. `monotonic` gives seconds on a clock that only runs.
    """
    engine = create_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=POOL_SECONDS,
        hide_parameters=True,
        isolation_level="READ COMMITTED",
        connect_args={
            "connect_timeout": 5,
            **GONE_AFTER,
            "options": f"-c timezone=UTC -c lock_timeout={BUSY_MILLISECONDS}"
            " -c idle_in_transaction_session_timeout=60000"
            + "".join(f" -c {name}={value}" for name, value in LOCKS_GONE_AFTER.items()),
        },
    )
    _ask_the_idle(engine, monotonic)
    event.listen(engine, "before_cursor_execute", _require_read)
    return engine


def _require_read(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
    # Where nothing is begun, what is written is there at once: behind the back of the pipeline.
    if connection.get_execution_options().get(SINGLE, False) and not statement.startswith("SELECT"):
        raise RuntimeError("A glance only reads.")


def _ask_the_idle(engine: Engine, monotonic: Callable[[], float]) -> None:
    def on_checkin(_connection: Any, record: ConnectionPoolEntry) -> None:
        record.info[USED_AT] = monotonic()

    def on_checkout(connection: Any, record: ConnectionPoolEntry, _fairy: Any) -> None:
        used_at = record.info.get(USED_AT)
        if used_at is None or monotonic() - used_at < IDLE_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            # The pool then connects anew, and throws away all that it has: the server has been away.
            raise InvalidatePoolError from error

    event.listen(engine, "checkin", on_checkin)
    event.listen(engine, "checkout", on_checkout)
