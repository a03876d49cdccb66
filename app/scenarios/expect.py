"""What a scenario may expect of its case, and how what is the case is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from app.container import Application
from complaints.tables import complaint, promise
from engine.tables import IS_OPEN, case_clock, event_log, instance, work_item
from storage.outbox import HOUSE, outbox


class Expectations:
    """Compares a case with what is expected. Notices and rungs are those since the last look."""

    def __init__(self, application: Application, case_id: str) -> None:
        self._application, self._case_id = application, case_id
        self._seen_notices = self._seen_rungs = 0

    def check(self, expected: Mapping[str, Any]) -> list[str]:
        """Return one sentence for each expectation that does not hold."""
        wrong: list[str] = []
        with self._application.database.read() as connection:
            for key, value in expected.items():
                look = _LOOKS.get(key)
                if look is None:
                    wrong.append(f"{key} is nothing that can be expected")
                    continue
                found = look(self, connection, value)
                if found is not None:
                    wrong.append(f"expected {key} {value!r}, found {found!r}")
            self._seen_notices = max(self._seen_notices, self._last(connection, outbox.c.sequence))
            self._seen_rungs = max(self._seen_rungs, self._last(connection, event_log.c.sequence))
        return wrong

    def _last(self, connection: Connection, column: Any) -> int:
        found: int | None = connection.execute(
            select(column).where(column.table.c.case_id == self._case_id).order_by(column.desc()).limit(1)
        ).scalar()
        return found or 0

    def row(self, connection: Connection) -> Any:
        """Return the instance's row."""
        mine = connection.execute(select(instance).where(instance.c.case_id == self._case_id))
        return self._application.keys.opened_rows(connection, self._case_id, mine)[0]

    def open_tasks(self, connection: Connection) -> dict[str, str]:
        """Return element -> team (or post) of the open tasks."""
        rows = connection.execute(select(work_item).where(work_item.c.case_id == self._case_id, IS_OPEN))
        return {row.element: row.team for row in rows}

    def tasks(self, connection: Connection, expected: Mapping[str, str]) -> Any:
        """Exactly these tasks are open, in these teams."""
        found = self.open_tasks(connection)
        return None if found == dict(expected) else found

    def no_tasks(self, connection: Connection, elements: Iterable[str]) -> Any:
        """None of these is open."""
        found = sorted(set(self.open_tasks(connection)) & set(elements))
        return found or None

    def assignees(self, connection: Connection, expected: Mapping[str, Any]) -> Any:
        """These open tasks are with these people (or posts: `post:x`)."""
        rows = connection.execute(select(work_item).where(work_item.c.case_id == self._case_id, IS_OPEN))
        found = {r.element: r.assignee or (f"post:{r.post}" if r.post else None) for r in rows}
        shown = {element: found.get(element, "not open") for element in expected}
        return None if shown == dict(expected) else shown

    def clocks(self, connection: Connection, expected: Mapping[str, Any]) -> Any:
        """The newest round of each clock is due then, or `paused`, `met`, `dropped`, `none`."""
        rows = connection.execute(
            select(case_clock).where(case_clock.c.case_id == self._case_id).order_by(case_clock.c.started_at)
        ).all()
        newest = {row.name: row for row in rows}
        wrong = {}
        for name, wanted in expected.items():
            row = newest.get(name)
            state = "none" if row is None else row.state
            if state == "running" and row is not None:
                holds = _is_instant(wanted) and row.due_at == datetime.fromisoformat(str(wanted))
                state = row.due_at.isoformat() if row.due_at else "running"
            else:
                holds = str(wanted) == state
            if not holds:
                wrong[name] = state
        return wrong or None

    def path(self, connection: Connection, expected: Iterable[str]) -> Any:
        """These elements were passed in this order, others in between."""
        passed = self._completed(connection)
        rest = iter(passed)
        return None if all(element in rest for element in expected) else passed

    def visited(self, connection: Connection, expected: Mapping[str, int]) -> Any:
        """Each element was reached so many times, whether or not it has been left."""
        rows = connection.execute(
            select(event_log.c.element, event_log.c.kind, event_log.c.task).where(
                event_log.c.case_id == self._case_id, event_log.c.kind.in_(("entered", "completed"))
            )
        )
        reached: dict[str, set[str]] = {}
        for row in rows:
            reached.setdefault(row.element, set()).add(row.task)
        wrong = {e: len(reached.get(e, ())) for e, n in expected.items() if len(reached.get(e, ())) != n}
        return wrong or None

    def promises(self, connection: Connection, expected: Iterable[Mapping[str, str]]) -> Any:
        """Exactly these promises were made: what, until when, and whether open, kept or missed."""
        made = select(promise).where(promise.c.case_id == self._case_id).order_by(promise.c.due_at)
        rows = self._application.keys.opened_rows(connection, self._case_id, connection.execute(made))
        found = [
            {
                "what": r.what, "due_at": r.due_at,
                "state": "kept" if r.kept_at else "missed" if r.missed_at else "open",
            }
            for r in rows
        ]  # fmt: skip
        wanted = [{**p, "due_at": datetime.fromisoformat(str(p["due_at"]))} for p in expected]
        return None if found == wanted else [{**p, "due_at": p["due_at"].isoformat()} for p in found]

    def _completed(self, connection: Connection) -> list[str]:
        rows = connection.execute(
            select(event_log.c.element)
            .where(event_log.c.case_id == self._case_id, event_log.c.kind == "completed")
            .order_by(event_log.c.sequence)
        ).scalars()
        return [element for element in rows if element]

    def notices(self, connection: Connection, expected: Iterable[Iterable[str]]) -> Any:
        """Exactly these were told since the last look: [to, template]."""
        told = (
            select(outbox.c.payload, outbox.c.kind)
            .where(
                outbox.c.case_id == self._case_id,
                outbox.c.sequence > self._seen_notices,
                outbox.c.channel == HOUSE,
            )
            .order_by(outbox.c.sequence)
        )
        rows = self._application.keys.opened_rows(connection, self._case_id, connection.execute(told))
        found = [[row.payload["to"], row.kind] for row in rows]
        return None if sorted(found) == sorted([str(a), str(b)] for a, b in expected) else found

    def rungs(self, connection: Connection, expected: Iterable[str]) -> Any:
        """Exactly these rungs fell due since the last look, in this order: `clock/rung`."""
        rows = connection.execute(
            select(event_log.c.name)
            .where(
                event_log.c.case_id == self._case_id, event_log.c.kind == "fired",
                event_log.c.sequence > self._seen_rungs, event_log.c.name.contains("/"),
            )
            .order_by(event_log.c.sequence)
        ).scalars()  # fmt: skip
        found = [f"{name.split('/')[0]}/{name.split('/')[-1]}" for name in rows]
        return None if found == list(expected) else found

    def facts(self, connection: Connection, expected: Mapping[str, Any]) -> Any:
        """These facts have these values; amounts are compared as numbers."""
        stored = self.row(connection).facts
        wrong = {n: stored.get(n) for n, v in expected.items() if not _same(stored.get(n), v)}
        return wrong or None

    def retention_hold(self, connection: Connection, expected: str | None) -> Any:
        """Why nothing of the case may be deleted: the reason of the hold, null for none."""
        held = select(complaint.c.retention_hold).where(complaint.c.case_id == self._case_id)
        [row] = self._application.keys.opened_rows(connection, self._case_id, connection.execute(held))
        found = row.retention_hold
        return None if found == expected else found if found is not None else "none"

    def process(self, connection: Connection, expected: str) -> Any:
        """The case runs in this process now."""
        row = self.row(connection)
        found = self._application.versions.process(connection, row.version_id).config.key
        return None if found == expected else found

    def version(self, connection: Connection, expected: int) -> Any:
        """The case runs on this version of its process; the newest is the one in force for new cases."""
        row = self.row(connection)
        found = next(v.number for v in self._application.versions.all(connection) if v.id == row.version_id)
        return None if found == expected else found

    def ended(self, connection: Connection, expected: bool) -> Any:
        """The instance has ended, or not."""
        found = self.row(connection).ended_at is not None
        return None if found == expected else found

    def column(self, name: str) -> Callable[[Connection, Any], Any]:
        """Return the look at one column of the instance."""

        def look(connection: Connection, expected: Any) -> Any:
            found = getattr(self.row(connection), name)
            return None if found == expected else found if found is not None else "none"

        return look


