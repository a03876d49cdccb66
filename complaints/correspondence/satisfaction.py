"""The complainant says whether the outcome is satisfactory (R-002-33, R-002-36): in each round the newest answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from access.rights import Verb
from complaints.case_now import has_ended, status, waited_message
from complaints.correspondence.reopening import note_what_is_undone
from complaints.letters import store_message
from complaints.wording import words
from engine.case_rights import require
from engine.case_work import CaseWork
from engine.errors import Conflict, Unfit
from engine.model.step import Deliver
from engine.tables import event_log

RATINGS = range(1, 6)
"""From 1, very dissatisfied, to 5."""


@dataclass(frozen=True)
class Satisfaction:
    """I am satisfied with the outcome, or I am not. Saying the same again changes nothing."""

    case_id: str
    satisfied: bool
    text: str = ""
    rating: int | None = None


def satisfaction(work: CaseWork, command: Satisfaction) -> dict[str, Any]:
    """Take the answer, and return `{"message": id or None, "delivered": name or None, "repeated": bool}`.

    It goes to whoever waits for it; while the result is out and nobody asks yet, it is kept until somebody does. As
    long as the diagram waits for an answer, another one takes back the earlier. Who was not reached before the closing
    and is content may still say so: that is noted and opens nothing again. Raises Conflict before there is a result,
    for another answer while nobody waits for one, from who has withdrawn, and after the end; Forbidden, Unfit.
    """
    require(work, Verb.SPEAK_FOR_COMPLAINANT)
    text = words("text", command.text, required=False)
    if command.rating is not None and (isinstance(command.rating, bool) or command.rating not in RATINGS):
        limits = {"least": min(RATINGS), "most": max(RATINGS)}
        raise Unfit(
            "The rating goes from 1 to 5.", fields=[{"field": "rating", "code": "out-of-range", "values": limits}]
        )
    if work.row["facts"].get("complainant_withdrawn"):
        raise Conflict(
            "The complaint is withdrawn: nobody is asked any more. Write a message if something has changed."
        )
    names = work.process.config.messages.get("satisfaction", ())
    waited, earlier = waited_message(work, "satisfaction"), _answered(work)
    asked = waited is not None and waited == names[0]
    if earlier is not None and earlier == command.satisfied:
        return {"message": None, "delivered": None, "repeated": True}
    if not asked and earlier is not None:
        raise Conflict("You have answered already. Write a message if something has changed.", satisfied=earlier)
    delivered, buffer = waited, False
    if not asked and (waited is None or command.satisfied):
        delivered = None
        if status(work) == "resolved" and names and not has_ended(work):
            delivered, buffer = names[0], True
        elif waited is None:
            raise _too_soon_or_late(work)
    stored = store_message(work, text, direction="in", template="satisfaction") if text else None
    work.log("satisfaction", name=stored, satisfied=command.satisfied, rating=command.rating, delivered=delivered)
    if delivered is not None:
        note_what_is_undone(work)
        work.step(Deliver(delivered, {"satisfied": command.satisfied, "text_id": stored}, buffer=buffer))
    work.tell("owner", "answer_arrived", {"message": stored}, f"satisfaction:{work.batch}")
    return {"message": stored, "delivered": delivered, "repeated": False}


def _answered(work: CaseWork) -> bool | None:
    if any(event.kind == "status" for event in work.events):
        return None
    return answer_of_this_round(work.connection, work.case_id)


def answer_of_this_round(connection: Connection, case_id: str) -> bool | None:
    """Return what the complainant of a case has answered since its status last changed, None for nothing.

    What they wrote after an answer, and somebody waited for, has taken that answer back: it is read before it counts.
    """
    table = event_log.c
    events = connection.execute(
        select(table.kind, table.detail)
        .where(table.case_id == case_id, table.kind.in_(("status", "satisfaction", "message-received")))
        .order_by(table.sequence.desc())
    )
    for event in events:
        if event.kind == "satisfaction":
            return bool(event.detail["satisfied"])
        if event.kind == "status" or event.detail.get("delivered"):
            return None
    return None


def _too_soon_or_late(work: CaseWork) -> Conflict:
    if has_ended(work) or status(work) == "closed":
        return Conflict("The case is closed; a new one can be opened and linked to it.", linked_case_needed=True)
    return Conflict("There is no result yet to be satisfied with; you will be asked.", status=status(work))
