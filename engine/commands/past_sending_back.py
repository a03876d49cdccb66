"""Why a completed step cannot be sent back: told with what stands in its way, and by whom and when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from engine.case_log import whole_lines
from engine.case_work import CaseWork
from engine.errors import Conflict
from engine.tables import event_log
from engine.work_items import last_line

BESIDE = frozenset(
    {"note", "incident", "incident-waiting", "incident-retried", "incident-dismissed", "linked", "unlinked"}
)
"""Kinds of lines in the log of a case that build on no step."""


def not_completed(work: CaseWork, item: Any) -> Conflict:
    """Return the refusal for a task that is not done: by whom and when it was sent back already, if it was."""
    back = last_line(work, item.id, "sent-back")
    if back is None or item.state != "open":
        return Conflict("This task is not completed.", task=item.id)
    return Conflict("This step has been sent back already.", task=item.id, by=back.actor, at=back.at.isoformat())


def in_the_way(work: CaseWork, item: Any) -> Conflict:
    """Return the refusal for a completed step of which nothing is kept any more, or of which nothing was ever kept."""
    config, row = work.process.config, work.row
    if config.undo_seconds <= 0:
        return Conflict("This process holds no notices back, so no step of it can be sent back.", task=item.id)
    rows = _since(work, item)
    operations = work.process.operations
    for line in rows:
        known = operations.get(str(line.detail.get("operation"))) if line.kind == "effect" else None
        if line.at == item.done_at and known is not None and not known.reversible:
            return Conflict("This step moved money or gave the case to somebody else; it cannot be sent back.",
                            task=item.id, operation=known.name)  # fmt: skip
    later = [line for line in rows if line.at > item.done_at and line.kind not in BESIDE]
    never = config.undo_none_when
    # What the facts said right after the step, which counts as well as before it; where others have changed them since,
    # nobody knows that any more.
    same = never is not None and not any(line.kind == "facts" and never.names & line.detail.keys() for line in later)
    if never is not None and same and never.evaluate({name: row["facts"].get(name) for name in never.names}, {}):
        return Conflict("In a case like this the process holds no notices back, so a step cannot be sent back.",
                        task=item.id, rule=never.source)  # fmt: skip
    if later:
        return Conflict("Others have built on this step; it cannot be sent back any more.",
                        task=item.id, by=later[0].actor, at=later[0].at.isoformat())  # fmt: skip
    if item.done_at + timedelta(seconds=config.undo_seconds) <= work.now:
        return Conflict("The notices of this step are out; it cannot be sent back any more.", task=item.id)
    return Conflict("Nothing is kept from before this step; it cannot be sent back.", task=item.id)


def _since(work: CaseWork, item: Any) -> list[Any]:
    """Return the lines of the log from the completion of the step on."""
    table = event_log.c
    found = select(event_log).where(table.case_id == work.case_id, table.at >= item.done_at)
    return whole_lines(work.key, work.connection.execute(found.order_by(table.sequence)))
