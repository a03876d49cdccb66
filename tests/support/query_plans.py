"""How a database goes about the statements of a piece of work: every one is explained with its own values."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, event

from storage.database import Database

WORDS = ("SELECT", "UPDATE", "DELETE", "WITH")


@dataclass(frozen=True)
class Planned:
    """One statement."""

    sql: str
    plan: tuple[str, ...]
    """Its lines, as the database words them."""


@dataclass
class Seen:
    """The statements so far, each once."""

    asked: dict[str, Any] = field(default_factory=dict)
    """Statement -> the values it was executed with last."""
    times: Counter[str] = field(default_factory=Counter)
    """How often each was executed."""

    def plans(self, database: Database) -> list[Planned]:
        """Explain each of them."""
        with database.read() as connection:
            return [Planned(sql, _explained(connection, sql, values)) for sql, values in self.asked.items()]


@contextmanager
def watched(database: Database) -> Iterator[Seen]:
    """Note the statements of all threads on `database` during the block that read, change or delete."""
    seen = Seen()

    def on_statement(_connection: Connection, _cursor: Any, sql: str, values: Any, _context: Any, many: bool) -> None:
        if sql.startswith(WORDS):
            seen.asked[sql] = values[0] if many else values
            seen.times[sql] += 1

    for engine in database.engines:
        event.listen(engine, "before_cursor_execute", on_statement)
    try:
        yield seen
    finally:
        for engine in database.engines:
            event.remove(engine, "before_cursor_execute", on_statement)


def _explained(connection: Connection, sql: str, values: Any) -> tuple[str, ...]:
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)
        return tuple(str(row[3]) for row in rows)
    bare = re.sub(r" FOR UPDATE( OF \w+(, \w+)*)?( SKIP LOCKED)?", "", sql)
    return tuple(str(row[0]) for row in connection.exec_driver_sql(f"EXPLAIN {bare}", values))
