"""The same questions on an SQLite file and on PostgreSQL: lists, search, pages and the wall are SQL for both."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select

from engine.case_work import CaseWork
from engine.tables import event_log, incident, instance
from tests.support.application import House, house_at
from tests.support.stores import store_url


@pytest.fixture(scope="module", params=["sqlite-file", "postgresql"])
def stored(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """An installation on a database that outlives the process; publishing takes seconds, so the tests share it."""
    found = house_at(store_url(request.param, request, tmp_path_factory.mktemp("store")))
    yield found
    found.application.database.close()


def test_a_case_is_filed_worked_on_found_and_followed(stored: House) -> None:
    filed = stored.file(refund={"amount": "1200.00", "currency": "CNY"})
    case, li_na = filed["id"], stored.person("li.na")
    stored.file(subject="Lesson ended early", text="100% of them_", language="en")
    stored.do("li.na", "acknowledge", case, {"acknowledgement_text": "您好。"})
    stored.do("li.na", "verify", case, {"outcome": "complete", "verification_summary": "x", "ask_legal": True})

    def found(query: str) -> list[str]:
        return [item["number"] for item in li_na.get(f"/api/complaints?{query}")["items"]]

    assert found("q=外教") == [filed["number"]]
    assert found("q=王晓 课程") == [filed["number"]]
    assert found("q=LESSON") == found("q=100%25") == found("q=_") != []
    assert filed["number"] in found(f"q={filed['number'].replace('-', '').lower()}")
    assert found("status=in_progress&case_owner=li.na&team=legal") == [filed["number"]]
    assert found("overdue=true") == []

    seen: list[Any] = []
    cursor = ""
    while True:
        page = li_na.get(f"/api/tasks?team=service&limit=1{cursor}")
        seen += page["items"]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert [task["due_at"] for task in seen] == sorted(task["due_at"] for task in seen)
    assert {task["element"] for task in seen} == {"acknowledge", "respond"}

    stored.later(hours=2)
    overdue = stored.person("chen.jing").get("/api/tasks?overdue=true")["items"]
    assert "acknowledge" in {task["element"] for task in overdue}
    assert stored.person("gao.yan").get("/api/tasks")["items"][0]["element"] == "legal_opinion"
    assert stored.person("lin.feng").get("/api/complaints")["items"] == []
    assert stored.person("liu.gang").get("/api/approvals")["items"] == []
    for tail in ("", "/timeline", "/diagram", "/affected"):
        assert li_na.get(f"/api/complaints/{case}{tail}")
    task = stored.task("li.na", "respond", case)["id"]
    assert li_na.call("PUT", f"/api/tasks/{task}/draft", {"data": {"response_text": "半"}}).status_code == 200
    assert li_na.get(f"/api/tasks/{task}")["draft"] == {"response_text": "半"}
    assert stored.complainant(filed["tracking_code"]).get("/api/track")["number"] == filed["number"]
    assert "redress_open_tasks" in stored.person("ops").call("GET", "/metrics").text
    assert li_na.get("/api/people")["items"][0]["id"]


def test_the_same_key_is_answered_once(stored: House) -> None:
    key = {"Idempotency-Key": "0d6f8c1e-6a57-4f5e-9a53-2f4f0a1f5b11"}
    body = {"subject": "a", "text": "b"}
    first = stored.public.post("/api/complaints", body, headers=key)
    assert stored.public.post("/api/complaints", body, headers=key) == first


def test_many_at_once_with_one_key_file_one_complaint(stored: House) -> None:
    body = {"subject": "at once", "text": "b"}
    key = {"Idempotency-Key": "7a1e8c1e-6a57-4f5e-9a53-2f4f0a1f5b12"}
    with ThreadPoolExecutor(8) as pool:
        calls = [pool.submit(stored.public.call, "POST", "/api/complaints", body, headers=key) for _ in range(8)]
        answers = [call.result() for call in calls]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["tracking_code"] for answer in answers}) == 1
    assert len(stored.person("li.na").get("/api/complaints?q=at once")["items"]) == 1


def test_two_people_never_take_the_same_task(stored: House) -> None:
    for _ in range(4):
        stored.file(subject="one of four")
    with ThreadPoolExecutor(8) as pool:
        people = ["li.na", "wang.fang", "kim.minji", "chen.jing"] * 2
        calls = [pool.submit(stored.person(login).call, "POST", "/api/tasks/next") for login in people]
        answers = [call.result() for call in calls]
    taken = {
        (login, answer.json()["task"]["id"])
        for login, answer in zip(people, answers, strict=True)
        if answer.status_code == 200
    }
    assert len({task for _, task in taken}) == len(taken) >= 4
    assert {answer.status_code for answer in answers} <= {200, 404}


def test_of_two_who_complete_at_once_one_is_told_who_was_faster(stored: House) -> None:
    case = stored.file(by="li.na")["id"]
    task, body = stored.task("li.na", "acknowledge", case)["id"], {"data": {"acknowledgement_text": "您好。"}}
    with ThreadPoolExecutor(4) as pool:
        calls = [
            pool.submit(stored.person("li.na").call, "POST", f"/api/tasks/{task}/complete", body) for _ in range(4)
        ]
        answers = [call.result() for call in calls]
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert {answer.json()["by"] for answer in answers if answer.status_code == 409} == {"li.na"}


def test_letters_that_come_at_once_after_the_end_open_one_case_together(stored: House) -> None:
    mine = stored.complainant(stored.file()["tracking_code"])
    mine.post("/api/track/withdraw", {})
    stored.later(days=30)
    with ThreadPoolExecutor(4) as pool:
        calls = [pool.submit(mine.call, "POST", "/api/track/messages", {"text": f"letter {n}"}) for n in range(4)]
        answers = [call.result() for call in calls]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert ["tracking_code" in answer.json() for answer in answers].count(True) == 1


@pytest.mark.parametrize(
    "path",
    [
        "/api/complaints/%00",
        "/api/complaints/x/affected?id=%00",
        "/api/tasks/a%00b-1",
        "/api/complaints?q=%00",
        "/api/tasks?team=%00",
    ],
)
def test_what_a_database_cannot_hold_never_reaches_it(stored: House, path: str) -> None:
    method = "DELETE" if "affected" in path else "GET"
    stored.person("li.na").refused(422, method, path)


def test_what_fails_rests_alone_until_it_goes_well(stored: House, monkeypatch: pytest.MonkeyPatch) -> None:
    case = stored.file()["id"]
    pipeline, database = stored.application.pipeline, stored.application.database
    placement = pipeline.services.placement
    found = placement.recipients

    def nobody(work: CaseWork, to: str) -> tuple[str, ...]:
        if to == "owner" and work.case_id == case:
            raise KeyError(to)
        return found(work, to)

    def looked() -> tuple[list[tuple[str | None, int, bool]], bool, list[str]]:
        with database.read() as connection:
            rows = connection.execute(select(incident).where(incident.c.case_id == case).order_by(incident.c.at))
            failed = [(row.about, row.attempts, row.resolved_at is not None) for row in rows]
            troubled = connection.execute(select(instance.c.troubled).where(instance.c.case_id == case)).scalar_one()
            where = (event_log.c.case_id == case, event_log.c.kind == "fired")
            names = connection.execute(select(event_log.c.name).where(*where).order_by(event_log.c.sequence)).scalars()
            return failed, troubled, [name for name in names if name.startswith("acknowledge/")]

    monkeypatch.setattr(placement, "recipients", nobody)
    stored.later(minutes=46)
    assert looked() == ([("acknowledge/1/remind/1", 1, False)], True, [])
    stored.later(minutes=14)
    assert looked() == ([("acknowledge/1/remind/1", 2, False)], True, ["acknowledge/1/overdue"])
    pipeline.leave_alone(case, RuntimeError("it could not be opened"))
    monkeypatch.undo()
    stored.later(minutes=10)
    fired = ["acknowledge/1/overdue", "acknowledge/1/remind"]
    assert looked() == ([("acknowledge/1/remind/1", 2, True), (None, 1, True)], False, fired)


def test_an_operator_pages_tries_again_dismisses_and_repairs(stored: House, monkeypatch: pytest.MonkeyPatch) -> None:
    ops, pipeline = stored.person("ops"), stored.application.pipeline
    cases = [stored.file()["id"] for _ in range(3)]
    placement = pipeline.services.placement
    found = placement.recipients

    def nobody(work: CaseWork, to: str) -> tuple[str, ...]:
        if to == "owner" and work.case_id in cases:
            raise KeyError(to)
        return found(work, to)

    monkeypatch.setattr(placement, "recipients", nobody)
    stored.later(minutes=46)
    failed: dict[str, str] = {}
    cursor: str | None = ""
    while cursor is not None:
        page = ops.get(f"/api/incidents?limit=1&cursor={cursor}")
        failed |= {item["complaint_id"]: item["id"] for item in page["items"] if item["complaint_id"] in cases}
        cursor = page["next"]
    assert failed.keys() == set(cases)
    tried, dismissed, repaired = (f"/api/incidents/{failed[case]}" for case in cases)
    assert ops.post(f"{tried}/retry")["outcome"] == "failed"
    assert ops.post(f"{dismissed}/dismiss", {"reason": "r"})["incident"]["state"] == "dismissed"
    told = ops.post(f"{repaired}/route", {"to": "post:academic_director", "reason": "r"})
    assert [(task["team"], task["post"]) for task in told["tasks"]] == [("service", "academic_director")]
    version = told["facts_version"]
    assert ops.post(f"{repaired}/facts", {"changes": {"people": 3}, "version": version, "reason": "r"})
    monkeypatch.undo()
    stored.later(minutes=3)
    states = [ops.get(each)["incident"]["state"] for each in (tried, dismissed, repaired)]
    assert states == ["resolved", "dismissed", "resolved"]


def test_a_duplicate_is_linked_and_unlinked_and_a_step_says_why_it_stays(stored: House) -> None:
    li_na = stored.person("li.na")
    first, second = (stored.file(by="li.na", category="other") for _ in range(2))
    stored.do("li.na", "acknowledge", second["id"], {"acknowledgement_text": "您好。"})
    task = stored.task("li.na", "verify", second["id"])["id"]
    stored.do("li.na", "verify", second["id"], {"outcome": "duplicate", "duplicate_of": first["number"]})

    def links(case: str) -> list[tuple[str, str]]:
        return [(link["relation"], link["number"]) for link in li_na.get(f"/api/complaints/{case}")["links"]]

    assert links(second["id"]) == [("duplicate_of", first["number"])]
    assert links(first["id"]) == [("duplicated_by", second["number"])]
    li_na.post(f"/api/tasks/{task}/send-back")
    assert (links(second["id"]), links(first["id"])) == ([], [])
    assert li_na.refused(409, "POST", f"/api/tasks/{task}/send-back")["by"] == "li.na"
    texts = [line["text"] for line in li_na.get(f"/api/complaints/{first['id']}/timeline")["items"]]
    assert f"No longer linked: Repeated by {second['number']}" in texts


def test_the_owner_who_turns_out_to_be_meant_loses_the_case_to_whoever_stands_in(stored: House) -> None:
    """Li Na is on duty herself: who stands in is found only by whoever knows that she is kept apart from now on."""
    case = stored.file("li.na", channel="phone")["id"]
    wang = stored.person("wang.fang")
    assert wang.get(f"/api/complaints/{case}")["case_owner"] == "li.na"
    body = {"person": "li.na", "name": "Li Na"}
    stored.person("chen.jing").post(f"/api/complaints/{case}/respondents", body)
    assert wang.get(f"/api/complaints/{case}")["case_owner"] == "wang.fang"
    assert stored.task("wang.fang", "acknowledge", case)["assignee"] == "wang.fang"
    stored.person("li.na").refused(404, "GET", f"/api/complaints/{case}")
