"""Failures on record, for operators: what failed, and what is done about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field
from sqlalchemy import Connection
from starlette.responses import Response

from api.answers import answer
from api.arrival import ApiRoute
from api.authentication import Staff
from api.context import RequestContext
from api.idempotency import Answered, OnceOnly, carry_out
from api.rest.documents import CHANGES, DECIDES, problems
from api.rest.types import Body, Cursor, Data, Id, Limit, Reason, example
from complaints.incidents.dismiss import DismissIncident
from complaints.incidents.move import MoveCase
from complaints.incidents.repair_facts import RepairFacts
from complaints.incidents.reroute import RerouteStep
from complaints.incidents.retry import RetryIncident
from queries.incidents import IncidentDetail, IncidentPage, incidents, one_incident

router = APIRouter(prefix="/api/incidents", tags=["incidents"], route_class=ApiRoute)


class DismissBody(Body):
    """Why this need not happen."""

    model_config = example(reason="The reminder is of no use any more: the case was acknowledged by telephone.")

    reason: Reason = Field(description="On the record of the case.")


Target = Annotated[str, Field(pattern=r"^(team|post|person):[A-Za-z0-9][A-Za-z0-9._-]{0,79}$")]
ElementId = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9._-]{0,199}$")]
TaskId = Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z_-]{0,79}$")]


class RepairBody(Body):
    """Facts that the case has wrong, so that a table or a condition cannot use them."""

    model_config = example(changes={"people": 12}, version=2, reason="The import had lost the number of people.")

    changes: Data = Field(description="By the names of the facts; the checks are those of `PATCH .../facts`.")
    version: Annotated[int, Field(strict=True, ge=0)] = Field(description="`facts_version` of the incident.")
    reason: Reason = Field(description="On the record of the case.")


class RouteBody(Body):
    """Where an open step goes."""

    model_config = example(to="person:wang.fang", reason="Nobody is left in the team that the diagram names.")

    to: Target = Field(description="`team:<key>`, `post:<key>` or `person:<id>`; they see the case from then on.")
    task_id: TaskId | None = Field(
        default=None, description="One of `tasks`; needed where the incident is about none and several are open."
    )
    reason: Reason = Field(description="On the record of the case.")


class MoveBody(Body):
    """Where a token of the case goes."""

    model_config = example(
        to="write_reply",
        token="4t",  # noqa: S106 - a token of BPMN opens nothing
        reason="The partner will never answer; we reply without them.",
    )

    to: ElementId = Field(description="One of the `ways` of the place.")
    token: TaskId | None = Field(
        default=None,
        description="One of `places`; needed where the case stands at several and the incident is at none of them.",
    )
    reason: Reason = Field(description="On the record of the case.")


@dataclass(frozen=True)
class RetryAnswer:
    """What came of trying again."""

    outcome: str
    """`done`; `failed`: the incident says why, and when it is tried again; `queued`: the message goes out next."""
    incident: IncidentDetail


@router.get("", response_model=IncidentPage, responses=problems(401, 403, 422))
def list_incidents(
    context: Staff,
    resolved: Annotated[bool, Query(description="Those that are over, instead of those that are open.")] = False,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """List what has failed, the newest first. For operators; nothing of what is in a complaint is shown."""
    with context.reading() as reader:
        found = incidents(reader.connection, reader.who, resolved=resolved, cursor=cursor or None, limit=limit)
        return answer(found)


@router.get("/{incident_id}", response_model=IncidentDetail, responses=problems(401, 403, 404, 422))
def get_incident(context: Staff, incident_id: Id) -> Response:
    """Return one, with the open steps of its case."""
    with context.reading() as reader:
        return answer(_detail(context, incident_id, reader.connection))


@router.post("/{incident_id}/retry", response_model=RetryAnswer, responses=CHANGES)
def retry_incident(context: Staff, incident_id: Id, once: OnceOnly) -> Response:
    """Try again at once what did not fire, and say what came of it. One that was dismissed is open again."""

    def present(done: Any, connection: Connection) -> Answered:
        return Answered(RetryAnswer(done["outcome"], _detail(context, incident_id, connection)))

    return carry_out(context, RetryIncident(incident_id), present, once)


@router.post("/{incident_id}/dismiss", response_model=IncidentDetail, responses=CHANGES)
def dismiss_incident(context: Staff, incident_id: Id, body: DismissBody, once: OnceOnly) -> Response:
    """Say that this need not happen, and why: it is not tried again by itself."""
    return carry_out(context, DismissIncident(incident_id, body.reason), _shown(context, incident_id), once)


@router.post("/{incident_id}/facts", response_model=IncidentDetail, responses=DECIDES)
def repair_facts(context: Staff, incident_id: Id, body: RepairBody, once: OnceOnly) -> Response:
    """Change facts of a case in which something failed. Tables and clocks follow; then try again."""
    command = RepairFacts(incident_id, body.changes, body.version, body.reason)
    return carry_out(context, command, _shown(context, incident_id), once)


@router.post("/{incident_id}/route", response_model=IncidentDetail, responses=CHANGES)
def reroute_step(context: Staff, incident_id: Id, body: RouteBody, once: OnceOnly) -> Response:
    """Give an open step that stands still to another team, post or person."""
    command = RerouteStep(incident_id, body.to, body.reason, body.task_id)
    return carry_out(context, command, _shown(context, incident_id), once)


@router.post("/{incident_id}/move", response_model=IncidentDetail, responses=DECIDES)
def move_case(context: Staff, incident_id: Id, body: MoveBody, once: OnceOnly) -> Response:
    """Move a token of the case to another element of the diagram; what it leaves is cancelled."""
    command = MoveCase(incident_id, body.to, body.reason, body.token)
    return carry_out(context, command, _shown(context, incident_id), once)


def _shown(context: RequestContext, incident_id: str) -> Callable[[Any, Connection], Answered]:
    return lambda _done, connection: Answered(_detail(context, incident_id, connection))


def _detail(context: RequestContext, incident_id: str, connection: Connection) -> IncidentDetail:
    return one_incident(
        connection, context.who, incident_id, services=context.application.pipeline.services, now=context.now
    )
