"""Action items of the plan: done, opened again, overdue. A blocking one that is open keeps the case open (R-002-23)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from access.rights import Verb
from complaints.case_now import keep_facts, require_not_closed
from complaints.plan.action_lines import settled
from complaints.plan.late_records import tell_late
from complaints.tables import action_item
from complaints.wording import words
from engine.case_rights import require
from engine.case_work import CaseWork
from engine.dated import clear_dated, set_dated
from engine.errors import Conflict, NotFound

NOTE = 2000
"""Characters of a note or a reason."""


@dataclass(frozen=True)
class CompleteAction:
    """This action is done; the note says how it can be seen."""

    case_id: str
    action_id: str
    note: str = ""


@dataclass(frozen=True)
class ReopenAction:
    """This action is not done after all."""

    case_id: str
    action_id: str
    reason: str


def complete_action(work: CaseWork, command: CompleteAction) -> dict[str, Any]:
    """Complete, and return `{"open_actions": count}` of those that still block closing.

    The owner, a supervisor, leadership and the action's team may. Raises NotFound, Forbidden, Unfit, and Conflict,
    with who and when, for an action that is done already, or that the plan has left out.
    """
    row = _load(work, command.action_id)
    who = require(work, Verb.DO_ACTION, teams=[row.team] if row.team else ())
    note = words("note", command.note, longest=NOTE, required=False)
    if row.done_at is not None:
        raise Conflict("This action is done already.", action=row.id, by=row.done_by, at=row.done_at.isoformat())
    _require_in_plan(row)
    by = who.person_id if who else None
    work.update(action_item, action_item.c.id == row.id, done_at=work.now, done_by=by, done_note=note or None)
    clear_dated(work, "action", row.id)
    work.log("action-done", name=row.id, title=row.title)
    return {"open_actions": _recount(work, row, done=True)}


def reopen_action(work: CaseWork, command: ReopenAction) -> dict[str, Any]:
    """Open again, and return `{"open_actions": count}`.

    Its due time counts again where it lies ahead; one that has passed was told already. Raises NotFound, Forbidden,
    Unfit, and Conflict for an action that is open or that the plan has left out, or a case that is closed.
    """
    row = _load(work, command.action_id)
    require(work, Verb.DO_ACTION, teams=[row.team] if row.team else ())
    reason = words("reason", command.reason, longest=NOTE)
    require_not_closed(work)
    _require_in_plan(row)
    if row.done_at is None:
        raise Conflict("This action is open.", action=row.id)
    work.update(action_item, action_item.c.id == row.id, done_at=None, done_by=None, done_note=None)
    if row.due_at is not None and row.due_at > work.now:
        set_dated(work, "action", row.id, row.due_at)
    work.log("action-reopened", name=row.id, title=row.title, was=row.done_by, reason=reason)
    return {"open_actions": _recount(work, row, done=False)}


def action_overdue(work: CaseWork, record_id: str, due_at: datetime) -> None:
    """The due time of an action has come: whom the process names is told, once, unless it is done."""
    row = work.first(select(action_item).where(action_item.c.id == record_id, action_item.c.case_id == work.case_id))
    if row is None or row.done_at is not None or row.void_at is not None:
        return
    work.log("action-overdue", name=row.id, title=row.title, due_at=due_at.isoformat())
    values = {"action": row.id, "due_at": due_at.isoformat()}
    team = [f"team:{row.team}"] if row.team else []
    tell_late(work, "action", values, concerned=team, cause=f"action:{row.id}")


def open_actions(work: CaseWork) -> int:
    """Return how many actions still block closing."""
    table = action_item.c
    blocking = select(func.count()).select_from(action_item)
    return int(
        work.connection.execute(
            blocking.where(
                table.case_id == work.case_id, table.blocking, table.done_at.is_(None), table.void_at.is_(None)
            )
        ).scalar_one()
    )


def _recount(work: CaseWork, row: Any, *, done: bool) -> int:
    count = open_actions(work)
    facts = work.row["facts"]
    records = settled(
        facts.get("actions_opened") or (), row.kind, row.title, row.team,
        done=done, revision=facts.get("plan_revision"),
    )  # fmt: skip
    keep_facts(work, {"open_actions": count, "actions_opened": records})
    return count


def _require_in_plan(row: Any) -> None:
    if row.void_at is not None:
        raise Conflict("This action is no longer part of the plan.", action=row.id, at=row.void_at.isoformat())


def _load(work: CaseWork, action_id: str) -> Any:
    row = work.first(select(action_item).where(action_item.c.id == action_id, action_item.c.case_id == work.case_id))
    if row is None:
        raise NotFound("There is no such action in this case.", action=action_id)
    return row
