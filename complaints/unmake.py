"""Takes back the rows that a step has made or overwritten, when the step is sent back (docs/adr/0010)."""

from __future__ import annotations

from sqlalchemy import Table, delete, func, select

from complaints.intake.links import note_unlinked
from complaints.overwritten import put_back
from complaints.tables import action_item, promise, refund_line, remedy
from engine.case_work import CaseWork
from engine.dated import clear_dated

MADE: tuple[tuple[Table, str | None], ...] = (
    (action_item, "action"),
    (promise, "promise"),
    (refund_line, None),
    (remedy, None),
)
"""The tables whose rows name the change that made them, and the kind of their dated deadlines."""


def unmake(work: CaseWork, batch: str) -> None:
    """Delete what the change numbered `batch` has made in this case, with its deadlines; put back what it overwrote.

    Repeating is safe.
    """
    note_unlinked(work, batch)
    put_back(work, batch)
    prefix = f"{batch}:"
    for table, kind in MADE:
        mine = (table.c.case_id == work.case_id, func.substr(table.c.cause, 1, len(prefix)) == prefix)
        if kind is not None:
            for record_id in work.connection.execute(select(table.c.id).where(*mine)).scalars().all():
                clear_dated(work, kind, record_id)
        work.connection.execute(delete(table).where(*mine))
