"""The rows of action items: written when a plan opens them, and moved when a later plan says them otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from complaints.overwritten import DATED, add_team, keep_before
from complaints.plan.action_days import due_on
from complaints.tables import action_item
from engine.case_work import CaseWork
from engine.dated import clear_dated, dated_due, set_dated
from engine.model.step import Effect


def open_actions(work: CaseWork, effect: Effect) -> None:
    """Open action items with owner team and due time, and move those that go on; the teams are told.

    Those that are no longer part of the plan become void, on record; nobody waits for their day any more. Whose they
    were is told so, and so is the team from which a plan takes an action to give it to another.
    """
    for each in effect.made["actions_dropped"]:
        _drop(work, each)
    for each in effect.made["actions_changed"]:
        _move(work, each["before"], each["after"])
    for action in effect.made["actions"]:
        action_id = work.ids.new()
        due_at = due_on(work, action["due_on"])
        row = {
            "id": action_id, "case_id": work.case_id, "kind": action["kind"], "title": action["title"],
            "team": action["team"], "due_at": due_at, "blocking": action["blocking"], "created_at": work.now,
            "cause": f"{work.batch}:{effect.cause}",
        }  # fmt: skip
        work.insert(action_item, row)
        if due_at is not None:
            set_dated(work, "action", action_id, due_at)
        work.log("action-opened", name=action_id, title=action["title"], team=action["team"])
        _tell(work, action["team"], action["title"], due_at, f"action:{action_id}")


def _move(work: CaseWork, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Write the day, team and weight that a later plan gives to an action that is open."""
    row = _row_of(work, before)
    if row is None:
        return
    due_at = due_on(work, after["due_on"])
    _write(work, row, team=after["team"], due_at=due_at, blocking=after["blocking"])
    if due_at != row.due_at:
        # A day that has passed was told already, unless the plan gives another one.
        clear_dated(work, "action", row.id)
        if due_at is not None:
            set_dated(work, "action", row.id, due_at)
    work.log("action-changed", name=row.id, title=row.title, team=after["team"], was=row.team, due_on=after["due_on"])
    if row.team != after["team"]:
        _tell_dropped(work, row)
    _tell(work, after["team"], row.title, due_at, f"action:{row.id}:{work.batch}")


def _drop(work: CaseWork, record: Mapping[str, Any]) -> None:
    row = _row_of(work, record)
    if row is None:
        return
    _write(work, row, void_at=work.now)
    clear_dated(work, "action", row.id)
    work.log("action-dropped", name=row.id, title=row.title, team=row.team)
    _tell_dropped(work, row)


def _row_of(work: CaseWork, record: Mapping[str, Any]) -> Any:
    """Return the open row that a record of the facts stands for; of several that say the same, the one of its day."""
    table = action_item.c
    found = work.read(
        select(action_item)
        .where(
            table.case_id == work.case_id, table.kind == record["kind"], table.team == record["team"],
            table.done_at.is_(None), table.void_at.is_(None),
        )
        .order_by(table.due_at.is_distinct_from(due_on(work, record["due_on"])), table.created_at, table.id)
    )  # fmt: skip
    return next((row for row in found if row.title == record["title"]), None)


def _write(work: CaseWork, row: Any, **values: Any) -> None:
    waited = any(item.key == f"action:{row.id}" for item in dated_due(work))
    before = {name: row._mapping[name] for name in ("team", "due_at", "blocking", "void_at")}
    keep_before(work, action_item, row.id, {**before, DATED: waited})
    work.update(action_item, action_item.c.id == row.id, **values)


def _tell(work: CaseWork, team: str | None, title: str, due_at: datetime | None, cause: str) -> None:
    if team:
        add_team(work, team)
        values = {"item": title, "due_at": due_at.isoformat() if due_at else None}
        work.tell(f"team:{team}", "action_opened", values, cause)


def _tell_dropped(work: CaseWork, row: Any) -> None:
    if row.team:
        work.tell(f"team:{row.team}", "action_dropped", {"item": row.title}, f"action:{row.id}:{work.batch}:dropped")
