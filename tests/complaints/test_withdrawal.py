"""Withdrawing: by the complainant, or through staff who say who said it and how."""

from __future__ import annotations

from datetime import timedelta

import pytest

from access.keys.sealed_rows import seal
from complaints.correspondence.withdrawal import Withdraw
from complaints.tables import message
from engine.errors import Conflict, Forbidden, NotFound, Unfit
from engine.tables import event_log, instance
from storage.outbox import Message, outbox
from tests.complaints.office import MONDAY, Office
from tests.complaints.walk import reach_closed
from tests.support.keys import told


def test_the_complainant_withdraws_in_their_own_words(office: Office) -> None:
    case = office.file()
    answer = office.do(Withdraw(case, "It is settled."), None)
    (row,) = office.rows(message, case)
    assert answer == {"message": row.id}
    assert (row.direction, row.template, row.text) == ("in", "withdraw", "It is settled.")
    assert (office.case(case).status, office.case(case).closure) == ("closed", "withdrawn")


def test_no_reason_is_asked_of_the_complainant(office: Office) -> None:
    case = office.file()
    assert office.do(Withdraw(case), None) == {"message": None}
    assert office.case(case).closure == "withdrawn"


def test_staff_say_who_said_it_and_how(office: Office) -> None:
    case = office.file()
    with pytest.raises(Unfit) as caught:
        office.do(Withdraw(case, "Settled."), "bea")
    assert caught.value.details["fields"] == [{"field": "said_by", "code": "required"}]
    with pytest.raises(Unfit):
        office.do(Withdraw(case, "Settled.", "Gil"), "bea")
    office.do(Withdraw(case, "Settled.", "Gil", "by phone"), "bea")
    (line,) = office.rows(event_log, case, kind="withdrawn")
    assert (line.actor, line.detail) == (office.people["bea"], {"said_by": "Gil", "how": "by phone"})


def test_others_do_not_withdraw_it(office: Office) -> None:
    case = office.file()
    with pytest.raises(NotFound):
        office.do(Withdraw(case, "No.", "Gil", "by phone"), "cho")
    with office.database.write() as unit:
        unit.connection.execute(instance.update().values(case_owner=office.people["fay"]))
        unit.commit()
    office.do(Withdraw(case, "No.", "Gil", "by phone"), "fay")


def test_a_closed_case_has_nothing_left_to_withdraw(office: Office) -> None:
    case = reach_closed(office)
    before = office.case(case)
    with pytest.raises(Conflict):
        office.do(Withdraw(case, "Too late."), None)
    assert (office.case(case), office.rows(message, case)) == (before, [])


def test_a_complaint_is_withdrawn_once(office: Office) -> None:
    case = office.file()
    facts = {**office.facts(case), "complainant_withdrawn": True}
    with office.database.write() as unit:
        sealed = seal(office.keys.of_case(unit.connection, case), facts)
        unit.connection.execute(instance.update().values(facts=sealed))
        unit.commit()
    with pytest.raises(Conflict):
        office.do(Withdraw(case, "Again."), None)


def test_leadership_speaks_for_the_complainant_but_a_stranger_does_not(office: Office) -> None:
    case = office.file()
    with office.database.write() as unit:
        unit.connection.execute(instance.update().values(case_owner=None))
        unit.commit()
    with pytest.raises((Forbidden, NotFound)):
        office.do(Withdraw(case, "No.", "Gil", "by phone"), "fay")
    assert office.do(Withdraw(case, "", "Gil", "by phone"), "dan") == {"message": None}


def test_letters_to_the_complainant_that_are_held_do_not_go_out_and_what_staff_are_told_does(office: Office) -> None:
    case = office.file()
    held = [
        Message(
            id=to, case_id=case, cause="1:x", kind="noted", recipient=to, payload={}, created_at=MONDAY,
            deliver_after=MONDAY, held_until=MONDAY + timedelta(minutes=1),
        )
        for to in ("complainant", f"person:{office.people['ann']}", "team:service")
    ]  # fmt: skip
    with office.database.write() as unit:
        told(office.keys, unit.connection, *held)
        unit.commit()
    office.do(Withdraw(case), None)
    cancelled = {row.id: row.cancelled_at for row in office.rows(outbox, case)}
    assert {one.id: cancelled.pop(one.id) for one in held} == {
        "complainant": MONDAY, f"person:{office.people['ann']}": None, "team:service": None,
    }  # fmt: skip
    assert set(cancelled.values()) <= {None}