def _is_instant(text: Any) -> bool:
    return str(text)[:2] == "20"


def _same(found: Any, wanted: Any) -> bool:
    if isinstance(wanted, int | float) and not isinstance(wanted, bool) and isinstance(found, str):
        return float(found) == float(wanted)
    return bool(found == wanted) or str(found) == str(wanted)


_Look = Callable[[Expectations, Connection, Any], Any]
_LOOKS: Mapping[str, _Look] = {
    "process": Expectations.process,
    "version": Expectations.version,
    "status": lambda e, c, v: e.column("status")(c, v),
    "closure": lambda e, c, v: e.column("closure")(c, v),
    "owner": lambda e, c, v: e.column("case_owner")(c, v),
    "priority": lambda e, c, v: e.column("priority")(c, v),
    "impact": lambda e, c, v: e.column("impact")(c, v),
    "tasks": Expectations.tasks,
    "no_tasks": Expectations.no_tasks,
    "assignees": Expectations.assignees,
    "clocks": Expectations.clocks,
    "path": Expectations.path,
    "visited": Expectations.visited,
    "notices": Expectations.notices,
    "rungs": Expectations.rungs,
    "facts": Expectations.facts,
    "retention_hold": Expectations.retention_hold,
    "ended": Expectations.ended,
    "promises": Expectations.promises,
}
