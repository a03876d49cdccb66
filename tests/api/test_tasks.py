"""Tasks: form, draft, decision, taking and giving back."""

from __future__ import annotations

import pytest

from tests.support.application import House
from tests.support.plans import PLAN, plan_made


def test_a_task_comes_with_its_form_and_the_facts_that_it_shows(redress: House) -> None:
    case = redress.file(by="li.na")["id"]
    li_na = redress.person("li.na")
    task = redress.task("li.na", "acknowledge", case)
    answer = li_na.call("GET", f"/api/tasks/{task['id']}")
    alone = answer.json()
    assert answer.headers["etag"].startswith(f'"{task["id"]}.{task["version"]}.')
    assert alone.keys() > task.keys()
    assert alone["form"]["name"] == "acknowledge"
    assert "acknowledgement_text" in alone["form"]["schema"]["properties"]
    assert alone["form"]["ui"]
    assert alone["may"] == ["complete"]
    assert {fact["name"]: fact["text"] for fact in alone["facts"]}["priority"] == "High"


@pytest.mark.parametrize(
    ("language", "category", "channel"),
    [
        ("en", "Teaching › Course content wrong or not as announced", "website"),
        ("zh-CN", "教学 › 课程内容与大纲不符或有误", "网站"),
        ("ko", "수업 › 강의 내용이 계획과 다르거나 오류가 있음", "웹사이트"),
    ],
)
def test_the_facts_of_a_task_are_in_the_callers_words_as_in_the_case(
    redress: House, language: str, category: str, channel: str
) -> None:
    case = redress.file(by="li.na", refund={"amount": "12000.50", "currency": "CNY"})["id"]
    li_na, task = redress.person("li.na"), redress.task("li.na", "acknowledge", case)["id"]
    shown = li_na.get(f"/api/tasks/{task}", headers={"Accept-Language": language})["facts"]
    said = {fact["name"]: (fact["value"], fact["text"]) for fact in shown}
    assert said["category"] == ("teaching.content", category)
    assert (
        said["category"][1]
        == li_na.get(f"/api/complaints/{case}", headers={"Accept-Language": language})["category_path"]
    )
    assert (said["refund"], said["channel"]) == (("12000.50", "12,000.50 CNY"), ("web", channel))


def test_a_draft_is_kept_unchecked_and_goes_with_the_completion(redress: House) -> None:
    case = redress.file(by="li.na")["id"]
    li_na, task = redress.person("li.na"), redress.task("li.na", "acknowledge", case)
    path = f"/api/tasks/{task['id']}"
    half = {"acknowledgement_text": "您", "contact_way": "not yet", "nested": {"deep": [1, 2]}}
    kept = li_na.call("PUT", f"{path}/draft", {"data": half})
    assert (kept.status_code, kept.json()) == (200, {"task": task["id"], "version": task["version"]})
    seen = li_na.get(path)
    assert (seen["draft"], seen["draft_by"], seen["version"]) == (half, "li.na", task["version"])
    assert redress.person("chen.jing").get(path)["draft"] is None
    redress.person("wang.fang").refused(403, "PUT", f"{path}/draft", {"data": {}})
    li_na.call("PUT", f"{path}/draft", {"data": None})
    assert li_na.get(path)["draft"] is None
    li_na.call("PUT", f"{path}/draft", {"data": half})
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "您好。"})
    done = li_na.get(path)
    assert (done["state"], done["draft"], done["done_by"]) == ("done", None, "li.na")
    assert done["data"] == {"acknowledgement_text": "您好。"}
    li_na.refused(409, "PUT", f"{path}/draft", {"data": half})


