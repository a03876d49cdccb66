"""Counts what a piece of work asks of the database, so that a test can say how much it may ask."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, event

from storage.database import READS, Database


@dataclass
class Counted:
    """What was executed so far."""

    sql: list[str] = field(default_factory=list)
    """Each statement, in order, without the beginnings of transactions and the settings of the connection."""
    commits: int = 0
    """How many transactions that may write were committed."""

    @property
    def statements(self) -> int:
        """How many statements were executed."""
        return len(self.sql)


@contextmanager
def counted(database: Database) -> Iterator[Counted]:
    """Count statements and commits of all threads on `database` during the block."""
    count = Counted()

    def on_statement(_connection: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            count.sql.append(statement)

    def on_commit(connection: Connection) -> None:
        count.commits += not connection.get_execution_options().get(READS, False)

    for engine in database.engines:
        event.listen(engine, "before_cursor_execute", on_statement)
        event.listen(engine, "commit", on_commit)
    try:
        yield count
    finally:
        for engine in database.engines:
            event.remove(engine, "before_cursor_execute", on_statement)
            event.remove(engine, "commit", on_commit)
