"""Dated records: instants that belong to a row of the case - a promise, an action item - and not to the diagram.

They stand in the same deadline table as clocks and timers, so that one sweep fires everything, soonest first.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, or_, select

from engine.case_work import NEVER, CaseWork
from engine.errors import NothingDue
from engine.model.due import Reason, told
from engine.model.step import DueItem
from engine.tables import deadline


def set_dated(work: CaseWork, kind: str, record_id: str, due_at: datetime) -> None:
    """Add the instant of a record, or move it. `kind` names its handler. Repeating is safe."""
    clear_dated(work, kind, record_id)
    row = {
        "case_id": work.case_id, "key": f"{kind}:{record_id}", "source": "dated", "name": kind, "due_at": due_at,
        "provisional": False, "reasons": list(told((Reason("record"),))),
    }  # fmt: skip
    work.insert(deadline, row)
    refresh_dated(work)


def clear_dated(work: CaseWork, kind: str, record_id: str) -> None:
    """Remove the instant of a record: kept, done, or withdrawn. Repeating is safe."""
    gone = work.connection.execute(
        delete(deadline).where(deadline.c.case_id == work.case_id, deadline.c.key == f"{kind}:{record_id}")
    )
    if gone.rowcount:
        refresh_dated(work)


def dated_due(work: CaseWork) -> list[DueItem]:
    """Return the records of a case with their instants, soonest first; those that rest too."""
    table = deadline.c
    rows = work.connection.execute(
        select(table.key, table.name, table.due_at)
        .where(table.case_id == work.case_id, table.source == "dated")
        .order_by(table.due_at, table.key)
    )
    return [DueItem("dated", row.name, row.key, row.due_at) for row in rows]


def fire_dated(work: CaseWork, *, only: str | None = None) -> None:
    """Fire every record at the earliest instant that does not rest, each once, in order of their keys.

    `only` the one with this key. Raises NothingDue.
    """
    due = [i for i in dated_due(work) if i.key not in work.resting and i.due_at <= work.now and only in (None, i.key)]
    if not due:
        raise NothingDue
    fired = [item for item in due if item.due_at == due[0].due_at]
    keys = [item.key for item in fired]
    work.connection.execute(delete(deadline).where(deadline.c.case_id == work.case_id, deadline.c.key.in_(keys)))
    for item in fired:
        work.log("fired", name=item.key, due_at=item.due_at.isoformat())
        work.services.dated[item.name](work, item.key.removeprefix(f"{item.name}:"), item.due_at)
    refresh_dated(work)


def refresh_dated(work: CaseWork) -> None:
    """Note when the next record falls, or is tried again; one that waits for an operator does not by itself."""
    table = deadline.c
    by_itself = or_(table.retry_at.is_(None), table.retry_at != NEVER)
    work.row["next_dated"] = work.connection.execute(
        select(func.min(func.coalesce(table.retry_at, table.due_at))).where(
            table.case_id == work.case_id, table.source == "dated", by_itself
        )
    ).scalar_one()
