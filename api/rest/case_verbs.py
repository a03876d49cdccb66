"""What can be done to a complaint besides its tasks: letters, notes, ownership, clocks, another process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from sqlalchemy import Connection
from starlette.responses import Response

from api.answers import answer
from api.arrival import StepRoute
from api.authentication import Staff
from api.context import RequestContext
from api.idempotency import Answered, OnceOnly, carry_out
from api.rest.case_answers import (
    CountAnswer,
    FiledAnswer,
    HandOverAnswer,
    MessageAnswer,
    NoteAnswer,
    ProcessAnswer,
    PromiseAnswer,
    RespondentAnswer,
    StandAnswer,
)
from api.rest.complaint_bodies import (
    ClearedColleagueBody,
    DeclineBody,
    DoneBody,
    ExtendBody,
    HandOverBody,
    LinkBody,
    MessageBody,
    NamedRespondentBody,
    NoteBody,
    PauseBody,
    ReopenBody,
    ResumeBody,
    RetypeBody,
    WithdrawBody,
)
from api.rest.documents import CHANGES
from api.rest.filed import filed
from api.rest.types import Id
from complaints.correspondence.messages import ReceiveMessage, SendMessage
from complaints.correspondence.withdrawal import Withdraw
from complaints.intake.follow_up import OpenLinked
from complaints.intake.links import LinkCases
from complaints.intake.retype import Retype
from complaints.notes import AddNote
from complaints.people.cleared import ClearColleague
from complaints.people.ownership import AcceptHandOver, AskHandOver, DeclineHandOver
from complaints.people.respondents import NameRespondent
from complaints.plan.actions import CompleteAction, ReopenAction
from complaints.plan.promises import KeepPromise
from complaints.plan.remedies import CompleteRemedy
from engine.commands.clocks import ExtendCase, PauseCase, ResumeCase
from queries.case_named import case_named
from queries.case_stand import case_stand

router = APIRouter(prefix="/api/complaints/{complaint_id}", tags=["complaints"], route_class=StepRoute)


def _stands(context: RequestContext, case_id: str) -> Callable[[Any, Connection], Answered]:
    """Answer with how the case stands after the change."""
    return lambda _done, connection: Answered(StandAnswer(*case_stand(connection, case_id)))


@router.post("/messages", status_code=201, response_model=MessageAnswer, responses=CHANGES)
def send_message(context: Staff, complaint_id: Id, body: MessageBody, once: OnceOnly) -> Response:
    """Write to the complainant, word for word; or write down what they said (`direction: in`)."""
    command: Any = SendMessage(complaint_id, body.text, body.subject)
    if body.direction == "in":
        command = ReceiveMessage(complaint_id, body.text, body.how)
    return carry_out(context, command, lambda done, _: Answered(done, 201), once)


@router.post("/notes", status_code=201, response_model=NoteAnswer, responses=CHANGES)
def add_note(context: Staff, complaint_id: Id, body: NoteBody, once: OnceOnly) -> Response:
    """Write an internal note. No complainant ever sees one."""
    return carry_out(context, AddNote(complaint_id, body.text), lambda done, _: Answered(done, 201), once)


@router.post("/respondents", status_code=201, response_model=RespondentAnswer, responses=CHANGES)
def name_respondent(context: Staff, complaint_id: Id, body: NamedRespondentBody, once: OnceOnly) -> Response:
    """Say which colleague the complaint is about: they see nothing of it from then on."""
    command = NameRespondent(complaint_id, body.person, body.name, body.role or "")
    return carry_out(context, command, lambda done, _: Answered(done, 201), once)


@router.post("/respondents/cleared", response_model=StandAnswer, responses=CHANGES)
def clear_colleague(context: Staff, complaint_id: Id, body: ClearedColleagueBody, once: OnceOnly) -> Response:
    """Say that a colleague who is kept apart is not meant after all: from then on they may see the case again."""
    command = ClearColleague(complaint_id, body.person, body.reason)
    return carry_out(context, command, _stands(context, complaint_id), once)


@router.post("/withdraw", response_model=StandAnswer, responses=CHANGES)
def withdraw(context: Staff, complaint_id: Id, body: WithdrawBody, once: OnceOnly) -> Response:
    """Write down that the complainant withdraws. Where safety or others are concerned the case goes on."""
    command = Withdraw(complaint_id, body.reason, body.said_by, body.how)
    return carry_out(context, command, _stands(context, complaint_id), once)


@router.post("/hand-over", status_code=201, response_model=HandOverAnswer, responses=CHANGES)
def offer(context: Staff, complaint_id: Id, body: HandOverBody, once: OnceOnly) -> Response:
    """Offer the case to somebody, with the reason. You own it until they accept."""
    command = AskHandOver(complaint_id, body.to, body.reason)
    return carry_out(context, command, lambda done, _: Answered(done, 201), once)


@router.post("/hand-over/accept", response_model=StandAnswer, responses=CHANGES)
def accept(context: Staff, complaint_id: Id, once: OnceOnly) -> Response:
    """Take the case that was offered to you, with its open tasks."""
    return carry_out(context, AcceptHandOver(complaint_id), _stands(context, complaint_id), once)


@router.post("/hand-over/decline", response_model=StandAnswer, responses=CHANGES)
def decline(context: Staff, complaint_id: Id, body: DeclineBody, once: OnceOnly) -> Response:
    """Decline the case, or take your offer back, with the reason."""
    return carry_out(context, DeclineHandOver(complaint_id, body.reason), _stands(context, complaint_id), once)


@router.post("/pause", response_model=StandAnswer, responses=CHANGES)
def pause(context: Staff, complaint_id: Id, body: PauseBody, once: OnceOnly) -> Response:
    """Stop the clocks that allow it; the complainant is told why. An urgent case waits for nobody."""
    return carry_out(context, PauseCase(complaint_id, body.reason, body.clock), _stands(context, complaint_id), once)


@router.post("/resume", response_model=StandAnswer, responses=CHANGES)
def resume(context: Staff, complaint_id: Id, once: OnceOnly, body: ResumeBody | None = None) -> Response:
    """Let the clocks run on; due times are worked out again from what is left."""
    command = ResumeCase(complaint_id, body.clock if body else None)
    return carry_out(context, command, _stands(context, complaint_id), once)


@router.post("/extend", response_model=StandAnswer, responses=CHANGES)
def extend(context: Staff, complaint_id: Id, body: ExtendBody, once: OnceOnly) -> Response:
    """Extend a clock, once; the complainant is told why."""
    command = ExtendCase(complaint_id, body.clock, body.amount, body.reason, body.mode)
    return carry_out(context, command, _stands(context, complaint_id), once)


@router.post("/retype", response_model=ProcessAnswer, responses=CHANGES)
def retype(context: Staff, complaint_id: Id, body: RetypeBody, once: OnceOnly) -> Response:
    """Move the case to another process; number, code, time of receipt, owner and facts stay."""
    command = Retype(complaint_id, body.process, body.type, body.reason)
    return carry_out(context, command, lambda done, _: Answered(done), once)


@router.post("/links", response_model=StandAnswer, responses=CHANGES)
def link(context: Staff, complaint_id: Id, body: LinkBody) -> Response:
    """Link this case with another, by its number or its id. Repeating is safe."""
    with context.reading() as reader:
        other = case_named(reader, body.other_id)
    context.run(LinkCases(complaint_id, other or body.other_id, body.kind))
    with context.reading() as reader:
        return answer(StandAnswer(*case_stand(reader.connection, complaint_id)))


@router.post("/follow-up", status_code=201, response_model=FiledAnswer, responses=CHANGES)
def follow_up(context: Staff, complaint_id: Id, body: NoteBody, once: OnceOnly) -> Response:
    """Open a case that continues this one, which has ended."""
    return carry_out(context, OpenLinked(complaint_id, body.text), filed(context, context.language), once)


@router.post("/actions/{action_id}/done", response_model=CountAnswer, responses=CHANGES)
def action_done(
    context: Staff, complaint_id: Id, action_id: Id, once: OnceOnly, body: DoneBody | None = None
) -> Response:
    """Say that an action is done; the note says how it can be seen."""
    command = CompleteAction(complaint_id, action_id, body.note if body else "")
    return carry_out(context, command, lambda done, _: Answered(CountAnswer(done["open_actions"])), once)


@router.post("/actions/{action_id}/reopen", response_model=CountAnswer, responses=CHANGES)
def action_reopened(context: Staff, complaint_id: Id, action_id: Id, body: ReopenBody, once: OnceOnly) -> Response:
    """Say that an action is not done after all."""
    command = ReopenAction(complaint_id, action_id, body.reason)
    return carry_out(context, command, lambda done, _: Answered(CountAnswer(done["open_actions"])), once)


@router.post("/promises/{promise_id}/keep", response_model=PromiseAnswer, responses=CHANGES)
def promise_kept(
    context: Staff, complaint_id: Id, promise_id: Id, once: OnceOnly, body: DoneBody | None = None
) -> Response:
    """Say that a promise to the complainant is kept."""
    command = KeepPromise(complaint_id, promise_id, body.note if body else "")
    return carry_out(context, command, lambda done, _: Answered(PromiseAnswer(done["late"])), once)


@router.post("/remedies/{remedy_id}/done", response_model=CountAnswer, responses=CHANGES)
def remedy_done(context: Staff, complaint_id: Id, remedy_id: Id, body: DoneBody, once: OnceOnly) -> Response:
    """Say that somebody has received a remedy; the note says what proves it."""
    command = CompleteRemedy(complaint_id, remedy_id, body.note)
    return carry_out(context, command, lambda done, _: Answered(CountAnswer(done["open_remedies"])), once)
