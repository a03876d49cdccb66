"""The two figures of planned refunds, and which of them an approval covers (R-004-18)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from complaints.plan.plan_lines import record_approval, record_payment
from complaints.plan.refund_figures import covered_figure, refund_facts

INITIAL = {"planned_currency": "CNY", "largest_refund_per_payee": Decimal(0), "planned_payees": 0}


def line(payee: str, amount: str, state: str = "planned", **more: str) -> dict[str, Any]:
    return {"id": f"{payee}.{amount}", "payee": payee, "amount": amount, "currency": "CNY", "state": state, **more}


@pytest.mark.parametrize(
    ("lines", "single", "payee"),
    [
        ([], "0", "0"),
        ([line("王晓", "5000.00"), line("李明", "9999.99"), line("王 晓", "5000.01")], "9999.99", "10000.01"),
        ([line("An Na", "60.00"), line("Anna", "50.00")], "60.00", "60.00"),
        ([line("Gil", "60.00", "rejected"), line("Gil", "50.00")], "50.00", "50.00"),
        ([line("Gil", "6000.00", "approved", approved="3000.00"), line("GIL", "6000.00")], "6000.00", "12000.00"),
        ([line("Gil", "6000.00", "paid", approved="3000.00"), line("Gil", "5000.00")], "5000.00", "8000.00"),
        ([line("Gil", "6000.00", "paid"), line("Gil", "5000.00")], "6000.00", "11000.00"),
    ],
)
def test_the_largest_line_and_the_largest_total_to_one_payee(
    lines: list[dict[str, Any]], single: str, payee: str
) -> None:
    facts = refund_facts(lines, INITIAL)
    assert (facts["largest_refund"], facts["largest_refund_per_payee"]) == (single, payee)


def test_what_waits_what_was_reviewed_and_the_currency_that_has_no_threshold_follow_from_the_lines() -> None:
    states = ("planned", "approved", "paid", "rejected")
    lines = [line("Gil", str(number), state) for number, state in enumerate(states, 1)]
    assert refund_facts(lines, INITIAL) == {
        "planned_refunds": lines, "largest_refund": "3", "largest_refund_per_payee": "6", "planned_payees": 1,
        "planned_currency": "CNY", "waiting_refunds": ["Gil.1", "Gil.2"], "reviewed_refunds": ["Gil.2"],
        "open_refunds": 2,
    }  # fmt: skip
    foreign = [*lines, {**line("Ann", "9"), "currency": "USD"}, {**line("Bo", "9", "rejected"), "currency": "AUD"}]
    assert refund_facts(foreign, INITIAL)["planned_currency"] == "USD"


def test_what_was_paid_less_than_planned_counts_from_the_payment_on() -> None:
    approved = line("Gil", "500.00", "approved", approved="320.50")
    facts = record_payment({"refund": approved["id"]}, {}, {"planned_refunds": [approved]}, INITIAL).facts
    assert (facts["largest_refund"], facts["largest_refund_per_payee"]) == ("320.50", "320.50")


def test_a_process_without_the_fact_is_not_told_it_and_approves_the_single_refund() -> None:
    assert "largest_refund_per_payee" not in refund_facts([line("Gil", "1.00")], {"planned_currency": "CNY"})
    assert (covered_figure({"largest_refund"}), covered_figure(INITIAL)) == (
        "largest_refund",
        "largest_refund_per_payee",
    )


@pytest.mark.parametrize(
    ("figures", "vote", "covered"),
    [
        ({"largest_refund": Decimal(600)}, None, "600"),
        ({"largest_refund": Decimal(600), "largest_refund_per_payee": Decimal(1100)}, None, "1100"),
        ({"largest_refund": Decimal(600), "largest_refund_per_payee": Decimal(1100)}, "2000.00", "2000.00"),
    ],
)
def test_an_approval_covers_the_figure_that_the_process_decides_by(
    figures: dict[str, Decimal], vote: str | None, covered: str
) -> None:
    facts = {"people": 1, "planned_currency": "CNY", "plan_revision": 1, **figures}
    refund = {"amount": vote, "currency": "CNY"} if vote else None
    made = record_approval({"level": 2, "people": None, "refund": refund}, {}, facts, {}).made
    assert made["ceiling"]["ceiling_refund"] == covered


def test_payees_are_counted_once_however_their_names_are_typed_and_not_where_nothing_is_paid() -> None:
    lines = [line("王晓", "1.00"), line("王 晓", "2.00", "paid"), line("Gil", "3.00"), line("Mina", "4.00", "rejected")]
    assert refund_facts(lines, INITIAL)["planned_payees"] == 2
    assert "planned_payees" not in refund_facts(lines, {"planned_currency": "CNY"})


@pytest.mark.parametrize(
    ("payees", "people", "vote", "covered"), [(1, 1, None, 1), (5, 1, None, 5), (12, 12, 15, 15), (20, 12, 15, 20)]
)
def test_an_approval_covers_as_many_payees_as_the_plan_has_or_as_it_covers_people(
    payees: int, people: int, vote: int | None, covered: int
) -> None:
    facts = {"people": people, "planned_currency": "CNY", "plan_revision": 1, "largest_refund": Decimal(600)}
    asked = {"level": 2, "people": vote, "refund": None}
    made = record_approval(asked, {}, {**facts, "planned_payees": payees}, {"ceiling_payees": 0}).made
    assert made["ceiling"]["ceiling_payees"] == covered
    assert "ceiling_payees" not in record_approval(asked, {}, facts, {}).facts
