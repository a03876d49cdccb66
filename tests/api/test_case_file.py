"""The case file, the timeline and the live diagram, as clients rely on them."""

from __future__ import annotations

import pytest

from tests.support.application import House

CLOCK = {"name", "due_at", "explanation", "state"}
TASK = {"id", "complaint_id", "element", "name", "team", "assignee", "due_at", "state"}
COMPLAINT_MEMBERS = {
    "id", "number", "status", "closure", "case_owner", "impact", "priority", "facts", "clocks", "tasks", "process",
}  # fmt: skip


def test_a_complaint_has_the_members_that_clients_rely_on(redress: House) -> None:
    filed = redress.file(by="li.na", refund={"amount": "10000.01", "currency": "CNY"}, people=3)
    seen = redress.person("li.na").get(f"/api/complaints/{filed['id']}")
    assert seen.keys() >= COMPLAINT_MEMBERS
    assert seen["process"] == {"key": "complaint", "version": 1, "title": "Complaint"}
    assert (seen["number"], seen["status"], seen["case_owner"]) == (filed["number"], "registered", "li.na")
    assert seen["refund"] == {"amount": "10000.01", "currency": "CNY"}
    assert (seen["facts"]["people"], seen["facts"]["refund"]) == (3, "10000.01")
    assert {clock["name"]: clock["state"] for clock in seen["clocks"]} == {
        "acknowledge": "running", "respond": "running", "resolve": "running",
    }  # fmt: skip
    assert all(clock.keys() >= CLOCK for clock in seen["clocks"])
    assert all(task.keys() >= TASK for task in seen["tasks"])


@pytest.mark.parametrize(
    ("language", "says"), [("zh-CN", "截止时间"), ("ko-KR,ko;q=0.9", "기한"), ("en-GB", "Due Tue 3 Mar 2026, 12:00")]
)
def test_due_times_are_explained_in_the_readers_language(redress: House, language: str, says: str) -> None:
    case = redress.file()["id"]
    seen = redress.person("li.na").get(f"/api/complaints/{case}", headers={"Accept-Language": language})
    acknowledge = next(clock for clock in seen["clocks"] if clock["name"] == "acknowledge")
    assert acknowledge["explanation"].startswith(says)


def test_the_filing_answer_says_by_when_and_why_in_the_language_of_the_complaint(redress: House) -> None:
    answer = redress.public.call("POST", "/api/complaints", {"subject": "a", "text": "b", "language": "ko"})
    filed = answer.json()
    assert filed.keys() == {"id", "number", "tracking_code", "acknowledge_by", "explanation"}
    assert answer.headers["location"] == f"/api/complaints/{filed['id']}"
    assert filed["acknowledge_by"] == "2026-03-03T04:00:00+00:00"
    assert filed["explanation"].startswith("기한")
    assert answer.headers["cache-control"] == "no-store"


def test_nothing_new_is_not_sent_again(redress: House) -> None:
    case = redress.file(by="li.na")["id"]
    li_na, path = redress.person("li.na"), f"/api/complaints/{case}"
    tag = li_na.call("GET", path).headers["etag"]
    again = li_na.call("GET", path, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "您好。"})
    assert li_na.call("GET", path, headers={"If-None-Match": tag}).status_code == 200


def test_the_group_is_listed_and_counted(redress: House) -> None:
    case = redress.file(by="li.na")["id"]
    li_na, path = redress.person("li.na"), f"/api/complaints/{case}/affected"
    one = li_na.post(path, {"name": "甲", "contact": "13900000000"})
    nine = li_na.post(path, {"people": [{"name": f"学员{number}"} for number in range(9)]})
    assert (one["people"], nine["people"], len(nine["added"])) == (1, 10, 9)
    seen = li_na.get(f"/api/complaints/{case}")
    assert (seen["facts"]["people"], seen["impact"], seen["affected_count"]) == (10, "major", 10)
    names = [person["name"] for person in li_na.get(f"{path}?limit=200")["items"]]
    assert sorted(names) == sorted(["甲", *(f"学员{number}" for number in range(9))])
    assert li_na.call("DELETE", f"{path}/{one['ids'][0]}").json() == {"people": 9}
    assert li_na.call("DELETE", f"{path}?id={one['ids'][0]}").json() == {"people": 9}


def test_facts_are_changed_and_the_tables_run_again(redress: House) -> None:
    case = redress.file(by="li.na")["id"]
    li_na, path = redress.person("li.na"), f"/api/complaints/{case}"
    tag = li_na.call("GET", path).headers["etag"]
    answer = li_na.call("PATCH", f"{path}/facts", {"safety": True, "people": 10}, headers={"If-Match": tag})
    assert answer.status_code == 200
    facts = answer.json()["facts"]
    assert (facts["priority"], facts["impact"]) == ("urgent", "major")
    again = li_na.call(
        "PATCH", f"{path}/facts", {"refund": {"amount": "1.00", "currency": "CNY"}},
        headers={"If-Match": answer.headers["etag"]},
    )  # fmt: skip
    assert again.json()["facts"]["refund"] == "1.00"


