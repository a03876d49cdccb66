"""Take a task from the pool of a team or post, give it back, or hand it to somebody."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from access.policy import may_supervise
from access.principals import principal as principal_of
from access.tables import membership, person
from engine.case_sight import concerned
from engine.case_work import SYSTEM, CaseWork
from engine.errors import Conflict, Forbidden, Unfit
from engine.work_items import case_of, element_of, give_to, last_line, load_item, require_mine, require_open


@dataclass(frozen=True)
class ClaimTask:
    """I take this task. Repeating is safe."""

    task_id: str

    @property
    def case_id(self) -> str:
        """Which case."""
        return case_of(self.task_id)


@dataclass(frozen=True)
class ReleaseTask:
    """I give this task back to the pool it came from; or the house does it for somebody who has left."""

    task_id: str

    @property
    def case_id(self) -> str:
        """Which case."""
        return case_of(self.task_id)


@dataclass(frozen=True)
class AssignTask:
    """A supervisor gives the task to somebody, with a reason."""

    task_id: str
    to: str
    reason: str

    @property
    def case_id(self) -> str:
        """Which case."""
        return case_of(self.task_id)


def claim_task(work: CaseWork, command: ClaimTask) -> None:
    """Claim; on a step that makes its doer the case owner, the claim does so (R-004-12). Conflict says who has it."""
    item = load_item(work, command.task_id)
    require_open(item)
    principal = work.actor.principal
    if item.assignee is not None and principal is not None and item.assignee != principal.person_id:
        # Whose it was from the beginning took it at no moment.
        taken = last_line(work, item.id, "claimed", "assigned")
        since = {} if taken is None else {"at": taken.at.isoformat()}
        raise Conflict("Somebody else has taken this task.", task=item.id, by=item.assignee, **since)
    who = require_mine(item, principal)
    if item.assignee == who.person_id:
        return
    if element_of(work, item).properties.get("owns") == "true" and work.owner is None:
        work.set_owner(who.person_id)
    give_to(work, item, who.person_id)
    work.log("claimed", element=item.element, name=item.id)


def release_task(work: CaseWork, command: ReleaseTask) -> None:
    """Give back. What follows the case owner cannot be given back, only handed over with the case.

    Raises Forbidden unless who has the task asks, or the house; Conflict for a task that no team and no post would get.
    """
    item = load_item(work, command.task_id)
    require_open(item)
    principal = work.actor.principal
    mine = principal is not None and item.assignee == principal.person_id
    if not mine and (work.actor.kind != SYSTEM.kind or item.assignee is None):
        raise Forbidden("Only who has a task can give it back.", task=item.id, by=item.assignee)
    if item.owner_bound and work.owner == item.assignee:
        raise Conflict("This task belongs to the case owner: hand the case over instead.", task=item.id)
    if item.team is None and item.post is None:
        raise Conflict("Nobody else would find this task: a supervisor assigns it.", task=item.id)
    give_to(work, item, None)
    detail = {} if mine else {"was": item.assignee}
    work.log("released", element=item.element, name=item.id, **detail)


def assign_task(work: CaseWork, command: AssignTask) -> None:
    """Assign. The person must be active, of the task's team, and not kept apart from it."""
    item = load_item(work, command.task_id)
    require_open(item)
    principal = work.actor.principal
    if principal is None or not may_supervise(principal):
        raise Forbidden("Only a supervisor assigns tasks to others.")
    if not command.reason.strip():
        raise Unfit("Give the reason.", fields=[{"field": "reason", "code": "required"}])
    target = work.connection.execute(select(person.c.id, person.c.active).where(person.c.id == command.to)).first()
    if target is None or not target.active:
        raise Unfit("There is nobody of this name at work here.", fields=[{"field": "to", "code": "unknown-person"}])
    teams = set(work.connection.execute(select(membership.c.team).where(membership.c.person == command.to)).scalars())
    if item.team is not None and item.team not in teams:
        raise Unfit("This person is not in the task's team.", fields=[{"field": "to", "code": "not-in-team"}])
    who = principal_of(work.connection, command.to, now=work.now, rules=work.services.rules)
    if item.post is not None and (who is None or item.post not in who.posts):
        raise Unfit("This person does not hold the post.", fields=[{"field": "to", "code": "not-in-post"}])
    if command.to in concerned(work.connection, work.case_id)[1]:
        raise Unfit("This person is kept apart from the case.", fields=[{"field": "to", "code": "kept-apart"}])
    if command.to in (item.excluded or ()):
        raise Unfit(
            "This person did a step that the task must be apart from.", fields=[{"field": "to", "code": "excluded"}]
        )
    give_to(work, item, command.to)
    work.log("assigned", element=item.element, name=item.id, to=command.to, reason=command.reason)
    work.tell(f"person:{command.to}", "task_assigned", {"task": item.id, "reason": command.reason}, f"assign:{item.id}")
