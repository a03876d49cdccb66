"""Changed facts: what may be said, by whom, on which version, and what follows in the same step."""

from __future__ import annotations

from typing import Any

import pytest

from complaints.change_facts import ChangeFacts
from complaints.people.affected import AddAffected, AffectedPerson
from complaints.tables import complaint, refund_line
from engine.commands.claim import ClaimTask
from engine.commands.complete import CompleteTask
from engine.errors import Conflict, Forbidden, MatchRequired, NotFound, Stale, Unfit
from engine.tables import work_item
from tests.complaints.office import Office
from tests.complaints.walk import reach_closed, reach_plan


def change(office: Office, case: str, by: str | None = "ann", reason: str = "", **changes: Any) -> dict[str, Any]:
    """Change facts on the version that is current."""
    version = office.case(case).facts_version
    answer: dict[str, Any] = office.do(ChangeFacts(case, changes, version, reason), by)
    return answer


def unfit(office: Office, case: str, reason: str = "", **changes: Any) -> list[tuple[str, str]]:
    """Return field and code of what does not fit; nothing has changed then."""
    before = office.case(case)
    with pytest.raises(Unfit) as caught:
        change(office, case, reason=reason, **changes)
    assert office.case(case) == before
    return [(field["field"], field["code"]) for field in caught.value.details["fields"]]


def test_facts_change_together_with_the_record(office: Office) -> None:
    case = office.file()
    answer = change(
        office, case, people=4, refund={"amount": "10000.01", "currency": "CNY"}, category="teaching.content",
        fault=True,
    )  # fmt: skip
    facts = office.facts(case)
    told = {n: facts[n] for n in ("people", "stated_people", "refund", "refund_currency", "category", "fault")}
    assert told == {
        "people": 4, "stated_people": 4, "refund": "10000.01", "refund_currency": "CNY",
        "category": "teaching.content", "fault": True,
    }  # fmt: skip
    row = office.rows(complaint, case)[0]
    assert (row.stated_people, row.refund_minor, row.refund_currency) == (4, 1_000_001, "CNY")
    assert (row.category, row.category_version) == ("teaching.content", "7")
    assert answer == {"version": office.case(case).facts_version, "facts": facts}
    assert office.case(case).category == "teaching.content"


def test_a_claim_can_be_taken_back(office: Office) -> None:
    case = office.file(refund_amount="20.00", refund_currency="CNY")
    change(office, case, refund=None)
    row = office.rows(complaint, case)[0]
    assert (office.facts(case)["refund"], row.refund_minor, row.refund_currency) == (None, None, None)


def test_the_same_values_again_change_nothing(office: Office) -> None:
    case = office.file()
    first = change(office, case, people=4, safety=True)
    assert change(office, case, people=4, safety=True) == first


def test_a_change_names_the_version_that_was_seen(office: Office) -> None:
    case = office.file()
    with pytest.raises(MatchRequired) as unnamed:
        office.do(ChangeFacts(case, {"people": 2}))
    assert unnamed.value.details == {"current": 1}
    change(office, case, people=2)
    with pytest.raises(Stale) as old:
        office.do(ChangeFacts(case, {"people": 3}, 1))
    assert old.value.details == {"seen": 1, "current": 2}
    assert office.facts(case)["people"] == 2


@pytest.mark.parametrize(("by", "refusal"), [("bea", Forbidden), ("cho", NotFound), (None, Forbidden)])
def test_others_do_not_change_the_facts(office: Office, by: str | None, refusal: type[Exception]) -> None:
    case = office.file()
    with pytest.raises(refusal):
        change(office, case, by, people=2)


@pytest.mark.parametrize("by", ["ann", "dan", "eve", "house"])
def test_owner_leadership_supervisors_and_the_house_change_facts(office: Office, by: str) -> None:
    case = office.file()
    change(office, case, by, people=2)
    assert office.facts(case)["people"] == 2


def test_while_nobody_owns_the_case_the_team_service_may(office: Office) -> None:
    case = office.file(None)
    change(office, case, "bea", safety=True)
    assert office.facts(case)["safety"] is True
    office.do(ClaimTask(office.task(case, "look").id), "ann")
    with pytest.raises(Forbidden):
        change(office, case, "bea", safety=False)


def test_every_field_that_does_not_fit_is_listed(office: Office) -> None:
    case = office.file()
    wrong = unfit(
        office, case, people=0, refund={"amount": "1e9", "currency": "CNY"}, category="nothing", safety="yes",
        open_actions=0, unheard=1, fault=None,
    )  # fmt: skip
    assert wrong == [
        ("people", "out-of-range"), ("refund/amount", "money_amount"), ("category", "unknown"),
        ("safety", "not-boolean"), ("open_actions", "kept-by-the-house"), ("unheard", "unknown-fact"),
        ("fault", "required"),
    ]  # fmt: skip


@pytest.mark.parametrize("value", [True, "4", 4.0, None, 100_001, -1])
def test_a_number_of_people_is_a_whole_number_within_bounds(office: Office, value: Any) -> None:
    case = office.file()
    assert [name for name, _ in unfit(office, case, people=value)] == ["people"]


def test_a_retired_category_is_not_given_anew_but_may_stay(office: Office) -> None:
    case = office.file(category="former")
    change(office, case, category="former", safety=True)
    change(office, case, category="other")
    assert unfit(office, case, category="former") == [("category", "retired")]


