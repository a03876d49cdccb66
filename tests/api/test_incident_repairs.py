"""An operator repairs a case in which something failed, without seeing it: facts, and who does a step."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from access.rights import Verb
from access.tables import person
from engine.errors import NotFound
from engine.incidents import DELIVERY, note_failure
from engine.tables import conflict_of_interest, instance, work_item
from tests.support.application import House
from tests.support.keys import opened


def failed(redress: House) -> tuple[str, str]:
    """File a complaint that could not be opened once; return it and its incident."""
    case = redress.file()["id"]
    redress.application.pipeline.leave_alone(case, RuntimeError("x"))
    (item,) = redress.person("ops").get("/api/incidents")["items"]
    return case, item["id"]


def step(redress: House, task: str) -> Any:
    with redress.application.database.read() as connection:
        return connection.execute(select(work_item).where(work_item.c.id == task)).one()


def test_facts_are_changed_with_the_checks_of_everybody_and_stand_on_the_record(redress: House) -> None:
    case, found = failed(redress)
    ops, there = redress.person("ops"), f"/api/incidents/{found}/facts"
    version = ops.get(f"/api/incidents/{found}")["facts_version"]
    repair = {"changes": {"people": 12}, "version": version, "reason": "Lost by the import."}
    assert ops.refused(412, "POST", there, {**repair, "version": version - 1})["current"] == version
    (fault,) = ops.refused(422, "POST", there, {**repair, "changes": {"no_such": 1}})["fields"]
    assert (fault["field"], fault["code"]) == ("/no_such", "unknown-fact")
    ops.refused(422, "POST", there, {**repair, "reason": ""})
    told = ops.post(there, repair)
    assert told["facts_version"] > version
    assert redress.person("li.na").get(f"/api/complaints/{case}")["facts"]["people"] == 12
    assert redress.logged(case, "facts-reason") == [("ops", {"reason": "Lost by the import.", "facts": ["people"]})]
    # The case could be opened for the repair: nothing of it fails any more.
    assert told["incident"]["state"] == "resolved"
    assert ops.refused(409, "POST", there, repair)["detail"] == "This incident is over."
    ops.refused(404, "GET", f"/api/complaints/{case}")


def test_a_step_goes_to_another_team_post_or_person_who_see_the_case_from_then_on(redress: House) -> None:
    case = redress.file()["id"]
    task = redress.task("li.na", "acknowledge", case)["id"]
    ops, gao = redress.person("ops"), redress.person("gao.yan")
    gao.refused(404, "GET", f"/api/complaints/{case}")
    for to, seen in (
        ("team:legal", ("legal", None, None)),
        ("post:academic_director", ("legal", "academic_director", None)),
        ("person:zhao.lei", ("legal", "academic_director", "zhao.lei")),
    ):
        redress.application.pipeline.leave_alone(case, RuntimeError("x"))
        (item,) = ops.get("/api/incidents")["items"]
        ops.post(f"/api/incidents/{item['id']}/route", {"to": to, "reason": "Nobody else is left."})
        row = step(redress, task)
        assert (row.team, row.post, row.assignee) == seen
    assert [task["id"] for task in gao.get(f"/api/complaints/{case}")["tasks"]] == [task]
    assert [task["id"] for task in redress.person("zhao.lei").get("/api/tasks?mine=true")["items"]] == [task]
    assert [(who, each["to"], each["reason"]) for who, each in redress.logged(case, "rerouted")] == [
        ("ops", "team:legal", "Nobody else is left."),
        ("ops", "post:academic_director", "Nobody else is left."),
        ("ops", "person:zhao.lei", "Nobody else is left."),
    ]
    told = [line["text"] for line in redress.person("li.na").get(f"/api/complaints/{case}/timeline")["items"]]
    assert sum("The operator gave the step" in text for text in told) == 3


@pytest.mark.parametrize(
    ("to", "code"),
    [
        ("team:nobody_here", "unknown"),
        ("post:no_such_post", "unknown"),
        ("person:no.such", "unknown-person"),
        ("person:he.tao", "unknown-person"),
        ("person:zhao.lei", "kept-apart"),
        ("person:ops", "kept-apart"),
        ("nonsense", "malformed"),
    ],
)
def test_a_step_goes_nowhere_where_nobody_may_do_it(redress: House, to: str, code: str) -> None:
    case, found = failed(redress)
    task = redress.task("li.na", "acknowledge", case)["id"]
    with redress.application.database.write() as unit:
        unit.connection.execute(insert(conflict_of_interest).values(case_id=case, person="zhao.lei"))
        unit.connection.execute(update(person).where(person.c.id == "he.tao").values(active=False))
        unit.commit()
    before = step(redress, task)
    body = {"to": to, "reason": "r"}
    (fault,) = redress.person("ops").refused(422, "POST", f"/api/incidents/{found}/route", body)["fields"]
    assert (fault["field"], fault["code"]) == ("/to", code)
    assert (step(redress, task), redress.logged(case, "rerouted")) == (before, [])


def test_what_somebody_has_stays_with_them_where_something_else_failed(redress: House) -> None:
    case = redress.file()["id"]
    task = redress.task("li.na", "acknowledge", case)["id"]
    redress.person("li.na").post(f"/api/tasks/{task}/claim")
    redress.application.pipeline.leave_alone(case, RuntimeError("x"))
    found = redress.person("ops").get("/api/incidents")["items"][0]["id"]
    before = step(redress, task)
    body = {"to": "team:legal", "reason": "r"}
    told = redress.person("ops").refused(409, "POST", f"/api/incidents/{found}/route", body)
    assert told["detail"] == "Somebody has this step: a supervisor may give it to others."
    assert (step(redress, task), redress.logged(case, "rerouted")) == (before, [])


def test_what_was_given_elsewhere_stays_there_when_somebody_is_kept_apart(redress: House) -> None:
    case, found = failed(redress)
    task = redress.task("li.na", "acknowledge", case)["id"]
    redress.person("ops").post(f"/api/incidents/{found}/route", {"to": "post:academic_director", "reason": "r"})
    redress.person("li.na").post(f"/api/complaints/{case}/respondents", {"name": "Xu Hong", "person": "xu.hong"})
    assert step(redress, task).post == "academic_director"


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("route", {"to": "team:legal", "reason": "r"}),
        ("move", {"to": "respond", "reason": "r"}),
        ("facts", {"changes": {"people": 12}, "version": 1, "reason": "r"}),
    ],
)
def test_a_message_that_failed_opens_no_case_to_operators(redress: House, verb: str, body: dict[str, Any]) -> None:
    case = redress.file()["id"]
    with redress.application.database.write() as unit:
        refusal = NotFound("Nobody is there who could read it: appoint somebody.")
        house = redress.application
        about = {"doing": f"{DELIVERY}receipt", "about": "m"}
        found, _ = note_failure(unit.connection, case, refusal, **about, now=house.now(), ids=house.ids)
        unit.commit()
    told = redress.person("ops").refused(409, "POST", f"/api/incidents/{found}/{verb}", body)
    assert told["detail"] == "Only a message failed: try it again, or dismiss it with a reason."


def test_a_case_is_moved_to_another_step_and_what_it_stood_at_is_over(redress: House) -> None:
    case, found = failed(redress)
    ops, li, there = redress.person("ops"), redress.person("li.na"), f"/api/incidents/{found}"
    left = redress.task("li.na", "acknowledge", case)["id"]
    (place,) = [each for each in ops.get(there)["places"] if each["element"] == "acknowledgement"]
    ways = ["acknowledgement", "within_promise", "ask", "close_case", "leadership_look"]
    assert [each["element"] for each in place["ways"]] == ways
    body = {"to": "within_promise", "token": place["token"], "reason": "Acknowledged by telephone."}
    told = ops.post(f"{there}/move", body)
    assert (told["incident"]["state"], [each["element"] for each in told["tasks"]]) == ("resolved", ["verify"])
    assert step(redress, left).state == "cancelled"
    assert redress.logged(case, "token-moved") == [
        ("ops", {"to": "within_promise", "reason": "Acknowledged by telephone."})
    ]
    assert ops.refused(409, "POST", f"{there}/move", body)["detail"] != "This incident is over."
    lines = {
        language: [
            line["text"]
            for line in li.get(f"/api/complaints/{case}/timeline", headers={"Accept-Language": language})["items"]
        ]
        for language in ("en", "zh-CN", "ko")
    }
    moved = "The operator moved the case from Acknowledge within one hour to Resolve within the promised time: "
    assert f"{moved}Acknowledged by telephone." in lines["en"]
    assert any("移至" in text for text in lines["zh-CN"])
    assert any("옮김" in text for text in lines["ko"])
    # The duty to acknowledge is not met by it: its clock runs on.
    (clock,) = [each for each in li.get(f"/api/complaints/{case}")["clocks"] if each["name"] == "acknowledge"]
    assert clock["state"] == "running"
    redress.application.pipeline.leave_alone(case, RuntimeError("x"))
    (item,) = ops.get("/api/incidents")["items"]
    # It stands at six places now, each call inside the other: which one leaves has to be said.
    (fault,) = ops.refused(422, "POST", f"/api/incidents/{item['id']}/move", {"to": "investigate", "reason": "r"})[
        "fields"
    ]
    assert (fault["field"], fault["code"]) == ("/token", "required")


def test_a_move_that_leads_nowhere_is_not_the_last_word(redress: House) -> None:
    case, found = failed(redress)
    ops, there = redress.person("ops"), f"/api/incidents/{found}/move"

    def moved(of: str, to: str) -> list[str]:
        (token,) = [each["token"] for each in ops.get(f"/api/incidents/{found}")["places"] if each["element"] == of]
        told = ops.post(there, {"to": to, "token": token, "reason": "r"})
        return [each["element"] for each in told["tasks"]]

    assert moved("acknowledgement", "leadership_look") == ["leadership_look"]
    assert moved("leadership_look", "within_promise") == ["verify"]
    redress.do("li.na", "verify", case, {"outcome": "unfounded", "grounds": "x"})
    told = ops.refused(409, "POST", there, {"to": "close_case", "token": "x", "reason": "r"})
    assert told["detail"] == "This incident is over."


def test_a_case_is_moved_only_along_its_ways_and_from_where_it_stands(redress: House) -> None:
    case, found = failed(redress)
    ops, there = redress.person("ops"), f"/api/incidents/{found}"
    (token,) = [each["token"] for each in ops.get(there)["places"] if each["element"] == "acknowledge"]
    for body, status, field in (
        ({"to": "no_such", "token": token}, 422, "/to"),
        ({"to": "verify", "token": "zz"}, 409, None),
    ):
        told = ops.refused(status, "POST", f"{there}/move", {**body, "reason": "r"})
        assert [each["field"] for each in told.get("fields", [])] == ([field] if field else [])
    ops.refused(422, "POST", f"{there}/move", {"to": "verify", "token": token, "reason": " "})
    assert [each["element"] for each in redress.person("li.na").get(f"/api/complaints/{case}")["tasks"]] == [
        "acknowledge"
    ]
    assert redress.logged(case, "token-moved") == []
    redress.person("li.na").refused(403, "POST", f"{there}/move", {"to": "verify", "reason": "r"})


def test_a_house_may_keep_its_operators_from_repairing_cases(redress: House, monkeypatch: pytest.MonkeyPatch) -> None:
    case, found = failed(redress)
    services = redress.application.pipeline.services
    kept = replace(services.rules, may={**services.rules.may, Verb.REPAIR: frozenset()})
    monkeypatch.setattr(redress.application.pipeline, "services", replace(services, rules=kept))
    ops = redress.person("ops")
    ops.refused(403, "POST", f"/api/incidents/{found}/facts", {"changes": {"people": 2}, "version": 2, "reason": "r"})
    ops.refused(403, "POST", f"/api/incidents/{found}/route", {"to": "team:legal", "reason": "r"})
    ops.refused(403, "POST", f"/api/incidents/{found}/move", {"to": "verify", "reason": "r"})
    for login in ("li.na", "chen.jing"):
        redress.person(login).refused(403, "POST", f"/api/incidents/{found}/route", {"to": "team:legal", "reason": "r"})
    with redress.application.database.read() as connection:
        facts = connection.execute(select(instance.c.case_id, instance.c.facts).where(instance.c.case_id == case))
        (row,) = opened(redress.application.keys, connection, facts)
    assert row.facts["people"] == 1