def test_a_draft_holds_nothing_that_no_page_can_show(redress: House) -> None:
    case = redress.file(by="li.na")["id"]
    li_na, task = redress.person("li.na"), redress.task("li.na", "acknowledge", case)["id"]
    deep: object = "x"
    for _ in range(30):
        deep = [deep]
    for data in ({"a": "\u0000"}, {"\u0000": 1}, {"a": 10**30}, {"a": deep}, {"a": ["x"] * 30_000}):
        li_na.refused(422, "PUT", f"/api/tasks/{task}/draft", {"data": data})
    content = b'{"data": {"a": "\\ud800"}}'
    headers = {**li_na.headers, "Content-Type": "application/json"}
    answer = redress.http.put(f"/api/tasks/{task}/draft", content=content, headers=headers)
    assert answer.status_code == 422
    for content in (b'{"data": {"a": NaN}}', b'{"data": {"a": Infinity}}'):
        assert redress.http.put(f"/api/tasks/{task}/draft", content=content, headers=headers).status_code == 422


def test_taking_giving_back_and_assigning(redress: House) -> None:
    case = redress.file()["id"]
    task = redress.task("li.na", "acknowledge", case)["id"]
    li_na, chen = redress.person("li.na"), redress.person("chen.jing")
    redress.later(hours=2)
    late = redress.task("chen.jing", "late_acknowledgement", case)["id"]
    assert chen.get(f"/api/tasks/{late}")["may"] == ["claim", "complete", "assign"]
    assert chen.post(f"/api/tasks/{late}/claim")["task"]["assignee"] == "chen.jing"
    assert chen.post(f"/api/tasks/{late}/release")["task"]["assignee"] is None
    li_na.refused(403, "POST", f"/api/tasks/{task}/assign", {"to": "wang.fang", "reason": "x"})
    chen.refused(422, "POST", f"/api/tasks/{task}/assign", {"to": "nobody", "reason": "x"})
    answer = chen.post(f"/api/tasks/{task}/assign", {"to": "wang.fang", "reason": "on duty today"})
    assert (answer["task"]["assignee"], answer["task"]["assignee_name"]) == ("wang.fang", "王芳")


def test_a_decision_waits_for_leadership_and_is_made_on_what_was_seen(redress: House) -> None:
    case = plan_made(redress)
    liu, huang, li_na = redress.person("liu.gang"), redress.person("huang.lan"), redress.person("li.na")
    waiting = liu.get("/api/approvals")["items"]
    assert [(item["element"], item["complaint_id"]) for item in waiting] == [("decide_leadership", case)]
    assert li_na.get("/api/approvals")["items"] == []
    task = waiting[0]["id"]
    seen = liu.call("GET", f"/api/tasks/{task}")
    alone = seen.json()
    assert alone["decision"] is True
    earlier = {form["element"]: form["data"] for form in alone["earlier"]}
    assert earlier["plan"]["finding"] == "投诉属实。"
    vote = {"data": {"decision": "approve", "reasons": "同意。"}}
    assert liu.refused(428, "POST", f"/api/tasks/{task}/complete", vote)["code"] == "match-required"
    liu.refused(412, "POST", f"/api/tasks/{task}/complete", vote, headers={"If-Match": '"99"'})
    done = liu.post(f"/api/tasks/{task}/complete", vote, headers={"If-Match": seen.headers["etag"]})
    assert done["task"]["state"] == "done"
    # The first voter is kept apart from the second vote.
    assert liu.get("/api/approvals")["items"] == []
    second = huang.get("/api/approvals")["items"]
    assert [item["element"] for item in second] == ["decide_leadership"]
    tag = huang.call("GET", f"/api/tasks/{second[0]['id']}").headers["etag"]
    huang.post(f"/api/tasks/{second[0]['id']}/complete", vote, headers={"If-Match": tag})
    assert redress.task("li.na", "carry_out", case)["assignee"] == "li.na"


