"""An operator gives a step that stands still to another team, post or person: the diagram's choice led nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from access.tables import person
from complaints.incidents.on_record import Found, IncidentKind, locked_incident, require_repair
from complaints.people.nobodys_tasks import nobodys_tasks
from complaints.people.reach import note_nobodys_tasks
from complaints.wording import REASON, words
from engine.case_sight import concerned
from engine.case_work import OPERATOR, SYSTEM, CaseWork
from engine.errors import Conflict, Forbidden, Unfit
from engine.pipeline import Desk
from engine.tables import IS_OPEN, work_item
from engine.work_items import REROUTED, load_item, require_open


@dataclass(frozen=True)
class RerouteStep:
    """An open step goes elsewhere. `to`: `team:...`, `post:...` or `person:...`.

    `task_id` may be left out where the incident is about a task, or one step alone is open.
    """

    incident_id: str
    to: str
    reason: str
    task_id: str | None = None


@dataclass(frozen=True)
class GiveElsewhere:
    """The same on the case; carried out within the operator's command."""

    case_id: str
    task_id: str
    to: str
    reason: str
    stuck: str | None = None
    """The step that the incident is about; another one that somebody has stays with them."""


def reroute_step(desk: Desk, command: RerouteStep) -> dict[str, Any]:
    """Give the step elsewhere, and return `{"incident": id, "task": id}`.

    Raises Forbidden, NotFound, Conflict for what is over, Unfit where nobody there may do it.
    """
    found = locked_incident(desk, command.incident_id)
    actor = require_repair(desk, found)
    reason = words("reason", command.reason, longest=REASON)
    task = command.task_id or _meant(desk, found)
    desk.pipeline.within(desk.connection, GiveElsewhere(found.case, task, command.to, reason, found.about), actor)
    return {"incident": found.id, "task": task}


def give_elsewhere(work: CaseWork, command: GiveElsewhere) -> None:
    """Do it, on record. The step no longer follows the case owner; whoever has it from now on sees the case.

    Raises Forbidden for anybody but an operator and the house, NotFound, Conflict for a step that is not open or that
    somebody has, Unfit.
    """
    if work.actor.kind not in (SYSTEM.kind, OPERATOR):
        raise Forbidden("Only an operator gives a step that stands still to others.")
    item = load_item(work, command.task_id)
    require_open(item)
    if item.assignee is not None and item.id != command.stuck:
        raise Conflict("Somebody has this step: a supervisor may give it to others.", task=item.id)
    kind, _, name = command.to.partition(":")
    values: dict[str, Any] = {"assignee": None, "post": None, "owner_bound": False, "version": item.version + 1}
    if kind == "person":
        _require_fit(work, item, name)
        values |= {"assignee": name, "post": item.post}
    elif kind in ("team", "post") and name:
        values[kind] = name
    else:
        raise Unfit(
            "This is no team, post or person: write team:, post: or person: before the name.",
            fields=[{"field": "to", "code": "malformed"}],
        )
    work.connection.execute(update(work_item).where(work_item.c.id == item.id).values(values))
    still = nobodys_tasks(work.connection, rules=work.services.rules, case_id=work.case_id)
    if any(task.id == item.id for task in still):
        raise Unfit("Nobody there may do this step.", fields=[{"field": "to", "code": "unknown"}])
    note_nobodys_tasks(work)
    work.log(REROUTED, element=item.element, name=item.id, to=command.to, reason=command.reason)
    if kind == "person":
        told = {"task": item.id, "reason": command.reason}
        work.tell(command.to, "task_assigned", told, f"reroute:{work.batch}:{item.id}")


def _meant(desk: Desk, found: Found) -> str:
    if found.kind in (IncidentKind.NOBODY, IncidentKind.STEP) and found.about is not None:
        return found.about
    table = work_item.c
    tasks = select(table.id).where(table.case_id == found.case, IS_OPEN).order_by(table.id)
    some = desk.connection.execute(tasks).scalars().all()
    if len(some) != 1:
        raise Unfit(
            "Say which of the open steps goes elsewhere.",
            fields=[{"field": "task_id", "code": "required"}],
        )
    return str(some[0])


def _require_fit(work: CaseWork, item: Any, name: str) -> None:
    if work.actor.principal is not None and name == work.actor.principal.person_id:
        # Who has a step sees the case, and an operator who repairs it is to see nothing of it.
        raise Unfit("Nobody gives a step to themselves.", fields=[{"field": "to", "code": "kept-apart"}])
    target = work.connection.execute(select(person.c.active).where(person.c.id == name)).first()
    if target is None or not target.active:
        raise Unfit("There is nobody of this name at work here.", fields=[{"field": "to", "code": "unknown-person"}])
    if name in concerned(work.connection, work.case_id)[1]:
        raise Unfit("This person is kept apart from the case.", fields=[{"field": "to", "code": "kept-apart"}])
    if name in (item.excluded or ()):
        raise Unfit(
            "This person did a step that the task must be apart from.", fields=[{"field": "to", "code": "excluded"}]
        )
