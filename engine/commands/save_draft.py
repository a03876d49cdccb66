"""Keep what somebody has filled in so far. Takes no lock of the case, fires nothing, makes no step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from access.keys.sealed_rows import seal
from engine.case_sight import sees_case
from engine.errors import Forbidden, NotFound
from engine.pipeline import Desk
from engine.tables import IS_OPEN, work_item
from engine.work_items import case_of, require_mine, require_open


@dataclass(frozen=True)
class SaveDraft:
    """This is how far I am. The last writer wins; None throws the draft away."""

    task_id: str
    data: Mapping[str, Any] | None


def save_draft(desk: Desk, command: SaveDraft) -> dict[str, Any]:
    """Keep the draft and return `{"task", "version"}`; the task's version stays, so that nobody gets a Stale from it.

    The data is not validated: a draft may be half an answer. Raises NotFound, Forbidden, and Conflict for a task that
    is done or no longer needed. Repeating is safe.
    """
    principal, table = desk.actor.principal, work_item.c
    if principal is None:
        raise Forbidden("Only members of staff work on tasks.")
    row = desk.connection.execute(select(work_item).where(table.id == command.task_id)).first()
    if row is None or not sees_case(desk.connection, case_of(command.task_id), principal):
        raise NotFound("There is no such task.", task=command.task_id)
    require_open(row)
    require_mine(row, principal)
    key = desk.services.keys.of_case(desk.connection, row.case_id)
    # Completing wins over a draft that comes at the same moment: only an open task takes one.
    kept = desk.connection.execute(
        update(work_item)
        .where(table.id == row.id, IS_OPEN)
        .values(
            draft=None if command.data is None else seal(key, dict(command.data)),
            draft_by=None if command.data is None else principal.person_id,
        )
    )
    if kept.rowcount != 1:
        raise NotFound("There is no such open task.", task=command.task_id)
    return {"task": row.id, "version": row.version}
