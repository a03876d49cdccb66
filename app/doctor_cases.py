"""What the doctor says of each case: its state loads, and the rows beside it say what the state says.

Cases are read in pages, each a snapshot of its own: the memory is that of one page, whatever the number of cases, and
no snapshot is held for long beside those who work.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Table, select

from access.errors import AccessError
from access.keys.sealed_rows import opened_row
from access.keys.stored_keys import with_key
from app.container import Application
from engine.kernel.step import inspect
from engine.projection import item_id
from engine.tables import case_clock, deadline, instance, work_item

PAGE = 200
"""Cases that are read at once."""
_COLUMNS = (
    *(instance.c.case_id, instance.c.version_id, instance.c.status, instance.c.ended_at),
    *(instance.c.archived_at, instance.c.facts, instance.c.state),
)


@dataclass
class Looked:
    """What was seen on the way."""

    campuses: Counter[str] = field(default_factory=Counter)
    """Campus -> how many open cases count by its calendars."""
    cases: int = 0


def unsound_cases(application: Application, looked: Looked, *, page: int = PAGE) -> Iterator[str]:
    """Yield one sentence for everything that does not agree in a case; `looked` counts along. Reads only."""
    last = ""
    while True:
        with application.database.read() as connection:
            rows = _page(connection, last, page)
            found = [line for row in rows for line in _looked_at(application, connection, row, looked)]
        yield from found
        if len(rows) < page:
            return
        last = rows[-1].case.case_id


@dataclass(frozen=True)
class _Stored:
    """A case and the rows that are written beside its state."""

    case: Any
    open_items: Sequence[Any]
    deadlines: Sequence[Any]
    clocks: Sequence[Any]


def _page(connection: Connection, after: str, size: int) -> list[_Stored]:
    chosen = with_key(select(*_COLUMNS), instance.c.case_id).where(instance.c.case_id > after)
    cases = connection.execute(chosen.order_by(instance.c.case_id).limit(size)).all()
    if not cases:
        return []
    first, last = cases[0].case_id, cases[-1].case_id

    def beside(table: Table, *columns: str, **where: Any) -> dict[str, list[Any]]:
        """Return the rows of the page's cases, by case: one statement for all."""
        asked = select(table.c.case_id, *(table.c[name] for name in columns)).where(
            table.c.case_id.between(first, last), *(table.c[name] == value for name, value in where.items())
        )
        found: dict[str, list[Any]] = {}
        for row in connection.execute(asked):
            found.setdefault(row.case_id, []).append(row)
        return found

    items = beside(work_item, "id", state="open")
    deadlines = beside(deadline, "key", "source", "due_at", "provisional")
    clocks = beside(case_clock, "key", "state", "due_at")
    return [_Stored(case, *(rows.get(case.case_id, ()) for rows in (items, deadlines, clocks))) for case in cases]


def _looked_at(application: Application, connection: Connection, stored: _Stored, looked: Looked) -> Iterator[str]:
    looked.cases += 1
    try:
        key = application.keys.along(stored.case)
        row = opened_row(key, stored.case)
    except AccessError as error:
        yield f"case {stored.case.case_id}: it cannot be opened: {error}"
        return
    if key is None:
        return  # What it held is erased.
    if row.ended_at is None:
        looked.campuses[str(row.facts.get("campus") or "main")] += 1
    yield from _case(application, connection, row, stored)


def _case(application: Application, connection: Connection, row: Any, stored: _Stored) -> Iterator[str]:
    if row.archived_at is not None:
        undated = [each for each in stored.deadlines if each.source != "dated"]
        if row.state or row.ended_at is None or stored.open_items or undated:
            yield f"case {row.case_id}: it is archived, and something of it is still open"
        return
    try:
        process = application.versions.process(connection, row.version_id)
        found = inspect(
            process, row.state, facts=row.facts, calendars=application.library.calendars, now=application.now()
        )
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one case, the others are looked at
        yield f"case {row.case_id}: the stored state cannot be read: {type(error).__name__}: {error}"
        return
    tasks = {item_id(row.case_id, t.id) for t in found.tasks}
    open_items = {item.id for item in stored.open_items}
    if tasks != open_items:
        yield f"case {row.case_id}: open tasks {sorted(open_items)} differ from the state's {sorted(tasks)}"
    rows = {d.key: (d.due_at, d.provisional) for d in stored.deadlines if d.source != "dated"}
    if rows != {d.key: (d.due_at, d.provisional) for d in found.due}:
        yield f"case {row.case_id}: the deadline table differs from what the state says"
    clocks = {clock.key: (clock.state, clock.due_at) for clock in stored.clocks}
    said = {c.key: (c.state, c.due_at) for c in found.clocks}
    if not said.items() <= clocks.items():
        yield f"case {row.case_id}: the clock table differs from what the state says"
    if (found.status or row.status) != row.status:
        yield f"case {row.case_id}: status {row.status} is not the state's {found.status}"
    if found.ended != (row.ended_at is not None):
        yield f"case {row.case_id}: ended or not is told differently by row and state"
    if not found.ended and not (found.tasks or found.due or found.waits_for):
        yield f"case {row.case_id}: nobody and nothing can move it on"