def test_a_tag_is_good_for_the_task_that_was_seen_and_for_none_that_is_issued_after_it(redress: House) -> None:
    case = plan_made(redress)
    liu, huang = redress.person("liu.gang"), redress.person("huang.lan")
    vote = {"data": {"decision": "approve", "reasons": "同意。"}}
    first = redress.task("liu.gang", "decide_leadership", case)
    seen = liu.call("GET", f"/api/tasks/{first['id']}").headers["etag"]
    liu.post(f"/api/tasks/{first['id']}/complete", vote, headers={"If-Match": seen})
    second = redress.task("huang.lan", "decide_leadership", case)
    assert (second["version"], second["id"] != first["id"]) == (first["version"], True)
    path = f"/api/tasks/{second['id']}/complete"
    own = huang.call("GET", f"/api/tasks/{second['id']}").headers["etag"]
    mixed = own.split(".")[0] + "." + ".".join(seen.split(".")[1:])
    for odd in (
        seen,
        mixed,
        f'"{second["version"]}"',
        second["version"],
        own.replace(".1.", ".2."),
        f"{own}, {seen}",
        "W/",
    ):
        problem = huang.refused(412, "POST", path, vote, headers={"If-Match": str(odd)})
        assert (odd, problem["code"]) == (odd, "stale")
    # Who was faster is told first, whatever was seen.
    late = liu.refused(409, "POST", f"/api/tasks/{first['id']}/complete", vote, headers={"If-Match": own})
    assert late["by"] == "liu.gang"
    assert huang.post(path, vote, headers={"If-Match": own})["task"]["state"] == "done"


def test_a_head_of_department_outside_the_front_teams_reads_the_plan_to_decide_on(redress: House) -> None:
    case = redress.file(by="li.na")["id"]
    li_na = redress.person("li.na")
    tag = li_na.call("GET", f"/api/complaints/{case}").headers["etag"]
    change = {"impact_override": "important", "reason": "the press has asked"}
    assert li_na.call("PATCH", f"/api/complaints/{case}/facts", change, headers={"If-Match": tag}).status_code == 200
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "您好。"})
    redress.do("li.na", "verify", case, {"outcome": "complete", "verification_summary": "x"})
    redress.do("zhou.qiang", "inspection", case, {"quality_problem": "yes", "inspection_report": "属实。"})
    redress.do("zhao.lei", "academic_evidence", case, {"evidence_summary": "已核对。"})
    redress.do("li.na", "respond", case, {"response_text": "正在核实。"})
    redress.do("li.na", "plan", case, PLAN)
    sun = redress.person("sun.mei")
    waiting = sun.get("/api/approvals")["items"]
    assert [item["element"] for item in waiting] == ["decide_head"]
    alone = sun.get(f"/api/tasks/{waiting[0]['id']}")
    assert {form["element"] for form in alone["earlier"]} >= {"plan", "inspection", "verify"}
    assert redress.person("zhao.lei").get("/api/approvals")["items"] == []


def test_what_a_step_still_requires_is_said_in_words(redress: House) -> None:
    case = redress.file(by="li.na", category="other")["id"]
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "您好。"})
    redress.do("li.na", "verify", case, {"outcome": "complete", "verification_summary": "x"})
    redress.do("li.na", "respond", case, {"response_text": "正在核实。"})
    action = {"title": "更正课件", "owner_team": "academic", "due_on": "2026-03-10", "blocking": True}
    redress.do("li.na", "plan", case, {**PLAN, "actions": [action]})
    li_na = redress.person("li.na")
    task = redress.task("li.na", "carry_out", case)["id"]
    problem = li_na.refused(422, "POST", f"/api/tasks/{task}/complete", {"data": {"carried_out": "好。"}})
    assert problem["fields"][0]["message"].startswith("A blocking action or a remedy is still open")
    open_action = li_na.get(f"/api/complaints/{case}")["actions"][0]
    assert (open_action["title"], open_action["blocking"], open_action["done_at"]) == ("更正课件", True, None)
    path = f"/api/complaints/{case}/actions/{open_action['id']}"
    assert li_na.post(f"{path}/done", {"note": "uploaded"}) == {"left": 0}
    assert li_na.post(f"{path}/reopen", {"reason": "wrong file"}) == {"left": 1}
    assert li_na.post(f"{path}/done") == {"left": 0}
    assert li_na.refused(409, "POST", f"{path}/done")["by"] == "li.na"
    redress.do("li.na", "carry_out", case, {"carried_out": "好。"})
