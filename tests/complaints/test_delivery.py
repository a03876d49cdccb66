"""Delivery inside the house: who reads what, once, in order, and what happens to a notice that cannot go out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from access import people, teams
from access.keys.sealed_rows import seal
from complaints.correspondence.messages import SendMessage
from complaints.notices import delivery_loop
from complaints.notices.delivery import Desk, deliver
from complaints.notices.delivery_loop import RETRY_AFTER, run_once
from complaints.notices.notice_values import Surroundings, Telling, case_to_tell, notice_values
from complaints.people.ownership import AcceptHandOver, AskHandOver
from complaints.tables import action_item, complaint, message, notice, promise
from engine.errors import NotFound, Unfit
from engine.tables import incident
from storage import outbox
from storage.counting import counted
from storage.database import Database
from storage.errors import StoreBusy
from storage.outbox import Message
from storage.types import MICROSECOND
from tests.complaints.office import DAY, MONDAY, Office
from tests.complaints.walk import reach_closed
from tests.support.keys import stored, told

AROUND = Surroundings("https://c.example/track", lambda case: f"https://in.example/{case}", {"main": "Asia/Shanghai"})


def due(office: Office, limit: int = 100) -> int:
    """Run one pass of the loop at the present instant."""
    return run_once(
        office.database, now=office.clock.now(), ids=office.ids, versions=office.versions, keys=office.keys,
        notices=office.notices, surroundings=AROUND, limit=limit,
    )  # fmt: skip


def tell(office: Office, case: str | None, kind: str, recipient: str, **values: Any) -> Message:
    """Put a message into the outbox."""
    one = Message(
        id=office.ids.new(), case_id=case, cause=office.ids.new(), kind=kind, recipient=recipient,
        payload={"to": recipient, "values": values}, created_at=MONDAY, deliver_after=MONDAY,
    )  # fmt: skip
    with office.database.write() as unit:
        told(office.keys, unit.connection, one)
        unit.commit()
    return one


def readers(office: Office, case: str) -> list[tuple[str, str]]:
    """Return who reads which notice of a case."""
    names = {person: name for name, person in office.people.items()}
    return sorted((names[row.person], row.template) for row in office.rows(notice, case))


def letters(office: Office, case: str) -> list[tuple[str | None, str]]:
    return [(row.subject, row.text) for row in office.rows(message, case)]


def test_a_colleague_reads_a_notice_with_what_it_is_about_in_their_own_language(office: Office) -> None:
    case, due_at = office.file(), datetime(2026, 3, 5, 1, tzinfo=UTC)
    with office.database.write() as unit:
        people.change(unit.connection, office.people["bea"], language="ko")
        unit.commit()
    made = {"id": "p1", "case_id": case, "what": "Call her", "due_at": due_at, "made_at": MONDAY, "cause": "1:x"}
    office.put(promise, made)
    one = tell(office, case, "promise_missed", "team:service", promise="p1", due_at=due_at.isoformat())
    assert due(office) == 1
    number, rows = office.rows(complaint, case)[0].number, office.rows(notice)
    for row in rows:
        assert (row.key, row.case_id, row.template, row.at, row.read_at, row.subject) == (
            f"{one.id}:{row.person}", case, "promise_missed", MONDAY, None, number,
        )  # fmt: skip
        assert row.values == {"promise": "p1", "due_at": due_at.isoformat()}
    names = {person: name for name, person in office.people.items()}
    assert sorted((names[row.person], row.language, row.text) for row in rows) == [
        ("ann", "en", "Call her was due by Thu 5 Mar 2026, 09:00 (China Time)."),
        ("bea", "ko", "Call her was due by 2026년 3월 5일 (목) 09:00 (중국 시간)."),
    ]


def test_a_team_is_whoever_belongs_to_it_when_the_notice_arrives(office: Office) -> None:
    case = office.file()
    tell(office, case, "many", "team:service")
    with office.database.write() as unit:
        teams.leave(unit.connection, office.people["ann"], "service")
        teams.join(unit.connection, office.people["cho"], "service")
        people.deactivate(unit.connection, office.people["bea"], now=MONDAY)
        unit.commit()
    due(office)
    assert readers(office, case) == [("cho", "many")]


def test_nobody_learns_of_a_complaint_about_themselves(office: Office) -> None:
    case = office.file()
    office.bar(case, "bea")
    tell(office, case, "many", "team:service")
    tell(office, case, "many", f"person:{office.people['bea']}")
    assert due(office) == 2
    assert readers(office, case) == [("ann", "many")]


NOBODY = "Nobody is there who could read it: appoint somebody."


def test_who_has_left_is_told_nothing_more_and_the_notice_is_not_lost_without_a_trace(office: Office) -> None:
    case = office.file()
    office.leave("ann")
    one = tell(office, case, "many", f"person:{office.people['ann']}")
    assert (due(office), readers(office, case)) == (0, [])
    (line,) = office.rows(incident)
    assert (line.case_id, line.doing, line.resolved_at) == (case, f"deliver many to {one.recipient}", None)
    assert line.reason.startswith(NOBODY)


def test_a_notice_to_a_team_of_which_nobody_may_read_it_waits_for_somebody_on_record(office: Office) -> None:
    case = office.file()
    for name in ("ann", "bea"):
        office.bar(case, name)
    tell(office, case, "many", "team:service")
    tell(office, case, "many", "team:legal")
    assert (due(office), readers(office, case)) == (0, [])
    assert [line.reason.startswith(NOBODY) for line in office.rows(incident)] == [True, True]
    office.join("hal", "service", "legal")
    office.clock.advance(RETRY_AFTER[0])
    assert (due(office), readers(office, case)) == (2, [("hal", "many"), ("hal", "many")])
    assert [line.resolved_at for line in office.rows(incident)] == [office.clock.now()] * 2


def test_staff_and_complainant_read_their_own_wording(office: Office) -> None:
    case = office.file()
    tell(office, case, "noted", "complainant")
    tell(office, case, "noted", f"person:{office.people['ann']}")
    due(office)
    assert [text for _, text in letters(office, case)] == ["We have noted it."]
    assert readers(office, case) == [("ann", "noted_staff")]


def test_the_complainant_reads_a_letter_in_the_language_of_the_case(office: Office) -> None:
    case = office.file()
    office.do(AskHandOver(case, office.people["bea"], "Leave."))
    office.do(AcceptHandOver(case), "bea")
    due(office)
    (row,) = office.rows(message, case)
    assert (row.direction, row.author, row.template, row.language, row.at) == ("out", None, "new_owner", "en", MONDAY)
    assert row.subject.endswith(": new")
    assert row.text == (
        "Bea looks after it.\nResult by Thu 5 Mar 2026, 09:00 (China Time)\nSee https://c.example/track"
    )


def test_delivering_again_writes_nothing_again(office: Office) -> None:
    case = office.file()
    desk = Desk(office.versions, office.keys, office.notices, AROUND)
    for recipient in ("complainant", "team:service"):
        one = tell(office, case, "noted", recipient)
        for _ in range(2):
            with office.database.write() as unit:
                deliver(
                    unit.connection,
                    stored(office.keys, unit.connection, one),
                    desk,
                    now=office.clock.now(),
                    ids=office.ids,
                )
                unit.commit()
    assert len(letters(office, case)) == 1
    assert readers(office, case) == [("ann", "noted_staff"), ("bea", "noted_staff")]


def test_letters_of_one_pass_are_read_in_the_order_in_which_they_were_written(office: Office) -> None:
    case, other = office.file(), office.file()
    told = [tell(office, case, "noted", "complainant").id]
    tell(office, other, "noted", "complainant")
    told += [tell(office, case, "noted", "complainant").id for _ in range(3)]
    # Ids are drawn at random: their order says nothing.
    with office.database.write() as unit:
        for number, one in zip((7, 5, 6, 1), told, strict=True):
            table = outbox.outbox
            unit.connection.execute(table.update().where(table.c.id == one).values(id=f"drawn-{number}"))
        unit.commit()
    office.do(SendMessage(case, "A reply at the same instant."))
    due(office)
    read = sorted(office.rows(message, case), key=lambda row: (row.at, row.id))
    assert [(row.id, row.at) for row in read[1:]] == [
        (f"drawn-{number}", MONDAY + place * MICROSECOND) for place, number in enumerate((7, 5, 6, 1), start=1)
    ]
    assert (read[0].text, read[0].at) == ("A reply at the same instant.", MONDAY)
    assert [row.at for row in office.rows(message, other)] == [MONDAY]


def test_a_public_reply_is_not_written_twice(office: Office) -> None:
    case = office.file()
    office.do(SendMessage(case, "We look into it."))
    assert (due(office), letters(office, case)) == (1, [(None, "We look into it.")])
    assert due(office) == 0


def test_an_unfinished_letter_is_never_sent_and_is_on_record(office: Office) -> None:
    case = office.file()
    one = tell(office, case, "asked", "complainant", text="Which {chapter}?")
    assert (due(office), letters(office, case)) == (0, [])
    (row,) = office.rows(incident, case)
    assert (row.doing, row.about) == ("deliver asked to complainant", one.id)
    assert "unfinished" in row.reason
    assert (row.attempts, row.resolved_at) == (1, None)


def test_a_failed_delivery_is_tried_again_then_given_up_and_what_waits_behind_it_goes_on(office: Office) -> None:
    case = office.file()
    one = tell(office, case, "paid", "complainant")
    tell(office, case, "noted", "complainant")
    assert due(office) == 0
    for pause in RETRY_AFTER:
        assert (due(office), letters(office, case)) == (0, [])
        office.clock.advance(pause)
    assert due(office) == 1
    assert [text for _, text in letters(office, case)] == ["We have noted it."]
    row = office.rows(outbox.outbox, id=one.id)[0]
    assert (row.attempts, row.given_up_at) == (len(RETRY_AFTER) + 1, office.clock.now())
    assert [(row.attempts, row.resolved_at) for row in office.rows(incident, case)] == [(5, None)]


def test_an_incident_is_settled_by_the_delivery(office: Office) -> None:
    case = office.file()
    one = tell(office, case, "paid", "complainant")
    due(office)
    with office.database.write() as unit:
        table = outbox.outbox
        key = office.keys.of_case(unit.connection, case)
        unit.connection.execute(table.update().values(payload=seal(key, {"values": {"amount": "20.00 CNY"}})))
        unit.commit()
    office.clock.advance(RETRY_AFTER[0])
    assert due(office) == 1
    assert letters(office, case)[0][1] == "We pay 20.00 CNY."
    assert office.rows(incident, case)[0].resolved_at == office.clock.now()
    assert office.rows(message, case)[0].id == one.id


@pytest.mark.parametrize("recipient", ["pigeon:1", "nobody", "post:duty_officer"])
def test_a_recipient_that_nobody_delivers_to_is_on_record(office: Office, recipient: str) -> None:
    case = office.file()
    tell(office, case, "many", recipient)
    assert due(office) == 0
    assert len(office.rows(incident, case)) == 1


def test_a_notice_about_no_case_reaches_nobody_and_is_on_record(office: Office) -> None:
    """What people read stands behind the wall of its case: nobody could find what is about none."""
    told = [
        tell(office, about, "many", to)
        for about in (None, "t0000000000000000000")
        for to in (f"person:{office.people['ann']}", "complainant")
    ]
    assert (due(office), office.rows(notice), office.rows(message)) == (0, [], [])
    lines = office.rows(incident)
    assert sorted((line.case_id or "", line.doing, line.about, line.reason) for line in lines) == sorted(
        (
            one.case_id or "", f"deliver many to {one.recipient}", one.id,
            f"There is no such case.{f' (case: {one.case_id})' if one.case_id else ''}",
        )
        for one in told
    )  # fmt: skip


def test_a_pass_has_a_limit(office: Office) -> None:
    case = office.file()
    for _ in range(3):
        tell(office, case, "noted", "complainant")
    assert (due(office, limit=2), due(office, limit=2), due(office)) == (2, 1, 0)


@pytest.mark.parametrize(("waiting", "delivered"), [(False, 30), (True, delivery_loop.BATCH)])
def test_delivery_goes_on_after_a_transaction_only_while_nothing_more_urgent_waits(
    office: Office, waiting: bool, delivered: int
) -> None:
    # Each of a case of its own: of one case, one at a time.
    for _ in range(30):
        tell(office, office.file(), "noted", "team:service")
    went_out = run_once(
        office.database, now=office.clock.now(), ids=office.ids, versions=office.versions, keys=office.keys,
        notices=office.notices, surroundings=AROUND, others_wait=lambda: waiting,
    )  # fmt: skip
    assert went_out == delivered


def test_delivery_lets_people_in_after_the_message_at_hand(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        tell(office, office.file(), "noted", "team:service")
    monkeypatch.setattr(Database, "people_wait", property(lambda _self: True))
    with counted(office.database) as count:
        assert due(office) == 3
    assert count.commits == 3
    assert [(row.claimed_until, row.attempts) for row in office.rows(outbox.outbox)] == [(None, 0)] * 3


def test_a_template_that_does_not_exist_reaches_staff_but_no_complainant(office: Office) -> None:
    case = office.file()
    desk = Desk(office.versions, office.keys, office.notices, AROUND)
    to_staff = tell(office, case, "unheard_of", f"person:{office.people['ann']}")
    outside = tell(office, case, "unheard_of", "complainant")
    with office.database.write() as unit:
        deliver(unit.connection, stored(office.keys, unit.connection, to_staff), desk, now=MONDAY, ids=office.ids)
        with pytest.raises(NotFound):
            deliver(unit.connection, stored(office.keys, unit.connection, outside), desk, now=MONDAY, ids=office.ids)
        unit.commit()
    assert readers(office, case) == [("ann", "unheard_of")]
    (row,), number = office.rows(notice), office.rows(complaint, case)[0].number
    assert (row.subject, row.text, row.language) == (f"{number}: there is something new", "", "en")


def test_a_staff_template_never_reaches_a_complainant(office: Office) -> None:
    case = office.file()
    tell(office, case, "many", "complainant")
    assert (due(office), letters(office, case)) == (0, [])


def values_of(office: Office, case: str, template: str, language: str = "en", **given: Any) -> dict[str, str]:
    with office.database.read() as connection:
        row = case_to_tell(connection, office.keys, case)
        assert row is not None
        process = office.versions.process(connection, row.version_id)
        telling = Telling(connection, office.keys.along(row), process, row, given, language, AROUND)
        return notice_values(telling, office.notices.of(process).template(template))


def test_the_closing_notice_says_how_it_ended_and_until_when_to_reply(office: Office) -> None:
    case = reach_closed(office)
    number = values_of(office, case, "closed")["number"]
    assert values_of(office, case, "closed") == {
        "number": number, "result": "Satisfied", "reply_until": "Thu 12 Mar 2026, 09:00 (China Time)",
    }  # fmt: skip
    said = values_of(office, case, "closed", "ko")
    assert (said["result"], said["reply_until"].startswith("2026년 3월 12일 (목) 09:00 (")) == ("만족", True)
    office.advance(11 * DAY)
    assert values_of(office, case, "closed")["reply_until"] == ""


def test_an_item_is_said_in_its_own_words(office: Office) -> None:
    case = office.file()
    when = datetime.fromisoformat("2026-03-04T10:00:00+00:00")
    made = {"case_id": case, "cause": "1:x"}
    book = {**made, "id": "a1", "kind": "action", "title": "New book", "blocking": True, "created_at": MONDAY}
    office.put(action_item, book)
    office.put(promise, {**made, "id": "p1", "what": "Call her", "due_at": when, "made_at": MONDAY})
    said = values_of(office, case, "action_overdue", action="a1", due_at=when.isoformat())
    assert (said["item"], said["due"]) == ("New book", "Wed 4 Mar 2026, 18:00 (China Time)")
    assert said["link"] == f"https://in.example/{case}"
    assert values_of(office, case, "promise_missed", promise="p1")["item"] == "Call her"
    assert values_of(office, case, "promise_missed", item="In words")["item"] == "In words"
    assert values_of(office, case, "promise_missed", promise="gone")["item"] == ""
    assert values_of(office, case, "hand_over_offered", person=office.people["cho"])["person"] == "Cho"
    money = {"amount": "10000.01", "currency": "CNY"}
    assert values_of(office, case, "paid", amount=money)["amount"] == "10,000.01 CNY"


def test_a_busy_store_ends_the_pass_without_harm(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    case = office.file()
    tell(office, case, "noted", "complainant")

    def busy(*_: Any, **__: Any) -> None:
        raise StoreBusy

    with monkeypatch.context() as patched:
        patched.setattr(delivery_loop, "deliver", busy)
        assert due(office) == 0
    assert office.rows(incident, case) == []
    assert due(office) == 1


def test_what_nobody_foresaw_is_on_record_too(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    case = office.file()
    tell(office, case, "noted", "complainant")

    def broken(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr(delivery_loop, "deliver", broken)
    assert due(office) == 0
    assert [row.reason for row in office.rows(incident, case)] == ["failed: ZeroDivisionError"]


def test_unfinished_is_a_refusal_that_names_what_is_missing(office: Office) -> None:
    case = office.file()
    one = tell(office, case, "paid", "complainant")
    with office.database.write() as unit, pytest.raises(Unfit) as caught:
        deliver(
            unit.connection,
            stored(office.keys, unit.connection, one),
            Desk(office.versions, office.keys, office.notices),
            now=MONDAY,
            ids=office.ids,
        )
    assert caught.value.details == {"template": "paid", "missing": ["amount"], "unfinished": []}
