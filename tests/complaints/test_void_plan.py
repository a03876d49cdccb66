"""A plan that ends with the complaint: what was given stays, what was not is void (X-08)."""

from __future__ import annotations

from typing import Any

import pytest

from complaints.effects import EFFECTS
from complaints.plan.plan_lines import record_plan, void_plan
from complaints.plan.remedies import CompleteRemedy, remedy_facts
from complaints.tables import refund_line, remedy
from engine.case_work import SYSTEM
from engine.commands.complete import CompleteTask
from engine.errors import Conflict
from engine.model.step import Effect
from tests.complaints.office import MONDAY, Office
from tests.complaints.walk import reach_plan

HOME = {"planned_currency": "CNY"}
PLAN: dict[str, Any] = {
    "refunds": [{"payee": who, "amount": {"amount": "20", "currency": "CNY"}} for who in ("Gil", "Hana", "Ivo")],
    "remedies": [{"kind": "course_extension", "days": 7, "note": "Seven days."}],
}


def facts(*states: str, **more: Any) -> dict[str, Any]:
    """Return facts with a refund of each state, by its number."""
    lines = [
        {"id": f"1.{n}", "payee": f"Gil {n}", "amount": "5.00", "currency": "CNY", "state": state}
        for n, state in enumerate(states, start=1)
    ]
    return {"planned_refunds": lines, "refunds_revision": 3, "open_remedies": 2, **more}


def test_what_waits_is_let_go_and_what_is_settled_stays() -> None:
    before = facts("paid", "planned", "approved", "rejected")
    follows = void_plan({}, {}, before, HOME)
    assert follows.made == {"refunds": ["1.2", "1.3"]}
    assert follows.facts == {
        "planned_refunds": [before["planned_refunds"][0], before["planned_refunds"][3]],
        "largest_refund": "5.00", "planned_currency": "CNY", "waiting_refunds": [], "reviewed_refunds": [],
        "open_refunds": 0, "refunds_revision": 4, "open_remedies": 0, "remedies_recorded": [],
    }  # fmt: skip
    again = void_plan({}, {}, {**before, **follows.facts}, HOME)
    assert (again.made, again.facts) == ({"refunds": []}, follows.facts)


def test_a_later_plan_that_says_the_same_has_its_refund_reviewed_anew() -> None:
    before = facts("approved", plan_revision=1, actions_opened=[], open_actions=0)
    after = {**before, **void_plan({}, {}, before, HOME).facts}
    asked = [{"payee": "Gil 1", "amount": {"amount": "5.00", "currency": "CNY"}}]
    (line,) = record_plan({}, {"refunds": asked}, after, HOME).facts["planned_refunds"]
    assert (line["id"], line["state"]) == ("2.1", "planned")


def test_the_record_says_what_is_void_and_gives_nothing_of_it_any_more(office: Office) -> None:
    case = reach_plan(office)
    office.do(CompleteTask(office.task(case, "plan").id, PLAN))
    paid, *others = [row.id for row in office.rows(refund_line, case)]
    (given,) = office.rows(remedy, case)
    with office.database.write() as unit:
        unit.connection.execute(refund_line.update().where(refund_line.c.id == paid).values(state="paid"))
        work = office.pipeline.load(unit.connection, case, SYSTEM, MONDAY)
        gone = [each.removeprefix(f"{case}-") for each in others]
        EFFECTS["void_plan"](work, Effect("void_plan", {}, "void_rest", "x", made={"refunds": gone}))
        assert remedy_facts(work)["open_remedies"] == 0
        assert [(line.kind, line.detail) for line in work.events] == [("plan-void", {"refunds": 2, "remedies": 1})]
        EFFECTS["void_plan"](work, Effect("void_plan", {}, "void_rest", "x", made={"refunds": []}))
        assert len(work.events) == 1
        unit.commit()
    assert [row.state for row in office.rows(refund_line, case)] == ["paid", "void", "void"]
    with pytest.raises(Conflict, match="This remedy is void"):
        office.do(CompleteRemedy(case, given.id, "Seven days were added."))
