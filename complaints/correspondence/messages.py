"""Letters between staff and complainant. What staff say among themselves is in another table (`notes.py`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from access.rights import Verb
from complaints.case_now import has_ended, status, waited_message
from complaints.correspondence.held_questions import not_yet_asked
from complaints.correspondence.reopening import note_what_is_undone
from complaints.letters import store_message
from complaints.notices.notice_book import NoticeBooks
from complaints.wording import finished, one_line, words
from engine.case_rights import require
from engine.case_work import CaseWork
from engine.errors import Conflict
from engine.model.step import Deliver

ARRIVED, BEFORE_QUESTION = "answer_arrived", "letter_before_question"
"""Notices to the owner: a letter has come; it came before the question that is about to go out."""


@dataclass(frozen=True)
class SendMessage:
    """A public reply: the complainant reads it, word for word."""

    case_id: str
    text: str
    subject: str = ""


@dataclass(frozen=True)
class ReceiveMessage:
    """The complainant writes, or staff write down what was said and how it came (`by phone`, `at the desk`)."""

    case_id: str
    text: str
    how: str = ""


def send_message(work: CaseWork, command: SendMessage) -> dict[str, Any]:
    """Send, and return `{"message": id}`. Raises Forbidden, and Unfit while a blank of the text is not filled in."""
    require(work, Verb.WRITE_TO_COMPLAINANT)
    text = finished("text", command.text)
    subject = one_line("subject", command.subject, required=False)
    sent = store_message(work, text, direction="out", subject=subject or None)
    work.log("message-sent", name=sent)
    work.tell("complainant", "message", {"message": sent}, f"message:{sent}")
    return {"message": sent}


def receive_message(work: CaseWork, command: ReceiveMessage) -> dict[str, Any]:
    """Take a letter in, and return `{"message": id, "delivered": name or None}`.

    It becomes the first message of the diagram that the process names for texts and that somebody waits for: an answer
    to a question, missing papers, or the reopening of a closed case. Where nobody waits, the owner is told.

    Nobody can answer a question before it was asked. While the letter that asks is held back, so that its step can
    still be taken back, a letter that arrives is a plain one: it is kept, the owner is told at once that it came before
    the question, and so says the timeline. The question goes out all the same, the pause goes on, and the next letter
    is its answer. A closed case is reopened by every letter, whatever is on its way.

    Raises Conflict with `linked_case_needed` when the case has ended: what comes now opens a linked case
    (`follow_up.py`).
    """
    require(work, Verb.SPEAK_FOR_COMPLAINANT)
    text = words("text", command.text)
    how = one_line("how", command.how, required=False)
    if has_ended(work):
        raise Conflict(
            "This case has ended and cannot be opened again; a new one is opened and linked to it.",
            linked_case_needed=True,
        )
    received = store_message(work, text, direction="in")
    unknown = frozenset() if status(work) == "closed" else not_yet_asked(work)
    waited = waited_message(work, "text", but=unknown)
    early = waited is None and waited_message(work, "text") is not None
    work.log("message-received", name=received, how=how or None, delivered=waited)
    if waited is not None:
        note_what_is_undone(work)
        work.step(Deliver(waited, {"text_id": received}, buffer=False))
    if early:
        work.log("letter-before-question", name=received)
    work.tell("owner", _told_as(work, early=early), {"message": received}, f"message:{received}")
    return {"message": received, "delivered": waited}


def _told_as(work: CaseWork, *, early: bool) -> str:
    """Return the notice by which the owner hears of a letter; a process need not have one for early letters."""
    return BEFORE_QUESTION if early and BEFORE_QUESTION in NoticeBooks().of(work.process).templates else ARRIVED
