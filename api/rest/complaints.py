"""Complaints: file, list, read, change what is known, who is concerned."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import PlainTextResponse
from sqlalchemy import Connection
from starlette.responses import Response

from api.answers import answer, case_tag, facts_tag, matched_facts, unchanged
from api.arrival import StepRoute
from api.authentication import Anybody, Staff
from api.idempotency import Answered, OnceOnly, carry_out
from api.rest.case_answers import AddedAnswer, FactsAnswer, FiledAnswer, PeopleAnswer
from api.rest.complaint_bodies import AffectedBodies, AffectedListBody, FactsBody, IntakeBody
from api.rest.documents import ANSWERS, CHANGES, DECIDES, LISTS, READS, TAGGED, UNCHANGED, problems
from api.rest.filed import filed
from api.rest.filters import require_person, require_team
from api.rest.types import Cursor, Id, IfMatch, IfNoneMatch, Impact, Limit, Person, Priority, Search, Status, Team
from complaints.change_facts import ChangeFacts
from complaints.people.affected import AddAffected, AffectedPerson, RemoveAffected
from engine.errors import Unfit
from queries.affected import AffectedPage, affected_people
from queries.case_course import Source
from queries.case_file import CaseFile, case_file
from queries.complaints_list import ComplaintPage, Filters, complaints
from queries.diagram import CaseDiagram, diagram
from queries.diagram_text import in_words
from queries.timeline import TimelinePage, timeline

router = APIRouter(prefix="/api/complaints", tags=["complaints"], route_class=StepRoute)


@router.post("", status_code=201, response_model=FiledAnswer, responses=ANSWERS | problems(403))
def file_complaint(context: Anybody, body: IntakeBody, once: OnceOnly) -> Response:
    """File a complaint; nobody needs an account. Staff who write one down send their token and own it from then on."""
    if context.principal is None:
        per_minute = context.application.settings.filings_per_minute
        context.shared.rates.take("filings", context.address, per_minute=per_minute)
    return carry_out(context, body.command(), filed(context, body.language), once)


@router.get("", response_model=ComplaintPage, responses=LISTS)
def list_complaints(
    context: Staff,
    status: Status = None,
    case_owner: Person = None,
    team: Team = None,
    impact: Impact = None,
    priority: Priority = None,
    overdue: Annotated[bool, Query(description="Only those with a clock past its time.")] = False,
    q: Search = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """List the complaints that you see, the newest first."""
    filters = Filters(
        status=status, case_owner=case_owner, team=team, impact=impact, priority=priority, overdue=overdue, q=q
    )
    with context.reading() as reader:
        require_team(reader, team)
        require_person(reader, case_owner)
        return answer(complaints(reader, filters, cursor=cursor or None, limit=limit))


@router.get("/{complaint_id}", response_model=CaseFile, responses=READS | TAGGED | UNCHANGED)
def read_complaint(context: Staff, complaint_id: Id, if_none_match: IfNoneMatch = None) -> Response:
    """Read a complaint: status, facts, clocks with their explanation, open tasks. The ETag also serves PATCH facts."""
    with context.reading() as reader:
        found = case_file(reader, complaint_id)
    tag = case_tag(found.row_version, found.facts_version)
    return unchanged(if_none_match, tag) or answer(found, headers={"ETag": tag})


@router.patch("/{complaint_id}/facts", response_model=FactsAnswer, responses=DECIDES | TAGGED)
def change_facts(
    context: Staff, complaint_id: Id, body: FactsBody, once: OnceOnly, if_match: IfMatch = None
) -> Response:
    """Change what is known. The tables run again in the same transaction. If-Match names the facts that you saw."""
    changes = dict(body)
    reason = changes.pop("reason", "")
    if not isinstance(reason, str):
        raise Unfit(fields=[{"field": "reason", "code": "not-string"}])
    command = ChangeFacts(complaint_id, changes, matched_facts(if_match), reason)

    def present(done: dict[str, Any], connection: Connection) -> Answered:
        return Answered(done, headers={"ETag": facts_tag(done["version"])})

    return carry_out(context, command, present, once)


@router.get("/{complaint_id}/affected", response_model=AffectedPage, responses=LISTS | problems(404))
def list_affected(context: Staff, complaint_id: Id, cursor: Cursor = None, limit: Limit = 50) -> Response:
    """List the people concerned, those who left too."""
    with context.reading() as reader:
        return answer(affected_people(reader, complaint_id, cursor=cursor or None, limit=limit))


@router.post("/{complaint_id}/affected", status_code=201, response_model=AddedAnswer, responses=CHANGES)
def add_affected(context: Staff, complaint_id: Id, body: AffectedBodies, once: OnceOnly) -> Response:
    """Add one person, or several under `people`. The tenth brings the case to leadership at once."""
    people = body.people if isinstance(body, AffectedListBody) else [body]
    command = AddAffected(
        complaint_id, tuple(AffectedPerson(each.name, each.contact, each.learner_id) for each in people)
    )
    return carry_out(context, command, lambda done, _: Answered(done, 201), once)


@router.delete("/{complaint_id}/affected/{affected_id}", response_model=PeopleAnswer, responses=CHANGES)
def remove_affected(context: Staff, complaint_id: Id, affected_id: Id) -> Response:
    """Note that somebody no longer takes part; the count goes down and nothing else changes. Repeating is safe."""
    return answer(context.run(RemoveAffected(complaint_id, affected_id)))


@router.delete("/{complaint_id}/affected", response_model=PeopleAnswer, responses=CHANGES)
def remove_affected_by_query(
    context: Staff,
    complaint_id: Id,
    affected_id: Annotated[
        str, Query(alias="id", description="Whose entry.", pattern=r"^[0-9A-Za-z][0-9A-Za-z_-]{0,79}$")
    ],
) -> Response:
    """Note that somebody no longer takes part, with the person as `?id=`: the same as by their own address."""
    return answer(context.run(RemoveAffected(complaint_id, affected_id)))


@router.get("/{complaint_id}/timeline", response_model=TimelinePage, responses=LISTS | problems(404))
def read_timeline(
    context: Staff,
    complaint_id: Id,
    everything: Annotated[bool, Query(description="Automatic steps too.")] = False,
    only: Annotated[Source | None, Query(description="Of one kind alone.")] = None,
    newest_first: Annotated[bool, Query(description="The latest first, as a long case is best read.")] = False,
    cursor: Cursor = None,
    limit: Limit = 200,
) -> Response:
    """Read who did what when, the oldest first unless asked otherwise; with `everything` the automatic steps too."""
    with context.reading() as reader:
        found = timeline(
            reader, complaint_id, everything=everything, only=only, newest_first=newest_first, cursor=cursor or None,
            limit=limit,
        )  # fmt: skip
        return answer(found)


@router.get(
    "/{complaint_id}/diagram",
    response_model=CaseDiagram,
    responses={**READS, 200: {"content": {"text/plain": {}}, "description": "The picture, or its words."}},
)
def read_diagram(
    context: Staff,
    complaint_id: Id,
    format: Annotated[Literal["json", "text"], Query(description="`text`: the same in words.")] = "json",
) -> Response:
    """Read the diagram with tokens, visited elements and due times; `?format=text` the same in words."""
    with context.reading() as reader:
        picture = diagram(reader, complaint_id)
        if format == "json":
            # The main drawing stands in `xml` already: a large file is not sent twice.
            return answer(replace(picture, drawings=picture.drawings[1:]))
        zone = reader.zone(str(case_file(reader, complaint_id).campus))
        return PlainTextResponse(in_words(picture, context.language, zone))
