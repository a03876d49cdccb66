"""Send back a step that was completed wrongly, while nobody outside has heard of it (docs/adr/0010)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import delete, update

from access.policy import may_supervise
from engine import undo
from engine.case_work import CaseWork
from engine.commands.past_sending_back import in_the_way, not_completed
from engine.errors import Conflict, Forbidden, Unfit
from engine.kernel.case_run import numbered_on
from engine.kernel.step import inspect
from engine.projection import item_id
from engine.tables import case_clock, work_item
from engine.work_items import case_of, load_item
from storage import outbox


@dataclass(frozen=True)
class SendBack:
    """Take the completion of this task back. A supervisor gives a reason."""

    task_id: str
    reason: str = ""

    @property
    def case_id(self) -> str:
        """Which case."""
        return case_of(self.task_id)


def send_back(work: CaseWork, command: SendBack) -> None:
    """Restore state, facts, clocks and owner to before the step; delete the notices it would have sent.

    Raises Conflict, saying what stands in the way: the step is not completed, or was sent back already; its notices are
    out, or were never held; something else has happened since; it moved money or the case itself. Raises Forbidden, and
    Unfit for a supervisor without a reason.
    """
    item, principal, row = load_item(work, command.task_id), work.actor.principal, work.row
    if item.state != "done":
        raise not_completed(work, item)
    if principal is None or (item.done_by != principal.person_id and not may_supervise(principal)):
        raise Forbidden("Only who completed the step, or a supervisor, can send it back.")
    if item.done_by != principal.person_id and not command.reason.strip():
        raise Unfit("Give the reason.", fields=[{"field": "reason", "code": "required"}])
    if row["undo"] is None or row["undo_task"] != item.id:
        raise in_the_way(work, item)
    if row["undo_until"] <= work.now:
        raise Conflict("The notices of this step are out; it cannot be sent back any more.", task=item.id)
    kept = undo.read(row["undo"])
    calendars, now = work.services.calendars, work.now
    current = work.result or inspect(work.process, row["state"], facts=row["facts"], calendars=calendars, now=now)
    stored = numbered_on(kept.state, row["state"])
    earlier = inspect(work.process, stored, facts=kept.facts, calendars=calendars, now=now)
    back = {t.id: item_id(work.case_id, t.id) for t in earlier.tasks if t.id not in {c.id for c in current.tasks}}
    work.connection.execute(
        update(work_item)
        .where(work_item.c.id.in_(back.values()))
        .values(state="open", done_at=None, done_by=None, version=work_item.c.version + 1)
    )
    work.before = replace(
        current.before,
        tasks={t.id: t.due_at.isoformat() if t.due_at else None for t in current.tasks} | dict.fromkeys(back),
        due=frozenset(d.key for d in current.due),
        clocks={c.key: c for c in current.clocks},
    )
    work.result = earlier
    work.connection.execute(
        delete(case_clock).where(
            case_clock.c.case_id == work.case_id, case_clock.c.key.not_in([c.key for c in earlier.clocks])
        )
    )
    outbox.cancel_held(work.connection, work.case_id, f"{kept.batch}:", now=work.now)
    work.services.unmake(work, kept.batch)
    row.update(
        state=earlier.state, facts=kept.facts, status=kept.status, closure=kept.closure,
        facts_version=row["facts_version"] + 1, undo=None, undo_task=None, undo_until=None, ended_at=None,
        ended_as=None,
    )  # fmt: skip
    work.set_owner(kept.owner)
    work.log("sent-back", element=item.element, name=item.id, reason=command.reason)
