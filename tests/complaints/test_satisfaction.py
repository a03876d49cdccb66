"""The complainant's verdict: one a round, kept until somebody asks, never read into a later round."""

from __future__ import annotations

from typing import Any

import pytest

from complaints.correspondence.messages import ReceiveMessage
from complaints.correspondence.satisfaction import Satisfaction
from complaints.tables import message
from engine.commands.claim import AssignTask
from engine.commands.complete import CompleteTask
from engine.errors import Conflict, Unfit
from engine.tables import event_log
from tests.complaints.office import DAY, Office
from tests.complaints.walk import reach_asked, reach_closed, reach_plan, reach_resolved


def pay(office: Office, case: str) -> None:
    item = office.task(case, "pay")
    office.do(AssignTask(item.id, office.people["bea"], "Four eyes."), "eve")
    office.do(CompleteTask(item.id, {"next": "go"}, item.version + 1), "bea")


def test_satisfied_closes_the_case(office: Office) -> None:
    case = reach_asked(office)
    answer = office.do(Satisfaction(case, True, "Thank you.", 5), None)
    (row,) = office.rows(message, case)
    assert answer == {"message": row.id, "delivered": "satisfaction", "repeated": False}
    assert (row.direction, row.author, row.template, row.text) == ("in", "complainant", "satisfaction", "Thank you.")
    assert (office.case(case).status, office.case(case).closure) == ("closed", "satisfied")
    (line,) = office.rows(event_log, case, kind="satisfaction")
    assert line.detail == {"satisfied": True, "rating": 5, "delivered": "satisfaction"}


def test_not_satisfied_goes_on(office: Office) -> None:
    case = reach_asked(office)
    office.do(Satisfaction(case, False), None)
    assert office.rows(message, case) == []
    assert office.task(case, "look").state == "open"


def test_an_answer_before_anybody_asks_is_kept_until_somebody_does(office: Office) -> None:
    case = reach_resolved(office)
    assert office.do(Satisfaction(case, True), None)["delivered"] == "satisfaction"
    assert office.case(case).status == "resolved"
    pay(office, case)
    assert (office.case(case).status, office.case(case).closure) == ("closed", "satisfied")


def test_the_same_answer_twice_counts_once(office: Office) -> None:
    case = reach_resolved(office)
    office.do(Satisfaction(case, True, "Thank you."), None)
    again = office.do(Satisfaction(case, True, "Thank you."), None)
    assert again == {"message": None, "delivered": None, "repeated": True}
    assert len(office.rows(message, case)) == 1
    with pytest.raises(Conflict) as caught:
        office.do(Satisfaction(case, False), None)
    assert caught.value.details == {"satisfied": True}


def test_what_is_written_beside_an_answer_that_was_given_already_is_kept(office: Office) -> None:
    case = reach_resolved(office)
    office.do(Satisfaction(case, True, "Thank you."), None)
    again = office.do(Satisfaction(case, True, "The lamp is still dark."), None)
    assert [row.text for row in office.rows(message, case)] == ["Thank you.", "The lamp is still dark."]
    assert again == {"message": office.rows(message, case)[1].id, "delivered": None, "repeated": False}
    assert list(office.told(case)) == [("ann", "answer_arrived")] * 2
    assert office.do(Satisfaction(case, True, "Thank you."), None)["repeated"] is True
    pay(office, case)
    assert (office.case(case).status, office.case(case).closure) == ("closed", "satisfied")


def test_words_of_an_earlier_round_are_new_in_the_next(office: Office) -> None:
    case = reach_asked(office)
    office.do(Satisfaction(case, False, "No."), None)
    office.do(CompleteTask(office.task(case, "look").id, {"next": "go"}))
    office.do(CompleteTask(office.task(case, "plan").id, {}))
    office.do(Satisfaction(case, False), None)
    assert [office.do(Satisfaction(case, False, "No."), None)["repeated"] for _ in range(2)] == [False, True]
    assert [row.text for row in office.rows(message, case)] == ["No.", "No."]


def test_after_the_end_nothing_is_added_to_an_answer(office: Office) -> None:
    case = reach_closed(office)
    office.do(Satisfaction(case, True), None)
    office.advance(40 * DAY)
    assert office.do(Satisfaction(case, True), None)["repeated"] is True
    with pytest.raises(Conflict) as caught:
        office.do(Satisfaction(case, True, "One thing more."), None)
    assert caught.value.details == {"linked_case_needed": True}


def test_a_second_click_is_not_read_into_the_next_round(office: Office) -> None:
    case = reach_resolved(office)
    office.do(Satisfaction(case, True), None)
    office.do(Satisfaction(case, True), None)
    pay(office, case)
    office.do(ReceiveMessage(case, "It broke again."), None)
    office.do(CompleteTask(office.task(case, "look").id, {"next": "go"}))
    office.do(CompleteTask(office.task(case, "plan").id, {}))
    pay(office, case)
    assert (office.case(case).status, list(office.case(case).waits_for)) == ("resolved", ["satisfaction"])


def test_there_is_nothing_to_be_satisfied_with_before_the_result(office: Office) -> None:
    case = reach_plan(office)
    before = office.case(case)
    with pytest.raises(Conflict) as caught:
        office.do(Satisfaction(case, True, "Fine."), None)
    assert caught.value.details == {"status": "registered"}
    assert (office.case(case), office.rows(message, case)) == (before, [])


def test_who_was_not_reached_may_still_be_content_without_opening_anything(office: Office) -> None:
    case = reach_asked(office)
    office.advance(6 * DAY)
    assert office.case(case).closure == "no_answer"
    answer = office.do(Satisfaction(case, True, "All is well."), None)
    assert (answer["delivered"], office.case(case).status, office.case(case).closure) == (None, "closed", "no_answer")
    assert [row.text for row in office.rows(message, case)] == ["All is well."]


def test_who_was_not_reached_and_is_not_content_opens_the_case_again(office: Office) -> None:
    case = reach_asked(office)
    office.advance(6 * DAY)
    assert office.do(Satisfaction(case, False, "No."), None)["delivered"] == "late_message"
    assert office.case(case).status == "in_progress"


def test_after_the_end_an_answer_needs_a_linked_case(office: Office) -> None:
    case = reach_closed(office)
    office.advance(11 * DAY)
    with pytest.raises(Conflict) as caught:
        office.do(Satisfaction(case, False), None)
    assert caught.value.details["linked_case_needed"] is True


@pytest.mark.parametrize("rating", [0, 6, True, 2.5])
def test_a_rating_goes_from_one_to_five(office: Office, rating: Any) -> None:
    case = reach_asked(office)
    with pytest.raises(Unfit):
        office.do(Satisfaction(case, True, rating=rating), None)
    assert office.case(case).status == "resolved"
