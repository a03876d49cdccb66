"""The complainant says whether the outcome is satisfactory (R-002-33, R-002-36): in each round the newest answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from access.rights import Verb
from complaints.case_now import has_ended, status, waited_message
from complaints.correspondence.reopening import note_what_is_undone
from complaints.letters import store_message
from complaints.tables import message
from complaints.wording import words
from engine.case_rights import require
from engine.case_work import WITHDRAWN, CaseWork
from engine.errors import Conflict, Unfit
from engine.model.step import Deliver
from engine.tables import event_log

RATINGS = range(1, 6)
"""From 1, very dissatisfied, to 5."""


@dataclass(frozen=True)
class Satisfaction:
    """I am satisfied with the outcome, or I am not. Saying the same again in the same words changes nothing."""

    case_id: str
    satisfied: bool
    text: str = ""
    rating: int | None = None


def satisfaction(work: CaseWork, command: Satisfaction) -> dict[str, Any]:
    """Take the answer, and return `{"message": id or None, "delivered": name or None, "repeated": bool}`.

    It goes to whoever waits for it; while the result is out and nobody asks yet, it is kept until somebody does. As
    long as the diagram waits for an answer, another one takes back the earlier. What is written beside an answer that
    was given already is kept as a letter, and the owner is told. Who was not reached before the closing and is content
    may still say so: that is noted and opens nothing again. Raises Conflict before there is a result, for another
    answer while nobody waits for one, from who has withdrawn, and after the end; Forbidden, Unfit.
    """
    require(work, Verb.SPEAK_FOR_COMPLAINANT)
    text = words("text", command.text, required=False)
    if command.rating is not None and (isinstance(command.rating, bool) or command.rating not in RATINGS):
        limits = {"least": min(RATINGS), "most": max(RATINGS)}
        raise Unfit(
            "The rating goes from 1 to 5.", fields=[{"field": "rating", "code": "out-of-range", "values": limits}]
        )
    if work.row["facts"].get(WITHDRAWN):
        raise Conflict(
            "The complaint is withdrawn: nobody is asked any more. Write a message if something has changed."
        )
    names = work.process.config.messages.get("satisfaction", ())
    waited, earlier = waited_message(work, "satisfaction"), _answered(work)
    asked = waited is not None and waited == names[0]
    if earlier is not None and earlier == command.satisfied:
        return _said_again(work, command, text)
    if not asked and earlier is not None:
        raise Conflict("You have answered already. Write a message if something has changed.", satisfied=earlier)
    delivered, buffer = waited, False
    if not asked and (waited is None or command.satisfied):
        delivered = None
        if status(work) == "resolved" and names and not has_ended(work):
            delivered, buffer = names[0], True
        elif waited is None:
            raise _too_soon_or_late(work)
    stored = _keep(work, command, text, delivered)
    if delivered is not None:
        note_what_is_undone(work)
        work.step(Deliver(delivered, {"satisfied": command.satisfied, "text_id": stored}, buffer=buffer))
    work.tell("owner", "answer_arrived", {"message": stored}, f"satisfaction:{work.batch}")
    return {"message": stored, "delivered": delivered, "repeated": False}


def _said_again(work: CaseWork, command: Satisfaction, text: str) -> dict[str, Any]:
    """Keep what is new in an answer that was given already; a text that stands with it already is not."""
    known = [event.name for event in _answers_of_this_round(work.connection, work.case_id)]
    before = select(message.c.text).where(message.c.id.in_(known))
    if not text or any(row.text == text for row in work.read(before)):
        return {"message": None, "delivered": None, "repeated": True}
    if has_ended(work):
        raise _too_soon_or_late(work)
    stored = _keep(work, command, text, None)
    work.tell("owner", "answer_arrived", {"message": stored}, f"satisfaction:{work.batch}")
    return {"message": stored, "delivered": None, "repeated": False}


def _keep(work: CaseWork, command: Satisfaction, text: str, delivered: str | None) -> str | None:
    """Write the answer down, and return the id of the letter with its text, None where there is none."""
    stored = store_message(work, text, direction="in", template="satisfaction") if text else None
    work.log("satisfaction", name=stored, satisfied=command.satisfied, rating=command.rating, delivered=delivered)
    return stored


def _answered(work: CaseWork) -> bool | None:
    if any(event.kind == "status" for event in work.events):
        return None
    return answer_of_this_round(work.connection, work.case_id)


def answer_of_this_round(connection: Connection, case_id: str) -> bool | None:
    """Return what the complainant of a case has answered since its status last changed, None for nothing.

    What they wrote after an answer, and somebody waited for, has taken that answer back: it is read before it counts.
    """
    newest = next(_answers_of_this_round(connection, case_id), None)
    return None if newest is None else bool(newest.detail["satisfied"])


def _answers_of_this_round(connection: Connection, case_id: str) -> Iterator[Any]:
    """Yield the answers that count (`name`: of the letter with the text, `detail`), the newest first."""
    table = event_log.c
    events = connection.execute(
        select(table.kind, table.name, table.detail)
        .where(table.case_id == case_id, table.kind.in_(("status", "satisfaction", "message-received")))
        .order_by(table.sequence.desc())
    )
    for event in events:
        if event.kind == "satisfaction":
            yield event
        elif event.kind == "status" or event.detail.get("delivered"):
            return


def _too_soon_or_late(work: CaseWork) -> Conflict:
    if has_ended(work) or status(work) == "closed":
        return Conflict("The case is closed; a new one can be opened and linked to it.", linked_case_needed=True)
    return Conflict("There is no result yet to be satisfied with; you will be asked.", status=status(work))
