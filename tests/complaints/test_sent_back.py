"""A step that is sent back gives the record what it overwrote; money is written only to lines of the plan."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest

from complaints.change_facts import ChangeFacts
from complaints.effects import EFFECTS
from complaints.tables import complaint, overwritten, refund_line
from complaints.unmake import unmake
from engine.case_work import SYSTEM
from engine.commands.complete import CompleteTask
from engine.commands.send_back import SendBack
from engine.errors import Conflict, Unfit
from engine.model.step import Effect
from engine.tables import case_team
from tests.complaints.office import DAY, MONDAY, Office
from tests.complaints.walk import reach_plan

PLAN: dict[str, Any] = {
    "actions": [{"title": "New book", "owner_team": "academic", "due_on": "2026-03-04", "blocking": True}],
    "refunds": [{"payee": "Gil", "amount": {"amount": "20", "currency": "CNY"}}],
}


def test_a_plan_sent_back_gives_the_refunds_of_the_plan_before_back(office: Office) -> None:
    case = reach_plan(office)
    asked = [{"payee": "Hana", "amount": {"amount": "5", "currency": "CNY"}}]
    office.do(ChangeFacts(case, {"refunds": asked}, version=office.case(case).facts_version))
    before, (line,) = office.facts(case), office.rows(refund_line, case)
    task = office.task(case, "plan")
    office.do(CompleteTask(task.id, PLAN))
    assert {row.payee: row.state for row in office.rows(refund_line, case)} == {"Hana": "superseded", "Gil": "planned"}
    assert [row.team for row in office.rows(case_team, case)] == ["academic"]
    office.do(SendBack(task.id))
    assert (office.facts(case), office.rows(refund_line, case)) == (before, [line])
    assert (office.rows(case_team, case), office.rows(overwritten, case)) == ([], [])
    office.do(CompleteTask(task.id, PLAN, office.task(case, "plan").version))
    assert {row.payee: row.state for row in office.rows(refund_line, case)} == {"Hana": "superseded", "Gil": "planned"}


def test_a_team_that_saw_the_case_before_sees_it_after_a_step_is_sent_back(office: Office) -> None:
    case = reach_plan(office)
    with office.database.write() as unit:
        unit.connection.execute(case_team.insert().values(case_id=case, team="academic"))
        unit.commit()
    task = office.task(case, "plan")
    office.do(CompleteTask(task.id, PLAN))
    office.do(SendBack(task.id))
    assert [row.team for row in office.rows(case_team, case)] == ["academic"]


def test_a_form_sent_back_gives_the_record_what_it_said_before(office: Office) -> None:
    case = office.file(category="teaching", people=2)
    before, look = office.rows(complaint, case), office.task(case, "look")
    office.do(CompleteTask(look.id, {"next": "go", "people": 4, "category": "other"}))
    (row,) = office.rows(complaint, case)
    assert (row.stated_people, row.category) == (4, "other")
    office.do(SendBack(look.id))
    assert office.rows(complaint, case) == before


def test_only_what_the_last_step_overwrote_is_kept(office: Office) -> None:
    case = office.file(category="teaching")
    office.do(CompleteTask(office.task(case, "look").id, {"next": "go", "category": "other"}))
    assert [(row.place, row.record) for row in office.rows(overwritten, case)] == [("complaint", case)]
    office.do(CompleteTask(office.task(case, "plan").id, PLAN))
    assert [(row.place, row.record) for row in office.rows(overwritten, case)] == [("case_team", "academic")]


def effect_on_line(operation: str, line_id: str) -> Effect:
    line = {"id": line_id, "amount": "20", "currency": "CNY", "state": "approved"}
    return Effect(operation, {}, None, "x", made={"line": line, "reasons": None, "paid_on": None, "reference": None})


@pytest.mark.parametrize("operation", ["record_payment", "record_refund_decision"])
@pytest.mark.parametrize("state", ["planned", "superseded", None])
def test_money_is_written_only_to_a_line_that_is_part_of_the_plan(
    office: Office, operation: str, state: str | None
) -> None:
    case = reach_plan(office)
    office.do(CompleteTask(office.task(case, "plan").id, PLAN))
    (line,) = office.rows(refund_line, case)
    line_id = line.id.removeprefix(f"{case}-") if state else "9.9"
    with office.database.write() as unit:
        unit.connection.execute(refund_line.update().values(state=state or "planned"))
        work = office.pipeline.load(unit.connection, case, SYSTEM, MONDAY)
        expected = nullcontext() if state == "planned" else pytest.raises(Conflict)
        with expected:
            EFFECTS[operation](work, effect_on_line(operation, line_id))
        unit.commit()
    wanted = {"record_payment": "paid", "record_refund_decision": "approved"}[operation]
    assert [row.state for row in office.rows(refund_line, case)] == [
        wanted if state == "planned" else state or "planned"
    ]


def test_a_hold_of_a_step_that_is_sent_back_is_lifted_and_an_older_one_stays(office: Office) -> None:
    case = office.file()
    for older in (None, "Court order."):
        with office.database.write() as unit:
            work = office.pipeline.load(unit.connection, case, SYSTEM, MONDAY)
            work.update(complaint, complaint.c.case_id == case, retention_hold=older)
            work.hold_until = MONDAY + DAY
            EFFECTS["retention_hold"](work, Effect("retention_hold", {"reason": "Lawsuit."}, "hold", "x"))
            held = work.first(complaint.select())
            unmake(work, work.batch)
            back = work.first(complaint.select())
        assert (held.retention_hold, back.retention_hold) == ("Lawsuit.", older)


def test_a_line_with_the_number_of_a_superseded_one_takes_its_place_until_sent_back(office: Office) -> None:
    case = reach_plan(office)
    old = {
        "id": f"{case}-1.1", "case_id": case, "payee": "Old", "amount_minor": 2, "approved_minor": 1,
        "currency": "CNY", "state": "superseded", "cause": "1:x", "reviewed_by": "x", "reviewed_at": MONDAY,
        "reasons": "Old.", "paid_on": None, "reference": None,
    }  # fmt: skip
    office.put(refund_line, old)
    task = office.task(case, "plan")
    office.do(CompleteTask(task.id, PLAN))
    (row,) = office.rows(refund_line, case)
    assert (row.id, row.payee, row.amount_minor, row.state) == (f"{case}-1.1", "Gil", 2000, "planned")
    assert (row.approved_minor, row.reviewed_by, row.reviewed_at, row.reasons) == (None, None, None, None)
    office.do(SendBack(task.id))
    assert [dict(row._mapping) for row in office.rows(refund_line, case)] == [old]


def test_who_cannot_get_a_case_is_told_beside_the_parameter_where_no_field_of_a_form_says_it(office: Office) -> None:
    case = office.file()
    parameters = {"action": "reassign", "to": "nobody", "why": "Late."}
    with office.database.write() as unit:
        work = office.pipeline.load(unit.connection, case, SYSTEM, MONDAY)
        for element in (None, "look", "gone"):
            with pytest.raises(Unfit) as caught:
                EFFECTS["change_owner"](work, Effect("change_owner", parameters, element, "x"))
            assert caught.value.details["fields"] == [{"field": "to", "code": "unknown-person"}]
