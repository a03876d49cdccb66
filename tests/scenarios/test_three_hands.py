"""Money passes three hands whoever changes the planned refunds, and whenever: past the plan nobody gets round it.

Played on the process that ships, below, at and above the limit of the leadership group (R-004-18, R-004-28).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.scenarios.file import read_scenario
from app.scenarios.play import play
from app.settings import Settings
from engine.versions import Versions

OWNER, CHANGES, REVIEWS = "li.na", "chen.jing", "wang.fang"
"""Who changes the refunds is in the team that reviews them, and in the leadership group that decides on large ones."""
AMOUNTS = [("9999.99", False), ("10000.00", False), ("10000.01", True)]

START = [
    {"do": "acknowledge", "by": OWNER, "data": {"acknowledgement_text": "Noted.", "contact_way": "phone"}},
    {"do": "verify", "by": OWNER, "data": {"outcome": "complete", "verification_summary": "True."}},
    {"do": "respond", "by": OWNER, "data": {"response_text": "We look."}},
]
APPROVE = {"decision": "approve", "reasons": "Right."}


def lines(amount: str, payee: str = "Wang") -> list[dict[str, Any]]:
    return [{"payee": payee, "amount": {"amount": amount, "currency": "CNY"}}]


def plan(*refunds: dict[str, Any]) -> dict[str, Any]:
    text = {"root_cause_text": "x", "finding": "x", "remedy": "x"}
    data = {"next": "submit", "root_cause": "charging_rules", **text, "refunds": list(refunds)}
    return {"do": "plan", "by": OWNER, "data": data}


def refused(**step: Any) -> dict[str, Any]:
    return {"refused": {**step, "code": "forbidden"}}


def approval() -> list[dict[str, Any]]:
    votes = [{"do": "decide_leadership", "by": by, "data": APPROVE} for by in ("liu.gang", "huang.lan")]
    return [refused(do="decide_leadership", by=CHANGES, data=APPROVE), *votes]


def review(amount: str) -> list[dict[str, Any]]:
    answer = {"decision": "approve", "amount": {"amount": amount, "currency": "CNY"}}
    paid = {"paid_on": "2026-03-03", "reference": "TK1"}
    return [
        refused(do="review_refund", by=OWNER, data=answer),
        refused(do="review_refund", by=CHANGES, data=answer),
        refused(claim="review_refund", by=CHANGES),
        {"do": "review_refund", "by": REVIEWS, "data": answer},
        refused(do="pay_refund", by=REVIEWS, data=paid),
        {"do": "pay_refund", "by": CHANGES, "data": paid},
        {"expect": {"facts": {"open_refunds": 0}}},
    ]


def run(folder: Path, versions: Versions, *steps: dict[str, Any]) -> None:
    """Play a complaint about a charge; JSON is YAML."""
    said = {
        "title": {"en": "t"}, "at": "2026-03-03T10:30:00+08:00", "recorded_by": OWNER, "steps": [*START, *steps],
        "complaint": {"channel": "phone", "type": "complaint", "category": "other", "subject": "s", "text": "t",
                      "people": 1, "language": "en", "complainant": {"name": "Wang"}},
    }  # fmt: skip
    file = folder / "hands.yaml"
    file.write_text(json.dumps(said), encoding="utf-8")
    play(read_scenario(file), Settings(), versions=versions).application.database.close()


@pytest.mark.parametrize(("amount", "above"), AMOUNTS)
def test_who_adds_a_refund_to_an_accepted_plan_neither_approves_nor_reviews_it(
    amount: str, above: bool, tmp_path: Path, versions: Versions
) -> None:
    changed = {"facts": {"refunds": lines(amount)}, "by": CHANGES}
    open_tasks = {"decide_leadership": "leadership"} if above else {"carry_out": "service", "review_refund": "service"}
    run(
        tmp_path, versions, plan(), changed, {"expect": {"tasks": open_tasks}},
        *(approval() if above else []), *review(amount),
    )  # fmt: skip


@pytest.mark.parametrize(("amount", "above"), AMOUNTS)
def test_who_writes_refunds_down_before_any_plan_has_planned_them(
    amount: str, above: bool, tmp_path: Path, versions: Versions
) -> None:
    changed = {"facts": {"refunds": lines(amount)}, "by": CHANGES}
    run(
        tmp_path, versions, changed, {"expect": {"tasks": {"plan": "service"}}}, plan(*lines(amount)),
        *(approval() if above else []), *review(amount),
    )  # fmt: skip


def test_votes_cast_before_the_refunds_were_changed_are_cast_again(tmp_path: Path, versions: Versions) -> None:
    """Another payee is no other figure, and it is other money all the same."""
    run(
        tmp_path, versions, plan(*lines("10000.01")),
        {"do": "decide_leadership", "by": CHANGES, "data": APPROVE},
        {"facts": {"refunds": lines("10000.01", "Chen")}, "by": CHANGES},
        {"expect": {"tasks": {"decide_leadership": "leadership"}}},
        {"do": "decide_leadership", "by": "liu.gang", "data": APPROVE},
        {"expect": {"tasks": {"decide_leadership": "leadership"}}},
        refused(do="decide_leadership", by=CHANGES, data=APPROVE),
        {"do": "decide_leadership", "by": "huang.lan", "data": APPROVE},
        *review("10000.01"),
    )  # fmt: skip


def test_the_same_refunds_again_make_nobody_a_planner(tmp_path: Path, versions: Versions) -> None:
    answer = {"decision": "approve", "amount": {"amount": "300.00", "currency": "CNY"}}
    run(
        tmp_path, versions, plan(*lines("300.00")), {"facts": {"refunds": lines("300.00")}, "by": CHANGES},
        {"do": "review_refund", "by": CHANGES, "data": answer},
        {"expect": {"tasks": {"carry_out": "service", "pay_refund": "service"}}},
    )  # fmt: skip
