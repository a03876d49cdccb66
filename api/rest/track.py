"""The complainant's own view of a complaint, without an account: `Authorization: Receipt <code>`, never in a URL."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import Response

from api.answers import answer
from api.arrival import StepRoute
from api.authentication import Complainant, Receipt
from api.idempotency import Answered, OnceOnly, carry_out
from api.rest.case_answers import ContinuedAnswer, FiledAnswer, MessageAnswer
from api.rest.documents import ANSWERS, LISTS, TRACKS
from api.rest.filed import followed
from api.rest.types import Body, Cursor, Flag, Limit, MaybeWords, Rating, Text, Words, example
from complaints.correspondence.messages import ReceiveMessage
from complaints.correspondence.satisfaction import Satisfaction
from complaints.correspondence.withdrawal import Withdraw
from complaints.intake.follow_up import OpenLinked
from engine.errors import Conflict
from queries.public_letters import SHOWN, PublicMessagePage, public_letters
from queries.tracking import Tracking, tracking

router = APIRouter(prefix="/api/track", tags=["tracking"], route_class=StepRoute)


class LetterBody(Body):
    """A letter from the complainant."""

    model_config = example(text="It is room 205, I am sorry.")

    text: Text


class SatisfactionBody(Body):
    """Whether the outcome is satisfactory."""

    model_config = example(satisfied=True, text="Thank you.", rating=5)

    satisfied: Flag
    text: Words = ""
    rating: Rating | None = None


class WithdrawalBody(Body):
    """Why the complaint is withdrawn; nobody has to say."""

    model_config = example(reason="It is settled.")

    reason: MaybeWords = None


@dataclass(frozen=True)
class SatisfactionAnswer:
    """An answer on record."""

    message: str | None
    delivered: str | None
    repeated: bool
    """True: the same had been said before in the same words, or without any, and nothing has changed."""


@router.get("", response_model=Tracking, responses=TRACKS)
def track(sender: Receipt) -> Response:
    """See where the complaint stands, the next promised time and why then, and both sides' letters."""
    with sender.context.reading() as reader:
        return answer(tracking(reader, sender.case_id))


@router.get("/messages", response_model=PublicMessagePage, responses=TRACKS | LISTS)
def read_letters(sender: Receipt, cursor: Cursor = None, limit: Limit = SHOWN) -> Response:
    """Read both sides' letters, the newest first. The complaint shows the latest; `earlier_messages` goes on here."""
    with sender.context.reading() as reader:
        return answer(public_letters(reader, sender.case_id, cursor=cursor or None, limit=limit))


@router.post(
    "/messages",
    status_code=201,
    response_model=MessageAnswer | ContinuedAnswer | FiledAnswer,
    responses=ANSWERS,
)
def write_as_complainant(sender: Receipt, body: LetterBody, once: OnceOnly) -> Response:
    """Write to the house.

    After the case has ended this files a new one that continues it, with a code of its own. While that one is open,
    the next letter goes there: `id` and `number` say so, nothing is filed, and there is no other code.
    """
    context, command = sender.context, ReceiveMessage(sender.case_id, body.text)
    try:
        return carry_out(context, command, lambda done, _: Answered(done, 201), once)
    except Conflict as refusal:
        if not refusal.details.get("linked_case_needed"):
            raise
    return carry_out(context, OpenLinked(sender.case_id, body.text), followed(context, context.language), once)


@router.post("/satisfaction", response_model=SatisfactionAnswer, responses=ANSWERS)
def answer_satisfaction(sender: Receipt, body: SatisfactionBody, once: OnceOnly) -> Response:
    """Say whether the outcome is satisfactory. Saying the same again changes nothing; new words with it are kept."""
    command = Satisfaction(sender.case_id, body.satisfied, body.text, body.rating)
    return carry_out(sender.context, command, lambda done, _: Answered(done), once)


@router.post("/withdraw", response_model=Tracking, responses=ANSWERS)
def withdraw_as_complainant(sender: Receipt, once: OnceOnly, body: WithdrawalBody | None = None) -> Response:
    """Withdraw the complaint. Where safety or others are concerned the case goes on without you."""
    command = Withdraw(sender.case_id, (body.reason if body else None) or "")

    def present(_done: object, connection: object) -> Answered:
        return Answered({"withdrawn": True})

    carry_out(sender.context, command, present, once)
    return _seen(sender)


def _seen(sender: Complainant) -> Response:
    with sender.context.reading() as reader:
        return answer(tracking(reader, sender.case_id))
