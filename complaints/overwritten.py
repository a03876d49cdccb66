"""What a step that can be sent back has overwritten, kept until the next one, and put back by `complaints/unmake.py`.

Rows that a step makes name it as their cause and are deleted; what stood in a row before has no other place.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Table, and_, delete, select

from complaints.tables import action_item, case_link, complaint, overwritten, refund_line, remedy
from engine.case_work import CaseWork
from engine.dated import clear_dated, set_dated
from engine.tables import case_team
from storage.insert import insert_new
from storage.types import Instant

PLACES: Mapping[str, Table] = {
    table.name: table for table in (action_item, complaint, refund_line, remedy, case_team, case_link)
}
"""The tables whose rows are kept.

The primary key is the record's name, or the case and the record's name; one of several parts is joined by `/`.
"""

DATED = "dated"
"""Beside the columns of an action: whether its due time was still waited for, or told already."""


def keep_before(work: CaseWork, table: Table, record: str, columns: Mapping[str, Any] | None) -> None:
    """Keep what stood in the `columns` of a record, None where the record was not there at all.

    Those of an action hold `DATED` too. Call it before writing. Nothing is kept for a change that cannot be sent back.
    What stood there before the first writing of a change counts, so repeating is safe.
    """
    if work.hold_until is None:
        return
    here = overwritten.c
    # Only the last step can be sent back: what earlier ones overwrote is needed no more.
    work.connection.execute(delete(overwritten).where(here.case_id == work.case_id, here.batch != work.batch))
    values = None if columns is None else {name: _plain(value) for name, value in columns.items()}
    row = {"case_id": work.case_id, "batch": work.batch, "place": table.name, "record": record, "before": values}
    kept = work.sealed(overwritten, row)
    insert_new(work.connection, overwritten, kept, unique=("case_id", "batch", "place", "record"))


def put_back(work: CaseWork, batch: str) -> None:
    """Give the records that the change numbered `batch` has overwritten what stood there. Repeating is safe."""
    here = overwritten.c
    mine = (here.case_id == work.case_id, here.batch == batch)
    for row in work.read(select(overwritten).where(*mine)):
        table = PLACES[row.place]
        where = _record(table, work.case_id, row.record)
        if row.before is None:
            work.connection.execute(delete(table).where(where))
        else:
            values = {name: _typed(table, name, value) for name, value in row.before.items() if name != DATED}
            if table is case_link:
                _link_again(work, row.record, values)
                continue
            work.update(table, where, **values)
            if table is action_item:
                _date_again(work, row.record, values["due_at"], waited=row.before[DATED])
    work.connection.execute(delete(overwritten).where(*mine))


def _date_again(work: CaseWork, action: str, due_at: datetime | None, *, waited: bool) -> None:
    # What was waited for and has passed meanwhile falls at once.
    clear_dated(work, "action", action)
    if due_at is not None and waited:
        set_dated(work, "action", action, due_at)


def _link_again(work: CaseWork, record: str, values: Mapping[str, Any]) -> None:
    # The step has deleted the row.
    other, _, kind = record.partition("/")
    link = {"case_id": work.case_id, "other_id": other, "kind": kind, **values}
    insert_new(work.connection, case_link, link, unique=("case_id", "other_id", "kind"))


def write_complaint(work: CaseWork, **values: Any) -> None:
    """Write `category`, `stated_people` or `retention_hold` of the record, keeping what stood there.

    Repeating is safe.
    """
    table = complaint.c
    # All that steps write here, since a change keeps what stood there only once.
    said = select(table.category, table.stated_people, table.retention_hold).where(table.case_id == work.case_id)
    before = work.first(said)._mapping
    moved = {name: value for name, value in values.items() if before[name] != value}
    if moved:
        keep_before(work, complaint, work.case_id, dict(before))
        work.update(complaint, table.case_id == work.case_id, **moved)


def add_team(work: CaseWork, team: str) -> None:
    """Let a team see the case; sent back, it sees the case no more. Repeating is safe."""
    seen = {"case_id": work.case_id, "team": team}
    if insert_new(work.connection, case_team, seen, unique=("case_id", "team")):
        keep_before(work, case_team, team, None)


def _record(table: Table, case_id: str, record: str) -> Any:
    keys = list(table.primary_key.columns)
    if len(keys) == 1:
        return keys[0] == record
    parts = zip(keys[1:], record.split("/", len(keys) - 2), strict=True)
    return and_(keys[0] == case_id, *(key == part for key, part in parts))


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


def _typed(table: Table, name: str, value: Any) -> Any:
    kind = table.c[name].type
    if value is None or not isinstance(kind, Instant | Date):
        return value
    return datetime.fromisoformat(value) if isinstance(kind, Instant) else date.fromisoformat(value)