def test_an_override_needs_a_reason_and_a_known_value(office: Office) -> None:
    case = office.file()
    assert unfit(office, case, priority_override="urgent") == [("reason", "required")]
    assert unfit(office, case, "because", priority_override="at once") == [("priority_override", "unknown")]
    change(office, case, reason="She is stuck in the lift.", priority_override="urgent")
    assert office.facts(case)["priority_override"] == "urgent"
    change(office, case, priority_override="")
    assert office.facts(case)["priority_override"] == ""


def test_the_stated_number_never_falls_below_who_is_listed(office: Office) -> None:
    case = office.file()
    office.do(AddAffected(case, tuple(AffectedPerson(f"P{n}") for n in range(3))))
    change(office, case, people=2)
    assert {n: office.facts(case)[n] for n in ("people", "stated_people", "listed_people")} == {
        "people": 3, "stated_people": 2, "listed_people": 3,
    }  # fmt: skip


def test_a_form_that_says_fewer_than_are_listed_leaves_the_larger_number(office: Office) -> None:
    case = office.file()
    office.do(AddAffected(case, tuple(AffectedPerson(f"P{n}") for n in range(3))))
    office.do(CompleteTask(office.task(case, "look").id, {"next": "go", "people": 2, "category": "teaching"}))
    facts, row = office.facts(case), office.rows(complaint, case)[0]
    assert (facts["people"], facts["stated_people"], facts["listed_people"]) == (3, 2, 3)
    assert (facts["category"], row.category, row.stated_people) == ("teaching", "teaching", 2)
    (done,) = office.rows(work_item, case, element="look")
    assert done.data["people"] == 2, "what was written in the form stays as it was written"


def test_what_follows_from_the_facts_follows_in_the_same_step(office: Office) -> None:
    case = office.file()
    change(office, case, people=9)
    assert list(office.told(case)) == []
    change(office, case, people=10)
    assert list(office.told(case)) == [("dan", "many")]
    assert office.facts(case)["group"] is True


def test_a_closed_case_is_not_changed(office: Office) -> None:
    case = reach_closed(office)
    with pytest.raises(Conflict) as caught:
        change(office, case, people=3)
    assert caught.value.details == {"status": "closed"}


LINES = [
    {"payee": "Gil", "amount": {"amount": "10000.00", "currency": "CNY"}},
    {"payee": "Hana", "amount": {"amount": "20", "currency": "CNY"}},
]


def test_what_is_wrong_with_an_amount_is_told_with_its_figures(office: Office) -> None:
    case = reach_plan(office)
    won = {"amount": "1.5", "currency": "KRW"}
    figures = {"currency": "KRW", "decimals": 0}
    for changes, field in (
        ({"refund": won}, "refund/amount"),
        ({"refunds": [{"payee": "Gil", "amount": won}]}, "refunds/0/amount/amount"),
    ):
        with pytest.raises(Unfit) as found:
            change(office, case, **changes)
        assert found.value.details["fields"] == [{"field": field, "code": "money_decimals", "values": figures}]


def test_planned_refunds_change_with_their_rows_and_figures(office: Office) -> None:
    case = reach_plan(office)
    office.do(CompleteTask(office.task(case, "plan").id, {"refunds": LINES}))
    plan_ids = {row.payee: row.id for row in office.rows(refund_line, case)}
    change(office, case, refunds=[{**LINES[0], "amount": {"amount": "10000.01", "currency": "CNY"}}, LINES[1]])
    rows = {row.payee: row for row in office.rows(refund_line, case, state="planned")}
    assert {payee: row.amount_minor for payee, row in rows.items()} == {"Gil": 1_000_001, "Hana": 2_000}
    assert rows["Hana"].id == plan_ids["Hana"]
    assert rows["Gil"].id != plan_ids["Gil"]
    facts = office.facts(case)
    assert (facts["largest_refund"], facts["open_refunds"], facts["refunds_revision"]) == ("10000.01", 2, 2)
    assert facts["plan_revision"] == 1
    change(office, case, refunds=[])
    assert {row.state for row in office.rows(refund_line, case)} == {"superseded"}
    assert office.facts(case)["largest_refund"] == "0"


def test_the_same_planned_refunds_sent_again_change_nothing(office: Office) -> None:
    case = reach_plan(office)
    office.do(CompleteTask(office.task(case, "plan").id, {"refunds": LINES}))
    other = [{**LINES[0], "amount": {"amount": "7", "currency": "CNY"}}, LINES[1]]
    change(office, case, refunds=other)
    before = office.rows(refund_line, case), office.facts(case)
    change(office, case, refunds=other)
    assert (office.rows(refund_line, case), office.facts(case)) == before


def test_refund_lines_that_do_not_fit_are_named(office: Office) -> None:
    case = office.file()
    assert unfit(office, case, refunds="all") == [("refunds", "not-list")]
    assert unfit(office, case, refunds=[{"payee": "Gil"}]) == [("refunds/0/amount", "money_shape")]
    assert unfit(office, case, refunds=[LINES[0], {**LINES[1], "payee": " "}]) == [("refunds/1/payee", "required")]
    assert unfit(office, case, refunds=[{**LINES[0], "state": "paid"}]) == [("refunds/0", "shape")]
    none = {"payee": "Gil", "amount": {"amount": "1", "currency": "XXX"}}
    assert unfit(office, case, refunds=[LINES[0], none]) == [("refunds/1/amount/currency", "money_currency")]
