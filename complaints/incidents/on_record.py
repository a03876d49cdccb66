"""Finding an incident for an operator's command, and writing what was done about it into the log of its case."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select

from access.policy import Principal
from access.rights import Verb, standings_of
from complaints.people.reach import FINDING
from engine import case_log
from engine.case_log import Change
from engine.case_work import OPERATOR, SYSTEM, Actor
from engine.commands.house_work import operator_of
from engine.errors import Conflict, Forbidden, NotFound
from engine.incidents import COMMAND, DELIVERY, FIRING
from engine.model.step import Event
from engine.pipeline import Desk
from engine.tables import conflict_of_interest, event_log, incident, instance, work_item

MOVED = "token-moved"
"""The line in the log of a case that says so of a token that an operator has moved."""


class IncidentKind(StrEnum):
    """What failed: it decides what can be done about it."""

    FIRING = "firing"
    """Something due did not fire: a timer, a rung, the time of a record; or the case could not even be opened."""
    STEP = "step"
    """A step of a person failed and changed nothing; whoever did it repeats it."""
    NOBODY = "nobody"
    """An open step waits for people of whom nobody is left."""
    DELIVERY = "delivery"
    """A message could not be delivered."""
    HOUSE = "house"
    """Work on the house, which concerns no case."""


def kind_of(doing: str, case_id: str | None) -> IncidentKind:
    """Return the kind of an incident by what was being done."""
    if doing == FIRING:
        return IncidentKind.FIRING
    if doing == FINDING:
        return IncidentKind.NOBODY
    if doing.startswith(DELIVERY):
        return IncidentKind.DELIVERY
    return IncidentKind.STEP if doing.startswith(COMMAND) and case_id is not None else IncidentKind.HOUSE


@dataclass(frozen=True)
class Found:
    """An incident, locked together with its case."""

    id: str
    kind: IncidentKind
    case_id: str | None
    doing: str
    about: str | None
    element: str | None
    dismissed: bool
    operator: Principal | None
    """Who asks; None: the house itself."""

    @property
    def case(self) -> str:
        """The case. Raises Conflict where there is none."""
        if self.case_id is None:
            raise Conflict("This incident concerns no case.", incident=self.id)
        return self.case_id

    @property
    def actor_id(self) -> str:
        """As the log names who acts."""
        return self.operator.person_id if self.operator is not None else SYSTEM.kind


def may_know_of(person_id: str) -> ColumnElement[bool]:
    """Return the condition for incidents of no case, and of those from which the person is not kept apart."""
    bar = conflict_of_interest.c
    about_them = exists().where(bar.case_id == incident.c.case_id, bar.person == person_id)
    return or_(incident.c.case_id.is_(None), ~about_them)


def locked_incident(desk: Desk, incident_id: str, *, dismissed_too: bool = False, moved_too: bool = False) -> Found:
    """Return an incident that is not over, its case locked; with `moved_too` also one that only a move has ended.

    Raises Forbidden unless an operator or the house asks, NotFound for one that there is not or that concerns the
    operator themselves, Conflict for one that is over.
    """
    who = operator_of(desk.actor)
    asked = select(incident).where(incident.c.id == incident_id)
    if who is not None:
        asked = asked.where(may_know_of(who.person_id))
    row = desk.connection.execute(asked).first()
    if row is not None and row.case_id is not None:
        # The case first, as everywhere; what was read before the wait may be over by now.
        desk.connection.execute(select(instance.c.case_id).where(instance.c.case_id == row.case_id).with_for_update())
        row = desk.connection.execute(asked).first()
    if row is None:
        raise NotFound("There is no such incident.", incident=incident_id)
    dismissed = row.dismissed_by is not None
    if row.resolved_at is not None:
        again = dismissed_too if dismissed else moved_too and _only_moved(desk, row)
        if not again:
            raise Conflict("This incident is over.", incident=row.id, at=row.resolved_at.isoformat())
    return Found(
        id=row.id, kind=kind_of(row.doing, row.case_id), case_id=row.case_id, doing=row.doing, about=row.about,
        element=row.element, dismissed=dismissed, operator=who,
    )  # fmt: skip


def _only_moved(desk: Desk, row: Any) -> bool:
    """Say whether a move has ended the incident, and nobody has completed a step of the case since."""
    line, items = event_log.c, work_item.c
    moved = exists().where(line.case_id == row.case_id, line.kind == MOVED, line.at == row.resolved_at)
    done = exists().where(items.case_id == row.case_id, items.state == "done", items.done_at >= row.resolved_at)
    return bool(desk.connection.execute(select(and_(moved, ~done))).scalar())


def write_line(desk: Desk, found: Found, kind: str, **detail: Any) -> None:
    """Add a line about an incident to the log of its case; an incident of the house has no log but its own row."""
    if found.case_id is None:
        return
    line = Event(kind, element=found.element, name=found.id, detail=detail)
    key = desk.services.keys.of_cases(desk.connection, [found.case_id]).get(found.case_id)
    case_log.write(desk.connection, Change(found.case_id, key, desk.now, found.actor_id, [line]))


def require_repair(desk: Desk, found: Found) -> Actor:
    """Return who acts on the case of an incident.

    Raises Conflict without a case, and where only a message failed: the case goes on, and nothing of it wants repair.
    Forbidden where `[may]` says no.
    """
    if found.kind is IncidentKind.DELIVERY:
        raise Conflict("Only a message failed: try it again, or dismiss it with a reason.", incident=found.id)
    owner = desk.connection.execute(select(instance.c.case_owner).where(instance.c.case_id == found.case)).scalar_one()
    if found.operator is None:
        return SYSTEM
    if not desk.services.rules.allows(Verb.REPAIR, standings_of(found.operator, owner=owner)):
        raise Forbidden("Operators repair no cases in this house; posts.toml says who may (`repair`).")
    return Actor(OPERATOR, found.operator)
