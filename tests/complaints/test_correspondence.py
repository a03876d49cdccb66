"""Letters to and from the complainant, and notes that no complainant sees."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from complaints.correspondence.messages import ReceiveMessage, SendMessage
from complaints.notes import AddNote
from complaints.tables import message, note
from engine.errors import Conflict, Forbidden, NotFound, Unfit
from engine.tables import event_log, instance
from storage.outbox import outbox
from tests.complaints.office import DAY, MONDAY, Office
from tests.complaints.walk import reach_closed, reach_question


def test_a_reply_is_a_letter_of_the_case_word_for_word(office: Office) -> None:
    case = office.file()
    answer = office.do(SendMessage(case, " We look into it.\r\nSoon. ", "Chapter 5"))
    (row,) = office.rows(message, case)
    assert dict(row._mapping) == {
        "id": answer["message"], "case_id": case, "at": MONDAY, "direction": "out", "template": None,
        "author": office.people["ann"], "subject": "Chapter 5", "text": "We look into it.\nSoon.", "language": "en",
    }  # fmt: skip
    assert list(office.told(case)) == [("complainant", "message")]
    assert office.rows(outbox, case)[0].payload["values"] == {"message": answer["message"]}


def test_a_reply_with_a_blank_to_fill_in_is_not_sent(office: Office) -> None:
    case = office.file()
    with pytest.raises(Unfit) as caught:
        office.do(SendMessage(case, "We look into {course}."))
    assert caught.value.details["fields"] == [{"field": "text", "code": "unfinished"}]
    assert (office.rows(message, case), list(office.told(case))) == ([], [])


@pytest.mark.parametrize(("by", "refusal"), [("bea", Forbidden), (None, Forbidden), ("fay", NotFound)])
def test_who_does_not_lead_the_case_does_not_write_to_the_complainant(
    office: Office, by: str | None, refusal: type[Exception]
) -> None:
    case = office.file()
    with pytest.raises(refusal):
        office.do(SendMessage(case, "Hello."), by)


def test_an_answer_goes_to_whoever_waits_for_it(office: Office) -> None:
    case = reach_question(office)
    answer = office.do(ReceiveMessage(case, "Chapter 6 too."), None)
    (row,) = office.rows(message, case)
    assert answer == {"message": row.id, "delivered": "answer"}
    assert (row.direction, row.author, row.text) == ("in", "complainant", "Chapter 6 too.")
    assert office.task(case, "look").round == 2
    assert list(office.told(case)) == [("ann", "answer_arrived")]


def test_what_nobody_waits_for_is_kept_as_a_letter_and_told_to_the_owner(office: Office) -> None:
    case = office.file()
    assert office.do(ReceiveMessage(case, "One more thing."), None)["delivered"] is None
    assert [row.text for row in office.rows(message, case)] == ["One more thing."]
    assert list(office.told(case)) == [("ann", "answer_arrived")]
    assert office.task(case, "look").round == 1


def test_the_duty_officer_hears_of_an_answer_to_a_case_that_nobody_owns(office: Office) -> None:
    case = office.file(None)
    office.do(ReceiveMessage(case, "Hello?"), None)
    assert list(office.told(case)) == [("bea", "answer_arrived")]


def test_staff_write_down_what_was_said(office: Office) -> None:
    case = office.file()
    office.do(ReceiveMessage(case, "She called again.", "by phone"), "bea")
    (row,) = office.rows(message, case)
    assert (row.direction, row.author) == ("in", office.people["bea"])
    lines = office.rows(event_log, case, kind="message-received")
    assert [line.detail for line in lines] == [{"how": "by phone", "delivered": None}]


def test_a_letter_within_the_time_of_grace_opens_a_closed_case_again(office: Office) -> None:
    case = reach_closed(office)
    assert office.do(ReceiveMessage(case, "It broke again."), None)["delivered"] == "late_message"
    assert (office.case(case).status, office.case(case).closure) == ("in_progress", None)
    assert office.task(case, "look").state == "open"


def test_after_the_end_a_letter_needs_a_linked_case(office: Office) -> None:
    case = reach_closed(office)
    office.advance(11 * DAY)
    assert office.case(case).ended_at is not None
    with pytest.raises(Conflict) as caught:
        office.do(ReceiveMessage(case, "It broke again."), None)
    assert caught.value.details == {"linked_case_needed": True}
    assert office.rows(message, case) == []


@pytest.mark.parametrize("text", ["", "  \n", "x" * 10_001, "a\x00b", "\ud800"])
def test_letters_have_words_that_can_be_shown(office: Office, text: str) -> None:
    case = office.file()
    with pytest.raises(Unfit):
        office.do(ReceiveMessage(case, text), None)
    for command in (SendMessage(case, text), AddNote(case, text)):
        with pytest.raises(Unfit):
            office.do(command)
    assert (office.rows(message, case), office.rows(note, case)) == ([], [])


def test_a_note_is_kept_apart_from_letters_and_moves_nothing(office: Office) -> None:
    case = office.file()
    before = office.case(case)
    answer = office.do(AddNote(case, "He was calm."), "bea")
    (row,) = office.rows(note, case)
    assert (row.id, row.author, row.text, row.at) == (answer["note"], office.people["bea"], "He was calm.", MONDAY)
    after = office.case(case)
    assert after.trail_number == before.trail_number + 1
    assert after._replace(trail_number=before.trail_number, trail_hash=before.trail_hash) == before
    assert office.rows(message, case) == []
    assert office.log(case, "note") == [("note", row.id)]
    assert list(office.told(case)) == []


def test_a_note_takes_no_lock_and_fires_nothing(office: Office) -> None:
    case = reach_closed(office)
    office.clock.advance(20 * DAY)
    office.do(AddNote(case, "Late thought."))
    assert office.case(case).ended_at is None
    assert office.column(select(func.count()).select_from(instance).where(instance.c.next_due.is_not(None))) == [1]


def test_who_does_not_see_the_case_writes_no_note(office: Office) -> None:
    case = office.file()
    office.bar(case, "bea")
    for by in ("bea", "cho"):
        with pytest.raises(NotFound):
            office.do(AddNote(case, "Psst."), by)
    with pytest.raises(Forbidden):
        office.do(AddNote(case, "Psst."), None)
    with pytest.raises(NotFound):
        office.do(AddNote("nowhere", "Psst."))
