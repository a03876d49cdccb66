"""The last step of a case while it can still be sent back: outside the house it has not happened yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from engine import undo
from engine.tables import instance, work_item
from queries.reader import Reader


@dataclass(frozen=True)
class HeldStep:
    """A step whose letters are held back (`undo_seconds`)."""

    since: datetime
    """When it was done: what has happened since then nobody outside knows."""
    status: str
    """The public status before it."""
    closure: str | None


def held_step(reader: Reader, case_id: str) -> HeldStep | None:
    """Return the step of a case that can still be sent back at the reader's instant, or None.

    What is kept from before it holds the whole state, so it is read only while that counts.
    """
    table = instance.c
    row = reader.connection.execute(
        select(table.undo, work_item.c.done_at)
        .join(work_item, work_item.c.id == table.undo_task)
        .where(table.case_id == case_id, table.undo.is_not(None), table.undo_until > reader.now)
    ).first()
    if row is None:
        return None
    [row] = reader.opened(case_id, [row])
    before = undo.read(row.undo)
    return HeldStep(row.done_at, before.status, before.closure)
