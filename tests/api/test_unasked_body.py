"""A body that a route does not take is refused like any other that does not fit; nothing is passed over in silence."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.application import Client, House

JSON = {"Content-Type": "application/json"}


def case_and_task(redress: House) -> tuple[str, str]:
    """File a complaint by the public; return its id and that of the step that nobody has taken yet."""
    case = redress.file()["id"]
    return case, redress.task("li.na", "acknowledge", case)["id"]


def routes_without_body(redress: House, case: str, task: str) -> list[tuple[str, str]]:
    """Return method and path of every route of the API that changes something and takes no body."""
    values = {"complaint_id": case, "task_id": task, "affected_id": "1", "notice_id": "1", "incident_id": "1"}
    found = [
        (method.upper(), path.format(**values))
        for path, operations in redress.app.openapi()["paths"].items()
        for method, operation in operations.items()
        if path.startswith("/api/") and method != "get" and "requestBody" not in operation
    ]
    assert len(found) >= 6, found
    return found


@pytest.mark.parametrize("content", [b"{", b"nonsense", b"\xff\xfe", b"[" * 100_000])
def test_what_is_not_json_is_refused_where_no_body_is_taken(redress: House, content: bytes) -> None:
    li_na, (case, task) = redress.person("li.na"), case_and_task(redress)
    for method, path in routes_without_body(redress, case, task):
        problem = li_na.refused(400, method, path, headers=JSON, content=content)
        assert (problem["code"], problem["detail"]) == ("malformed", "The body is not JSON."), path
    assert redress.task("li.na", "acknowledge", case)["assignee"] is None


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"surprise": 1, "a/b": 2}, [("/surprise", "unknown-field"), ("/a~1b", "unknown-field")]),
        ([1], [("", "not-object")]),
        ("words", [("", "not-object")]),
        (0, [("", "not-object")]),
    ],
)
def test_what_a_route_does_not_take_is_named(redress: House, body: Any, fields: list[tuple[str, str]]) -> None:
    li_na, (case, task) = redress.person("li.na"), case_and_task(redress)
    for method, path in routes_without_body(redress, case, task):
        problem = li_na.refused(422, method, path, body)
        assert [(each["field"], each["code"]) for each in problem["fields"]] == fields, path
        assert {each["in"] for each in problem["fields"]} == {"body"}
    assert redress.task("li.na", "acknowledge", case)["assignee"] is None


@pytest.mark.parametrize("content", [b"", b"{}", b" null\n", b" { } "])
def test_a_body_that_says_nothing_is_taken(redress: House, content: bytes) -> None:
    li_na, (_, task) = redress.person("li.na"), case_and_task(redress)
    for path in ("/api/tasks/next", f"/api/tasks/{task}/claim"):
        answer = li_na.call("POST", path, headers=JSON, content=content)
        assert (answer.status_code, answer.json()["task"]["id"]) == (200, task)


@pytest.mark.parametrize(
    "path",
    ["complaints/{case}/resume", "tasks/{task}/send-back", "track/withdraw", "complaints/{case}/promises/p/keep"],
)
def test_a_body_that_may_be_left_out_is_looked_at_where_it_comes(redress: House, path: str) -> None:
    filed = redress.file(by="li.na")
    case, who = filed["id"], redress.person("li.na")
    task = redress.task("li.na", "acknowledge", case)["id"]
    if path.startswith("track"):
        who = redress.complainant(filed["tracking_code"])
    there = "/api/" + path.format(case=case, task=task)
    assert who.refused(400, "POST", there, headers=JSON, content=b"{")["code"] == "malformed"
    (fault,) = who.refused(422, "POST", there, {"surprise": 1})["fields"]
    assert (fault["field"], fault["code"]) == ("/surprise", "unknown-field")


def test_nobody_is_told_what_a_route_takes_before_they_have_signed_in(redress: House) -> None:
    stranger = Client(redress.http, {"Authorization": "Bearer redress_nothing"})
    stranger.refused(401, "POST", "/api/tasks/next", {"surprise": 1})
    redress.public.refused(401, "POST", "/api/tasks/next", {"surprise": 1})


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [('{"text": "a", "text": "b"}', 422, "unfit"), ('[{"x": 1, "x": 2}]', 422, "unfit"), ("{", 400, "malformed")],
)
def test_nobody_is_told_what_a_body_holds_before_they_have_signed_in(
    redress: House, content: str, status: int, code: str
) -> None:
    filed = redress.file(by="li.na")
    note, tracked = f"/api/complaints/{filed['id']}/notes", "/api/track/messages"
    for path, wrong in ((note, "Bearer redress_nothing"), ("/api/tasks/next", ""), (tracked, "Receipt AAAA-BBBB")):
        for headers in (JSON, {**JSON, "Authorization": wrong}):
            problem = redress.public.refused(401, "POST", path, headers=headers, content=content)
            assert problem["code"] == "sign-in-required"
            assert "fields" not in problem
    mine = redress.complainant(filed["tracking_code"])
    assert mine.refused(status, "POST", tracked, headers=JSON, content=content)["code"] == code
    redress.public.refused(status, "POST", "/api/complaints", headers=JSON, content=content)
