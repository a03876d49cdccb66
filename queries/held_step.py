"""The last step of a case while it can still be sent back: outside the house it has not happened yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson
from sqlalchemy import select

from engine.process import CompiledProcess
from engine.tables import instance
from queries.reader import Reader


@dataclass(frozen=True)
class HeldStep:
    """A step whose letters are held back (`undo_seconds`)."""

    since: datetime
    """When it was done: what has happened since then nobody outside knows."""
    status: str
    """The public status before it."""
    closure: str | None


def held_step(reader: Reader, case_id: str, process: CompiledProcess) -> HeldStep | None:
    """Return the step of a case that can still be sent back at the reader's instant, or None."""
    table = instance.c
    row = reader.connection.execute(select(table.undo, table.undo_until).where(table.case_id == case_id)).one()
    if row.undo is None or row.undo_until <= reader.now:
        return None
    before = orjson.loads(row.undo)
    since = row.undo_until - timedelta(seconds=process.config.undo_seconds)
    return HeldStep(since, before["status"], before["closure"])
