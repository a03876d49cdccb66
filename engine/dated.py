"""Dated records: instants that belong to a row of the case - a promise, an action item - and not to the diagram.

They stand in the same deadline table as clocks and timers, so that one sweep fires everything, soonest first.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, insert, select

from engine.case_work import CaseWork
from engine.model.due import Reason, told
from engine.tables import deadline


def set_dated(work: CaseWork, kind: str, record_id: str, due_at: datetime) -> None:
    """Add the instant of a record, or move it. `kind` names its handler. Repeating is safe."""
    clear_dated(work, kind, record_id)
    row = {
        "case_id": work.case_id, "key": f"{kind}:{record_id}", "source": "dated", "name": kind, "due_at": due_at,
        "provisional": False, "reasons": list(told((Reason("record"),))),
    }  # fmt: skip
    work.connection.execute(insert(deadline).values(row))
    _refresh(work)


def clear_dated(work: CaseWork, kind: str, record_id: str) -> None:
    """Remove the instant of a record: kept, done, or withdrawn. Repeating is safe."""
    gone = work.connection.execute(
        delete(deadline).where(deadline.c.case_id == work.case_id, deadline.c.key == f"{kind}:{record_id}")
    )
    if gone.rowcount:
        _refresh(work)


def fire_dated(work: CaseWork) -> None:
    """Fire every record at the earliest instant, each once, in order of their keys."""
    table = deadline.c
    mine = (table.case_id == work.case_id, table.source == "dated")
    instant = work.connection.execute(select(func.min(table.due_at)).where(*mine)).scalar_one()
    if instant is not None and instant <= work.now:
        rows = work.connection.execute(
            select(table.key, table.name, table.due_at).where(*mine, table.due_at == instant).order_by(table.key)
        ).all()
        work.connection.execute(delete(deadline).where(*mine, table.due_at == instant))
        for row in rows:
            work.log("fired", name=row.key, due_at=row.due_at.isoformat())
            work.services.dated[row.name](work, row.key.removeprefix(f"{row.name}:"), row.due_at)
    _refresh(work)


def _refresh(work: CaseWork) -> None:
    table = deadline.c
    work.row["next_dated"] = work.connection.execute(
        select(func.min(table.due_at)).where(table.case_id == work.case_id, table.source == "dated")
    ).scalar_one()
