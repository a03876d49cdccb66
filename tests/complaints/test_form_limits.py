"""What the schema of a form cannot say: a ceiling that would not cover the plan, and a day that has passed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest

from complaints.plan.action_days import check_due_days, due_on
from complaints.plan.approval_limits import check_ceiling
from complaints.plan.plan_lines import record_approval
from engine.errors import Unfit
from engine.model.config import AnswerMeaning
from engine.model.elements import Diagram
from engine.process import CompiledProcess
from engine.spiff.compile import Program
from escalation.calendar import Campus
from escalation.calendar_reading import parse_campus
from escalation.due import CalendarBook
from tests.support.configs import config, fact

SPECS = {
    "people": fact("people", default=1),
    "largest_refund": fact("largest_refund", "amount", default="0"),
    "planned_currency": fact("planned_currency", "string", default="CNY"),
}
APPROVES = AnswerMeaning("decision", ("approve", "approve_with_conditions"))
SHANGHAI = ZoneInfo("Asia/Shanghai")
LABELS = '{ zh-CN = "a", ko = "a", en = "a" }'


def campus(name: str, zone: str, staffed: str) -> Campus:
    """A campus whose house is staffed at these hours."""
    text = (
        f'zone = "{zone}"\nlabels = {LABELS}\n[channels.staff]\nlabels = {LABELS}\n[channels.staff.staffed]\n{staffed}'
    )
    return parse_campus(text.encode(), name=name, file=f"{name}.toml", years={})


BOOK = CalendarBook(
    {
        "main": campus("main", "Asia/Shanghai", 'mon-fri = ["09:00-12:00", "14:00-19:00"]\nsat = ["10:00-14:00"]'),
        "seoul": campus("seoul", "Asia/Seoul", 'mon-fri = ["09:00-21:00"]'),
    }
)
NOW = datetime(2026, 3, 3, 18, 30, tzinfo=SHANGHAI).astimezone(UTC)


def case(approves: AnswerMeaning | None = APPROVES, /, **facts: Any) -> Any:
    known = {"people": 10, "largest_refund": "500.00", "planned_currency": "CNY", **facts}
    said = replace(config(facts=SPECS), answers={"approves": approves} if approves else {})
    process = CompiledProcess(said, diagram=Diagram({}, {}, {}), program=cast("Program", None), decisions={})
    services = SimpleNamespace(zone=lambda facts: "Asia/Shanghai", calendars=BOOK)
    return SimpleNamespace(process=process, row={"facts": known}, services=services, now=NOW)


def money(amount: str, currency: str = "CNY") -> dict[str, str]:
    return {"amount": amount, "currency": currency}


def faults(check: Any, work: Any, data: Any) -> list[tuple[str, str]]:
    with pytest.raises(Unfit) as refused:
        check(work, data)
    return [(field["field"], field["code"]) for field in refused.value.details["fields"]]


@pytest.mark.parametrize("decision", ["approve", "approve_with_conditions"])
@pytest.mark.parametrize(
    ("covers", "expected"),
    [
        ({"covers_people": 9}, [("/covers_people", "below-present")]),
        ({"covers_refund": money("499.99")}, [("/covers_refund/amount", "below-present")]),
        ({"covers_refund": money("499.99", "USD")}, [("/covers_refund/currency", "other-currency")]),
        (
            {"covers_people": 1, "covers_refund": money("90000", "KRW")},
            [("/covers_people", "below-present"), ("/covers_refund/currency", "other-currency")],
        ),
    ],
)
def test_a_vote_that_would_not_cover_the_plan_is_refused(
    decision: str, covers: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert faults(check_ceiling, case(), {"decision": decision, **covers}) == expected


@pytest.mark.parametrize(
    "data",
    [
        {"decision": "approve"},
        {"decision": "approve", "covers_people": 10, "covers_refund": money("500")},
        {"decision": "approve_with_conditions", "covers_people": 11, "covers_refund": money("500.01")},
        {"decision": "reject", "covers_people": 1, "covers_refund": money("1", "USD")},
        {"outcome": "complete", "covers_people": 1},
    ],
)
def test_a_vote_that_covers_the_plan_and_what_is_no_approval_pass(data: dict[str, Any]) -> None:
    check_ceiling(case(), data)


def test_which_answer_approves_stands_in_the_process() -> None:
    said, covers = case(AnswerMeaning("verdict", ("granted",))), {"covers_people": 9}
    check_ceiling(said, {"decision": "approve", **covers})
    assert faults(check_ceiling, said, {"verdict": "granted", **covers}) == [("/covers_people", "below-present")]
    check_ceiling(case(None), {"verdict": "granted", **covers})


def test_where_no_currency_is_planned_the_ceiling_is_in_that_of_the_house() -> None:
    nothing = case(largest_refund="0")
    check_ceiling(nothing, {"decision": "approve", "covers_refund": money("0")})
    said = faults(check_ceiling, nothing, {"decision": "approve", "covers_refund": money("10", "USD")})
    assert said == [("/covers_refund/currency", "other-currency")]


def test_of_several_votes_the_smallest_counts_and_silence_covers_today() -> None:
    facts: dict[str, Any] = {"people": 10, "largest_refund": 500, "planned_currency": "CNY", "plan_revision": 2}

    def ceiling(people: Any, refund: Any) -> tuple[Any, Any]:
        made = record_approval({"level": 2, "people": people, "refund": refund}, {}, facts, {}).facts
        return made["ceiling_people"], made["ceiling_refund"]

    assert ceiling([30, 12], [money("9000"), money("600.50")]) == (12, "600.50")
    assert ceiling([30, None], [money("9000"), None]) == (10, "500")
    assert ceiling(None, None) == ceiling([], []) == (10, "500")
    assert ceiling(14, money("700")) == (14, "700")


@pytest.mark.parametrize(
    ("data", "late"),
    [
        ({"actions": [{"due_on": "2026-03-04"}, {"due_on": "2026-03-02"}]}, ["/actions/1/due_on"]),
        ({"interim_measures": [{"due_on": "2026-03-02"}]}, ["/interim_measures/0/due_on"]),
        ({"conditions": [{"due_on": "1999-01-01"}]}, ["/conditions/0/due_on"]),
        (
            {"actions": [{"due_on": "2020-01-01"}], "conditions": [{"due_on": "2020-01-01"}]},
            ["/actions/0/due_on", "/conditions/0/due_on"],
        ),
    ],
)
def test_what_is_to_be_done_by_a_day_that_is_over_is_refused(data: dict[str, Any], late: list[str]) -> None:
    assert faults(check_due_days, case(), data) == [(place, "past") for place in late]


@pytest.mark.parametrize("day", ["2999-06-01", "9999-12-31"])
def test_a_day_that_no_calendar_counts_to_is_a_fault_of_its_field(day: str) -> None:
    data = {"actions": [{"due_on": "2026-03-04"}, {"due_on": day}]}
    assert faults(check_due_days, case(), data) == [("/actions/1/due_on", "too-far")]


@pytest.mark.parametrize(
    "data", [{}, {"actions": []}, {"actions": [{"title": "x"}, {"due_on": "2026-03-04"}]}, {"due_on": "2000-01-01"}]
)
def test_days_ahead_and_forms_without_actions_pass(data: dict[str, Any]) -> None:
    check_due_days(case(), data)


@pytest.mark.parametrize(
    ("campus", "day", "due"),
    [
        (None, "2026-03-04", "2026-03-04T19:00+08:00"),
        ("main", "2026-03-07", "2026-03-07T14:00+08:00"),  # a Saturday: nobody calls it a working day, but it closes
        ("main", "2026-03-08", "2026-03-09T00:00+08:00"),  # a Sunday stays the day that was named
        ("seoul", "2026-03-04", "2026-03-04T21:00+09:00"),
    ],
)
def test_an_action_is_due_when_the_house_of_its_campus_closes_that_day(campus: str | None, day: str, due: str) -> None:
    assert due_on(case(campus=campus), day) == datetime.fromisoformat(due)


def test_an_action_without_a_day_is_never_due() -> None:
    assert due_on(case(), None) is None


def test_until_the_house_closes_today_lies_ahead() -> None:
    data = {"actions": [{"due_on": "2026-03-03"}]}
    check_due_days(case(), data)
    assert faults(check_due_days, case(campus="seoul"), {"actions": [{"due_on": "2026-03-02"}]}) != []
    late = case()
    late.now = NOW + timedelta(minutes=30)
    assert faults(check_due_days, late, data) == [("/actions/0/due_on", "past")]
