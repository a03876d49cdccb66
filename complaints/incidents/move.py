"""An operator moves a case to another step: what it stands at can neither be done nor go on by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from complaints.incidents.on_record import MOVED, Found, locked_incident, require_repair
from complaints.wording import REASON, words
from engine.case_work import OPERATOR, SYSTEM, CaseWork
from engine.errors import Forbidden, Unfit
from engine.kernel.step import places
from engine.model.step import MoveToken, Place
from engine.pipeline import Desk


@dataclass(frozen=True)
class MoveCase:
    """A token of the case goes to another element of the diagram.

    `token` may be left out where the case stands at one place alone, or at the element of the incident.
    """

    incident_id: str
    to: str
    reason: str
    token: str | None = None


@dataclass(frozen=True)
class MoveElsewhere:
    """The same on the case; carried out within the operator's command. `at`: the element of the incident."""

    case_id: str
    to: str
    reason: str
    token: str | None
    at: str | None


def move_case(desk: Desk, command: MoveCase) -> dict[str, Any]:
    """Move the token, let everything follow that follows of itself, and return `{"incident": id, "token": id}`.

    As long as nobody has completed a step since, the incident that this has ended moves the case once more. Raises
    Forbidden, NotFound, Conflict for what is over and for a token that stands there no more, Unfit where no way leads
    there, and StepFailed where what follows fails: then nothing has moved.
    """
    found: Found = locked_incident(desk, command.incident_id, moved_too=True)
    actor = require_repair(desk, found)
    reason = words("reason", command.reason, longest=REASON)
    move = MoveElsewhere(found.case, command.to, reason, command.token, found.element)
    return {"incident": found.id, **desk.pipeline.within(desk.connection, move, actor)}


def move_elsewhere(work: CaseWork, command: MoveElsewhere) -> dict[str, str]:
    """Do it, on record, and return `{"token": id}`. Raises Forbidden for anybody but an operator and the house."""
    if work.actor.kind not in (SYSTEM.kind, OPERATOR):
        raise Forbidden("Only an operator moves a case to another step.")
    rest = places(
        work.process, work.row["state"], facts=work.row["facts"], calendars=work.services.calendars, now=work.now
    )
    token = command.token if command.token is not None else _meant(rest, command.at).token
    left = next((each.element for each in rest if each.token == token), None)
    work.step(MoveToken(token, command.to))
    work.log(MOVED, element=left, name=token, to=command.to, reason=command.reason)
    return {"token": token}


def _meant(rest: tuple[Place, ...], at: str | None) -> Place:
    here = [each for each in rest if each.element == at] or list(rest)
    if len(here) != 1:
        raise Unfit(
            "Say which of the places where the case stands it leaves.",
            fields=[{"field": "token", "code": "required"}],
        )
    return here[0]
