"""Refunds of a plan, each in hand by itself: which one it is, who may review and who may pay it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete

from access.tables import membership
from tests.support.application import House
from tests.support.plans import planned


def reviews(redress: House, case: str, element: str = "review_refund") -> list[Any]:
    """Return the open refund tasks of a case, alone, as whoever may do them sees them."""
    client = redress.person("wang.fang" if element == "review_refund" else "kim.minji")
    tasks = client.get(f"/api/complaints/{case}")["tasks"]
    return [client.get(f"/api/tasks/{task['id']}") for task in tasks if task["element"] == element]


def test_each_review_says_which_refund_of_the_plan_is_in_hand(redress: House) -> None:
    case = planned(redress, ("王晓", "300.00", "CNY"), ("李明", "300.00", "CNY"), ("王晓", "9699.99", "CNY"))
    found = [task["context"]["refund_line"] for task in reviews(redress, case)]
    assert sorted(found, key=lambda line: line["number"]) == [
        {
            "id": f"1.{number}", "payee": payee, "amount": {"amount": amount, "currency": "CNY"}, "state": "planned",
            "number": number, "of": 3,
            "text": f"In hand: {shown} CNY to {payee} (refund {number} of 3 in the plan)",
        }
        for number, payee, amount, shown in (
            (1, "王晓", "300.00", "300.00"), (2, "李明", "300.00", "300.00"), (3, "王晓", "9699.99", "9,699.99"),
        )
    ]  # fmt: skip
    (first, *_) = reviews(redress, case)
    korean = redress.person("wang.fang").get(f"/api/tasks/{first['id']}", headers={"Accept-Language": "ko"})
    assert korean["context"]["refund_line"]["text"].startswith("이번에 처리할 환불: ")


def test_whoever_pays_is_told_the_approved_amount(redress: House) -> None:
    case = planned(redress, ("王晓", "300.00", "CNY"), ("李明", "500.00", "CNY"))
    task = next(each for each in reviews(redress, case) if each["context"]["refund_line"]["payee"] == "李明")
    approved = {"decision": "approve", "amount": {"amount": "420.50", "currency": "CNY"}, "reasons": "x"}
    redress.person("wang.fang").post(f"/api/tasks/{task['id']}/complete", {"data": approved})
    (pay,) = reviews(redress, case, "pay_refund")
    line = pay["context"]["refund_line"]
    assert (line["payee"], line["amount"], line["state"]) == (
        "李明", {"amount": "420.50", "currency": "CNY"}, "approved",
    )  # fmt: skip


def pay(redress: House, who: str, case: str) -> None:
    """Review and pay the only refund of a case."""
    for element, data in (
        ("review_refund", {"decision": "approve", "amount": {"amount": "300.00", "currency": "CNY"}}),
        ("pay_refund", {"paid_on": "2026-03-03", "reference": "TK1"}),
    ):
        redress.do(who, element, case, data)


def waived(redress: House, case: str) -> list[str]:
    timeline = redress.person("li.na").get(f"/api/complaints/{case}/timeline")["items"]
    return [item["text"] for item in timeline if item["kind"] == "four-eyes-waived"]


def test_whoever_planned_a_refund_does_not_review_it_and_whoever_reviewed_it_does_not_pay_it(redress: House) -> None:
    case = planned(redress, ("王晓", "300.00", "CNY"))
    (review,) = reviews(redress, case)
    assert (review["may"], review["decision"]) == (["claim", "complete"], False)
    for method, path in (("POST", "claim"), ("POST", "complete")):
        body = {"data": {"decision": "approve"}} if path == "complete" else None
        redress.person("li.na").refused(403, method, f"/api/tasks/{review['id']}/{path}", body)
    assert redress.person("li.na").get(f"/api/tasks/{review['id']}")["may"] == []
    approved = {"decision": "approve", "amount": {"amount": "300.00", "currency": "CNY"}}
    redress.person("wang.fang").post(f"/api/tasks/{review['id']}/complete", {"data": approved})
    task = redress.task("wang.fang", "pay_refund", case)["id"]
    paid = {"data": {"paid_on": "2026-03-03", "reference": "TK1"}}
    redress.person("wang.fang").refused(403, "POST", f"/api/tasks/{task}/complete", paid)
    redress.person("kim.minji").post(f"/api/tasks/{task}/complete", paid)
    assert waived(redress, case) == []


def test_where_nobody_else_is_in_the_team_one_person_does_it_all_and_that_is_on_record(redress: House) -> None:
    with redress.application.database.write() as unit:
        others = (membership.c.team == "service", membership.c.person != "li.na")
        unit.connection.execute(delete(membership).where(*others))
        unit.commit()
    case = planned(redress, ("王晓", "300.00", "CNY"))
    pay(redress, "li.na", case)
    assert waived(redress, case) == [
        "Nobody else is left, so the same person may do it: Review the refund",
        "Nobody else is left, so the same person may do it: Pay the refund",
    ]
