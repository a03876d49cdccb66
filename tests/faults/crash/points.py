"""Names the points of a change at which a process can die, and dies at one of them.

There is a point before every write that the change sends to the database, before every commit, before and after
everything it sends out of the house, and between its last commit and its answer: `CompleteTask/04 update instance`,
`CompleteTask/commit`, `CompleteTask/answer`. The points are those that the change passes when it runs: nobody keeps a
list, and a new write has its point by itself.
"""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, event

from storage.database import READS, Database

_WRITE = re.compile(r'\s*(INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.IGNORECASE)
_NO_WRITE = re.compile(r"\s*(SELECT|SAVEPOINT|RELEASE|ROLLBACK|BEGIN|PRAGMA|SHOW|SET)\b", re.IGNORECASE)


def kind_of(point: str) -> str:
    """Return what kind of point it is, without change and number: `update instance`, `commit`, `answer`."""
    return re.sub(r"^\d+ ", "", point.rpartition("/")[2])


def write_of(statement: str) -> str | None:
    """Return verb and table of a statement that writes, None for one that does not.

    Raises ValueError for one of which that cannot be told: it would have no point.
    """
    found = _WRITE.match(statement)
    if found is not None:
        return f"{found[1].split()[0].lower()} {found[2]}"
    if _NO_WRITE.match(statement) is None:
        raise ValueError(f"does this write? {statement[:80]}")
    return None


@dataclass
class Trap:
    """Follows a change through its points; kills this process at the one named `at`, without one at none."""

    change: str
    at: str | None = None
    committed: Callable[[], None] = lambda: None
    """Called after each commit."""
    names: list[str] = field(default_factory=list)
    """The points passed so far."""
    commits: int = 0
    _writes: int = 0

    def reach(self, what: str) -> None:
        """Be at a point."""
        name = f"{self.change}/{what}"
        self.names.append(name)
        if name == self.at:
            os.kill(os.getpid(), signal.SIGKILL)

    def step(self, what: str) -> None:
        """Be before the next numbered step."""
        self._writes += 1
        self.reach(f"{self._writes:02d} {what}")

    @contextmanager
    def set_on(self, database: Database) -> Iterator[None]:
        """Follow all threads that use `database` during the block, whose end is the point `answer`."""
        undo = [self._follow(engine) for engine in database.engines]
        try:
            yield
            self.reach("answer")
        finally:
            for each in undo:
                each()

    def _follow(self, engine: Engine) -> Callable[[], None]:
        """Listen to an engine; return what ends it."""
        dialect: Any = engine.dialect
        plain, about_to = dialect.do_commit, set[int]()

        def on_statement(_connection: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
            write = write_of(statement)
            if write is not None:
                self.step(write)

        def on_commit(connection: Connection) -> None:
            if connection.get_execution_options().get(READS, False):
                return
            self.commits += 1
            self.reach("commit" if self.commits == 1 else f"commit {self.commits}")
            about_to.add(id(connection.connection))

        def do_commit(raw: Any) -> None:
            plain(raw)
            if id(raw) in about_to:
                about_to.remove(id(raw))
                self.committed()

        event.listen(engine, "before_cursor_execute", on_statement)
        event.listen(engine, "commit", on_commit)
        dialect.do_commit = do_commit

        def undo() -> None:
            event.remove(engine, "before_cursor_execute", on_statement)
            event.remove(engine, "commit", on_commit)
            del dialect.do_commit

        return undo
