"""Two changes that meet: the first stops before its commit until the second is seen to wait for it, or is through."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from threading import Event
from typing import Any

from sqlalchemy import Connection, event, text

from storage.database import READS, Database
from storage.turns import Turn
from tests.support.waiting import PATIENCE, until

WRITES = re.compile(r"UPDATE instance|INSERT INTO instance|INSERT INTO process_version")
"""What the transaction has done at whose end it is stopped: others, such as noting when a token was used, go on."""
WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


@dataclass
class Stop:
    """The place at which a transaction is held."""

    reached: Event = field(default_factory=Event)
    go: Event = field(default_factory=Event)


@contextmanager
def before_commit(database: Database, do: Callable[[], None]) -> Iterator[None]:
    """Do something once, when a transaction of `database` that wrote what counts is about to commit."""
    wrote, done = set[int](), Event()

    def on_statement(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if WRITES.search(statement):
            wrote.add(id(connection.connection.driver_connection))

    def on_commit(connection: Connection) -> None:
        if connection.get_execution_options().get(READS) or done.is_set():
            return
        if id(connection.connection.driver_connection) in wrote:
            done.set()
            do()

    listened = [(engine, name) for engine in database.engines for name in ("after_cursor_execute", "commit")]
    for engine, name in listened:
        event.listen(engine, name, on_commit if name == "commit" else on_statement)
    try:
        yield
    finally:
        for engine, name in listened:
            event.remove(engine, name, on_commit if name == "commit" else on_statement)


@contextmanager
def stopped_before_commit(database: Database) -> Iterator[Stop]:
    """Hold the first transaction of `database` that wrote what counts, between its last write and its commit."""
    stop = Stop()

    def hold() -> None:
        stop.reached.set()
        assert stop.go.wait(PATIENCE), "nobody let it go on"

    with before_commit(database, hold):
        try:
            yield stop
        finally:
            stop.go.set()


@dataclass(frozen=True)
class Met:
    """What came of two changes that met."""

    first: Any
    second: Any
    waited: bool
    """Whether the second waited for the first; else it was through before the first committed."""


def meet(at: Database, first: Callable[[], Any], watched: Database, second: Callable[[], Any]) -> Met:
    """Do `first`, which writes to `at`; before it commits begin `second`, and go on once that waits or is through.

    `watched` is the database as the second one holds it: the same one on SQLite.
    """
    with ExitStack() as stack:
        # The stop is taken away before the pool waits for its threads: else a failure would wait for ever.
        pool = stack.enter_context(ThreadPoolExecutor(2))
        stop = stack.enter_context(stopped_before_commit(at))
        one = pool.submit(first)
        until(lambda: stop.reached.is_set() or one.done(), "the first reaches its commit")
        if one.done():
            raise AssertionError(f"the first wrote nothing that counts: {one.result()!r}")
        two: Future[Any] = pool.submit(second)
        until(lambda: two.done() or _somebody_waits(watched), "the second waits or is through")
        waited = not two.done()
        stop.go.set()
        return Met(one.result(PATIENCE), two.result(PATIENCE), waited)


def _somebody_waits(database: Database) -> bool:
    if not database.is_sqlite:
        with database.read() as connection:
            return bool(connection.execute(WAITING).scalar_one())
    turnstile = database._turnstile
    return turnstile is not None and any(turnstile._waiting[turn] for turn in Turn)
