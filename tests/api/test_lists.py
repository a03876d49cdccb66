"""Lists: filters, search, pages. Nothing is shown twice or left out when things come and go meanwhile."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from access import people
from complaints.tables import notice
from tests.support.application import Client, House


def ids(page: Any) -> list[str]:
    return [item["id"] for item in page["items"]]


def walk(client: Client, path: str, limit: int) -> list[str]:
    found, cursor = [], ""
    for _ in range(100):
        page = client.get(f"{path}{'&' if '?' in path else '?'}limit={limit}{cursor}")
        assert len(page["items"]) <= limit
        found += ids(page)
        if page["next"] is None:
            return found
        cursor = f"&cursor={page['next']}"
    raise AssertionError("the list never ends")


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 50])
def test_pages_of_any_size_give_every_complaint_once_newest_first(redress: House, limit: int) -> None:
    filed = []
    for number in range(7):
        filed.append(redress.file(subject=f"Number {number}")["id"])
        if number % 3:
            redress.later(minutes=1)
    found = walk(redress.person("li.na"), "/api/complaints", limit)
    assert sorted(found) == sorted(filed)
    assert found[0] in filed[-2:]
    assert found == walk(redress.person("li.na"), "/api/complaints", 200)


def test_what_is_filed_meanwhile_neither_repeats_nor_hides_anything(redress: House) -> None:
    for _ in range(4):
        redress.file()
        redress.later(minutes=1)
    li_na = redress.person("li.na")
    first = li_na.get("/api/complaints?limit=2")
    redress.file()
    second = li_na.get(f"/api/complaints?limit=2&cursor={first['next']}")
    assert len({*ids(first), *ids(second)}) == 4
    assert second["next"] is None


def test_tasks_come_by_the_time_that_is_left(redress: House) -> None:
    routine = redress.file(category="other")["id"]
    redress.later(minutes=5)
    urgent = redress.file(safety=True)["id"]
    redress.later(minutes=5)
    redress.file(category="other")
    li_na = redress.person("li.na")
    items = li_na.get("/api/tasks")["items"]
    assert [item["due_at"] for item in items] == sorted(item["due_at"] for item in items)
    assert {item["priority"] for item in items} == {"routine", "urgent"}
    assert [item["complaint_id"] for item in items][:2] == [routine, urgent]
    assert walk(li_na, "/api/tasks", 1) == ids({"items": items})


def test_the_inbox_tells_mine_from_what_my_team_may_take(redress: House) -> None:
    mine, pool = redress.file(by="li.na")["id"], redress.file()["id"]
    li_na, wang = redress.person("li.na"), redress.person("wang.fang")

    def cases(client: Client, query: str) -> set[str]:
        return {item["complaint_id"] for item in client.get(f"/api/tasks{query}")["items"]}

    assert cases(li_na, "") == {mine, pool}
    assert cases(li_na, "?mine=true") == {mine}
    assert cases(wang, "") == {pool}
    assert cases(wang, "?mine=true") == set()
    assert cases(wang, "?team=service") == {mine, pool}
    assert cases(wang, "?team=legal") == set()
    assert cases(wang, "?overdue=true") == set()
    redress.later(hours=2)
    assert cases(wang, "?overdue=true") == {mine, pool}
    assert cases(wang, "?overdue=true&mine=true") == set()


def test_the_next_task_is_taken_once(redress: House) -> None:
    first, second = redress.file()["id"], redress.file()["id"]
    li_na, wang = redress.person("li.na"), redress.person("wang.fang")
    taken = [client.post("/api/tasks/next")["task"] for client in (li_na, wang)]
    assert {task["complaint_id"] for task in taken} == {first, second}
    assert [task["assignee"] for task in taken] == ["li.na", "wang.fang"]
    assert li_na.refused(404, "POST", "/api/tasks/next")["code"] == "not-found"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=外教", {"a"}),
        ("q=退款", {"b"}),
        ("q=课程 王晓", {"a", "b"}),
        ("q=LESSON", {"c"}),
        ("q=ＬＥＳＳＯＮ", {"c"}),
        ("q=李四", {"c"}),
        ("q=100%25", {"c"}),
        ("q=%25", {"c"}),
        ("q=_", set()),
        ("q=外教 退款", set()),
        ("q=", {"a", "b", "c"}),
        ("priority=urgent", {"c"}),
        ("impact=general", {"a", "b"}),
        ("impact=major", set()),
        ("status=registered", {"a", "b", "c"}),
        ("status=closed", set()),
        ("case_owner=li.na", {"b"}),
        ("case_owner=li.na&priority=urgent", set()),
        ("team=service", {"a", "b", "c"}),
        ("team=legal", {"c"}),
        ("team=mediation", set()),
        ("overdue=true", set()),
    ],
)
def test_the_list_is_filtered_and_searched(redress: House, query: str, found: set[str]) -> None:
    names = {
        redress.file(subject="课程内容与宣传不符", text="实际只有一次外教课。")["id"]: "a",
        redress.file(by="li.na", subject="课程退款", text="要求退款。")["id"]: "b",
        redress.file(
            subject="Lesson ended early", text="100% of them", safety=True, complainant={"name": "李四"}
        )["id"]: "c",
    }  # fmt: skip
    page = redress.person("li.na").get(f"/api/complaints?{query}")
    assert {names[item["id"]] for item in page["items"]} == found


def test_a_number_is_found_with_and_without_its_hyphen(redress: House) -> None:
    redress.file()
    filed = redress.file()
    li_na = redress.person("li.na")
    for spelling in (filed["number"], filed["number"].replace("-", ""), filed["number"].lower()):
        assert ids(li_na.get(f"/api/complaints?q={spelling}")) == [filed["id"]]


def test_what_is_late_is_found(redress: House) -> None:
    late = redress.file()["id"]
    redress.later(hours=2)
    redress.file()
    li_na = redress.person("li.na")
    page = li_na.get("/api/complaints?overdue=true")
    assert [(item["id"], item["late"]) for item in page["items"]] == [(late, True)]


def half_a_character(redress: House, path: str) -> str:
    """Return a cursor of a list whose last part no database takes."""
    for _ in range(2):
        redress.file()
    given = redress.person("li.na").get(f"{path}?limit=1")["next"]
    parts = json.loads(base64.urlsafe_b64decode(given + "=="))
    return base64.urlsafe_b64encode(json.dumps([*parts[:-1], "\ud800"]).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("cursor=abc", "bad-cursor"),
        ("cursor=W10", "bad-cursor"),
        # A list's mark, an instant, and half a character where an id should be.
        ("cursor=HALF", "bad-cursor"),
        ("cursor=%00", "unfit"),
        ("limit=0", "unfit"),
        ("limit=201", "unfit"),
        ("limit=x", "unfit"),
        ("overdue=perhaps", "unfit"),
        ("status=%27OR%201", "unfit"),
    ],
)
@pytest.mark.parametrize("path", ["/api/complaints", "/api/tasks"])
def test_odd_parameters_are_refused(redress: House, path: str, query: str, code: str) -> None:
    if query.startswith("status") and path == "/api/tasks":
        query = query.replace("status", "team")
    if query == "cursor=HALF":
        query = f"cursor={half_a_character(redress, path)}"
    problem = redress.person("li.na").refused(422, "GET", f"{path}?{query}")
    assert problem["code"] == code
    assert [(field["field"], field["in"]) for field in problem["fields"]] == [(f"/{query.partition('=')[0]}", "query")]


def test_a_cursor_of_another_list_is_refused(redress: House) -> None:
    for _ in range(3):
        redress.file()
    li_na = redress.person("li.na")
    of_complaints = li_na.get("/api/complaints?limit=1")["next"]
    case = redress.file(by="li.na")["id"]
    assert li_na.refused(422, "GET", f"/api/complaints/{case}/timeline?cursor={of_complaints}")["code"] == "bad-cursor"
    of_tasks = li_na.get("/api/tasks?limit=1")["next"]
    of_team = li_na.get("/api/tasks?limit=1&team=service")["next"]
    of_found = li_na.get("/api/complaints?limit=1&priority=high")["next"]
    for path, cursor in (
        ("/api/complaints?", of_tasks),
        ("/api/approvals?", of_tasks),
        ("/api/tasks?", of_complaints),
        ("/api/tasks?", of_team),
        ("/api/tasks?team=service&overdue=true&", of_team),
        ("/api/complaints?", of_found),
        ("/api/complaints?priority=routine&", of_found),
    ):
        problem = li_na.refused(422, "GET", f"{path}cursor={cursor}")
        assert (problem["code"], problem["fields"][0]["field"]) == ("bad-cursor", "/cursor")
        assert problem["detail"] == (
            "This cursor belongs to another list or to other filters. Begin this list without a cursor, or ask with "
            "the filters that it came with."
        )
    assert li_na.get(f"/api/tasks?limit=200&team=service&cursor={of_team}")["items"]
    assert li_na.get(f"/api/complaints?priority=high&cursor={of_found}")["items"]


def test_a_cursor_of_another_case_or_of_the_shorter_timeline_is_refused(redress: House) -> None:
    li_na = redress.person("li.na")
    one, other = redress.file(by="li.na")["id"], redress.file(by="li.na")["id"]
    cursor = li_na.get(f"/api/complaints/{one}/timeline?limit=1")["next"]
    assert li_na.get(f"/api/complaints/{one}/timeline?cursor={cursor}")["items"]
    for path in (f"{other}/timeline?", f"{one}/timeline?everything=true&", f"{one}/affected?"):
        assert li_na.refused(422, "GET", f"/api/complaints/{path}cursor={cursor}")["code"] == "bad-cursor"


TEAMS = ["academic", "facilities", "leadership", "legal", "mediation", "service", "supervision", "technical"]
OF_COMPLAINTS = ["case_owner", "cursor", "impact", "limit", "overdue", "priority", "q", "status", "team"]
OF_TASKS = ["cursor", "limit", "mine", "overdue", "team"]


@pytest.mark.parametrize(
    ("path", "query", "field", "code", "allowed"),
    [
        ("/api/complaints", "status=zzz", "/status", "unknown", ["registered", "in_progress", "resolved", "closed"]),
        ("/api/complaints", "status=", "/status", "unknown", ["registered", "in_progress", "resolved", "closed"]),
        ("/api/complaints", "impact=zzz", "/impact", "unknown", ["general", "important", "major"]),
        ("/api/complaints", "priority=P2", "/priority", "unknown", ["routine", "high", "urgent"]),
        ("/api/complaints", "team=zzz", "/team", "unknown", TEAMS),
        ("/api/tasks", "team=zzz", "/team", "unknown", TEAMS),
        ("/api/tasks", "team=%00", "/team", "unknown", TEAMS),
        ("/api/complaints", "stauts=closed", "/stauts", "unknown-parameter", OF_COMPLAINTS),
        ("/api/tasks", "a/b=1", "/a~1b", "unknown-parameter", OF_TASKS),
        ("/api/tasks", "view=team&team=legal", "/view", "unknown-parameter", OF_TASKS),
        ("/api/approvals", "team=legal", "/team", "unknown-parameter", ["cursor", "limit"]),
        ("/api/people", "q=li", "/q", "unknown-parameter", []),
        ("/api/processes", "limit=1", "/limit", "unknown-parameter", []),
        ("/api/complaints", "status=closed&status=resolved", "/status", "repeated", None),
        ("/api/tasks", "limit=0", "/limit", "out-of-range", None),
        ("/api/tasks", "cursor=abc", "/cursor", "bad-cursor", None),
    ],
)
def test_what_a_list_does_not_know_is_refused_with_what_it_knows(
    redress: House, path: str, query: str, field: str, code: str, allowed: list[str] | None
) -> None:
    problem = redress.person("li.na").refused(422, "GET", f"{path}?{query}")
    (found,) = problem["fields"]
    assert (found["field"], found["in"], found["code"], found.get("allowed")) == (field, "query", code, allowed)
    assert found["message"]


def test_an_owner_who_never_worked_here_is_refused_and_one_who_left_is_found(redress: House) -> None:
    case = redress.file(by="li.na")["id"]
    chen = redress.person("chen.jing")
    with redress.application.database.write() as unit:
        people.deactivate(unit.connection, "li.na", now=redress.application.now())
        unit.commit()
    assert ids(chen.get("/api/complaints?case_owner=li.na")) == [case]
    for odd in ("nobody.here", "%00", "x" * 80):
        (found,) = chen.refused(422, "GET", f"/api/complaints?case_owner={odd}")["fields"]
        assert (found["field"], found["code"]) == ("/case_owner", "unknown-person")
        assert "chen.jing" in found["allowed"]
        assert "li.na" not in found["allowed"]


def test_nobody_is_told_what_a_route_knows_before_they_have_signed_in(redress: House) -> None:
    assert redress.public.refused(401, "GET", "/api/complaints?zzz=1")["code"] == "sign-in-required"
    assert redress.public.refused(422, "POST", "/api/complaints?zzz=1", {})["fields"][0]["field"] == "/zzz"


def test_a_case_with_a_missed_promise_is_overdue_for_who_watches_until_it_is_kept(redress: House) -> None:
    case, li_na, watching = redress.file(by="li.na", category="other")["id"], *map(redress.person, ("li.na", "wu.min"))
    redress.file(by="li.na", category="other")
    due = (redress.application.clock.now() + timedelta(hours=3)).isoformat()
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "您好。"})
    redress.do("li.na", "verify", case, {"outcome": "complete", "verification_summary": "x"})
    promise = {"what": "三小时内核实", "due_at": due}
    redress.do("li.na", "respond", case, {"response_text": "正在核实。", "promises": [promise]})

    def overdue(client: Client) -> list[str]:
        return [found for found in ids(client.get("/api/complaints?overdue=true")) if found == case]

    assert overdue(watching) == []
    redress.later(hours=3)
    assert (overdue(watching), overdue(li_na)) == ([case], [case])
    with redress.application.database.read() as connection:
        told = connection.execute(select(notice.c.person).where(notice.c.template == "promise_missed")).scalars().all()
    assert sorted(told) == ["chen.jing", "huang.lan", "li.na", "liu.gang", "wu.min"]
    kept = li_na.get(f"/api/complaints/{case}")["promises"][0]["id"]
    li_na.post(f"/api/complaints/{case}/promises/{kept}/keep", {"note": "已核实。"})
    assert overdue(watching) == []