def test_the_timeline_says_who_did_what_when_on_which_version(redress: House) -> None:
    case = redress.file()["id"]
    li_na = redress.person("li.na")
    redress.later(minutes=10)
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "您好。"})
    li_na.post(f"/api/complaints/{case}/messages", {"text": "We look into it."})
    li_na.post(f"/api/complaints/{case}/notes", {"text": "Ask the teacher."})
    items = li_na.get(f"/api/complaints/{case}/timeline")["items"]
    lines = {(item["source"], item["text"]): item for item in items}
    done = lines["event", "Done: Acknowledge"]
    assert (done["actor_name"], done["at"]) == ("李娜", "2026-03-03T03:10:00+00:00")
    assert done["process"] == {"key": "complaint", "version": 1, "title": "Complaint"}
    assert lines["message", "We look into it."]["detail"]["direction"] == "out"
    assert lines["note", "Ask the teacher."]["actor"] == "li.na"
    assert lines["event", "Complaint filed"]["actor"] == "complainant"
    assert [item["at"] for item in items] == sorted(item["at"] for item in items)
    everything = li_na.get(f"/api/complaints/{case}/timeline?everything=true")["items"]
    assert len(everything) > len(items)


@pytest.mark.parametrize("limit", [1, 4, 9])
def test_the_timeline_comes_in_pages_without_gaps(redress: House, limit: int) -> None:
    case = redress.file(by="li.na")["id"]
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "您好。"})
    li_na, path = redress.person("li.na"), f"/api/complaints/{case}/timeline"
    whole = [item["id"] for item in li_na.get(path)["items"]]
    found, page = [], li_na.get(f"{path}?limit={limit}")
    while True:
        found += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        page = li_na.get(f"{path}?limit={limit}&cursor={page['next']}")
    assert found == whole


@pytest.mark.parametrize("language", ["zh-CN", "ko", "en"])
def test_no_line_of_the_timeline_is_without_words_in_any_language(redress: House, language: str) -> None:
    case = redress.file(by="li.na", safety=True)["id"]
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "您好。"})
    redress.later(days=3)
    items = redress.person("li.na").get(
        f"/api/complaints/{case}/timeline?everything=true", headers={"Accept-Language": language}
    )["items"]
    assert [item for item in items if not item["text"].strip() or "{" in item["text"]] == []


def test_the_diagram_shows_where_the_case_stands_and_which_way_it_came(redress: House) -> None:
    case = redress.file(by="li.na")["id"]
    li_na, path = redress.person("li.na"), f"/api/complaints/{case}/diagram"
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "您好。"})
    picture = li_na.get(path)
    tokens = {(mark["element"], mark["state"]) for mark in picture["tokens"]}
    assert tokens == {
        ("verify", "open"), ("handling", "waiting"), ("work_on_complaint", "waiting"), ("within_promise", "waiting"),
        ("resolve_complaint", "waiting"), ("verification", "waiting"), ("danger_found", "waiting"),
    }  # fmt: skip
    visited = {visit["element"]: visit["count"] for visit in picture["visited"]}
    assert visited["acknowledge"] == visited["received"] == visited["verify"] == 1
    assert "close_case" not in visited
    flows = {each["flow"]: each["count"] for each in picture["flows"]}
    assert flows["acknowledge_to_send_acknowledgement"] == 1
    assert picture["xml"].startswith("<?xml")
    assert 'id="verify"' in picture["xml"]
    assert [drawing["file"] for drawing in picture["drawings"]] == ["refund.bpmn"]
    assert {(due["source"], due["element"]) for due in picture["due"]} >= {
        ("timer", "resolve_overdue"), ("clock", "resolve_overdue"), ("clock", "respond_overdue"),
    }  # fmt: skip
    resolve = next(clock for clock in li_na.get(f"/api/complaints/{case}")["clocks"] if clock["name"] == "resolve")
    timer = next(due for due in picture["due"] if (due["source"], due["element"]) == ("timer", "resolve_overdue"))
    head, _, because = resolve["explanation"].partition(". ")
    assert timer["explanation"] == f"{head}. At the same time as: send the result. {because}"
    assert [due["explanation"] for due in picture["due"] if "Also considered" in due["explanation"]] == []
    assert {due["provisional"] for due in picture["due"]} == {False}
    words = li_na.call("GET", f"{path}?format=text", headers={"Accept-Language": "en"}).text
    assert "Verify the facts; since 2026-03-03 11:00" in words
    li_na.refused(422, "GET", f"{path}?format=svg")


def test_every_taken_flow_leads_from_a_visited_element_to_a_visited_element(redress: House) -> None:
    case = redress.file(by="li.na")["id"]
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "您好。"})
    redress.do("li.na", "verify", case, {"outcome": "complete", "verification_summary": "x"})
    picture = redress.person("li.na").get(f"/api/complaints/{case}/diagram")
    visited = {visit["element"] for visit in picture["visited"]}
    with redress.application.database.read() as connection:
        version = redress.application.versions.newest(connection, "complaint")
        diagram = redress.application.versions.process(connection, version.id).diagram
    assert len(picture["flows"]) > 5
    for each in picture["flows"]:
        flow = diagram.flows[each["flow"]]
        assert {flow.source, flow.target} <= visited, flow


def test_a_step_that_was_sent_back_stands_open_again_on_the_diagram(redress: House) -> None:
    case = redress.file(by="li.na")["id"]
    li_na = redress.person("li.na")
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "您好。"})
    task = redress.task("li.na", "verify", case)["id"]
    before = li_na.get(f"/api/complaints/{case}/diagram")
    redress.do("li.na", "verify", case, {"outcome": "complete", "verification_summary": "x"})
    assert li_na.get(f"/api/tasks/{task}")["may"] == ["send-back"]
    answer = li_na.post(f"/api/tasks/{task}/send-back")
    assert answer["task"]["state"] == "open"
    after = li_na.get(f"/api/complaints/{case}/diagram")
    for part in ("visited", "flows"):
        assert after[part] == before[part]
    assert {mark["element"] for mark in after["tokens"]} == {mark["element"] for mark in before["tokens"]}
