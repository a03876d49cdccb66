"""What is too much or too little is refused with its limits, and the limit itself is taken."""

from __future__ import annotations

from typing import Any

import pytest

from complaints.change_facts import ChangeFacts
from complaints.correspondence.satisfaction import Satisfaction
from complaints.intake.filing import FileComplaint
from complaints.people.affected import MOST_AT_ONCE, AddAffected, AffectedPerson
from complaints.people.people_concerned import MOST_PEOPLE
from complaints.plan.replan import MOST_LINES
from complaints.tables import affected, complaint, message, refund_line
from engine.errors import Unfit
from tests.complaints.office import Office
from tests.complaints.walk import reach_asked, reach_plan

CNY = {"amount": "1", "currency": "CNY"}


def refused(office: Office, command: Any, by: str | None = "ann") -> list[dict[str, Any]]:
    """Return the faults that a refused command names."""
    with pytest.raises(Unfit) as caught:
        office.do(command, by)
    found: list[dict[str, Any]] = caught.value.details["fields"]
    return found


def test_how_many_people_a_complaint_may_speak_of_is_named(office: Office) -> None:
    limits = {"least": 1, "most": MOST_PEOPLE}
    for people in (-1, 0, MOST_PEOPLE + 1):
        found = refused(office, FileComplaint("Chapter 5", "It is wrong.", people=people))
        assert found == [{"field": "people", "code": "out-of-range", "values": limits}]
    assert office.rows(complaint) == []
    assert [office.rows(complaint, office.file(people=each))[0].stated_people for each in (1, MOST_PEOPLE)] == [
        1, MOST_PEOPLE,
    ]  # fmt: skip


def test_a_rating_goes_from_one_to_five(office: Office) -> None:
    case = reach_asked(office)
    before = office.case(case)
    for rating in (0, 6, True):
        assert refused(office, Satisfaction(case, True, "Good.", rating), None) == [
            {"field": "rating", "code": "out-of-range", "values": {"least": 1, "most": 5}}
        ]
    assert (office.case(case), office.rows(message, case)) == (before, [])
    assert office.do(Satisfaction(case, True, "", 1), None)["delivered"] == "satisfaction"


def test_people_are_listed_one_to_a_thousand_at_a_time(office: Office) -> None:
    case = office.file()
    people = tuple(AffectedPerson(f"P{number}") for number in range(MOST_AT_ONCE + 1))
    assert refused(office, AddAffected(case, ())) == [{"field": "people", "code": "too-few"}]
    assert refused(office, AddAffected(case, people)) == [{"field": "people", "code": "too-many"}]
    assert office.rows(affected, case) == []
    office.do(AddAffected(case, people[1:]))
    assert len(office.rows(affected, case)) == MOST_AT_ONCE


def test_planned_refunds_have_a_shape_and_a_number_that_is_enough(office: Office) -> None:
    case = reach_plan(office)

    def change(refunds: Any) -> ChangeFacts:
        return ChangeFacts(case, {"refunds": refunds}, office.case(case).facts_version)

    lines = [{"payee": f"P{number}", "amount": CNY} for number in range(MOST_LINES + 1)]
    for refunds, fault in (
        (lines, {"field": "refunds", "code": "too-many"}),
        ("none", {"field": "refunds", "code": "not-list"}),
        (["Gil"], {"field": "refunds/0", "code": "shape"}),
        ([lines[0], {**lines[1], "note": "x"}], {"field": "refunds/1", "code": "shape"}),
        (
            [{"payee": "Gil", "amount": {**CNY, "amount": "0"}}],
            {"field": "refunds/0/amount/amount", "code": "not-positive"},
        ),
    ):
        assert refused(office, change(refunds)) == [fault]
    assert office.rows(refund_line, case) == []
    office.do(change(lines[1:]))
    assert len(office.rows(refund_line, case)) == MOST_LINES
