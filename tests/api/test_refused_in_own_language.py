"""In which language somebody is refused who asks for none: their own, that of the complaint, else that of the house."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import update

from access.tables import person
from tests.api.test_problem_words import LANGUAGES, spoken
from tests.support.application import Client, House, house

NONE_OF_OURS: tuple[dict[str, str], ...] = ({}, {"Accept-Language": "fr, de;q=0.5"}, {"Accept-Language": "*"})


def test_whoever_asks_for_no_language_and_is_not_known_is_told_in_that_of_the_house(redress: House) -> None:
    for header in NONE_OF_OURS:
        for method, path in (("GET", "/api/me"), ("GET", "/api/nowhere"), ("DELETE", "/api/tasks")):
            answer = redress.public.call(method, path, headers=header)
            assert answer.headers["content-language"] == "zh-CN"
            spoken(answer.json()["detail"], "zh-CN")


def of_every_kind(redress: House, case: str) -> Iterator[tuple[int, str, str, Any, dict[str, Any]]]:
    """Yield status, method, path, body and options of requests that somebody who signed in is refused."""
    json_type = {"Content-Type": "application/json"}
    yield 404, "GET", "/api/nowhere", None, {}
    yield 404, "GET", "/api/complaints/unknown", None, {}
    yield 405, "DELETE", "/api/tasks", None, {}
    yield 400, "POST", f"/api/complaints/{case}/notes", None, {"content": b"{", "headers": json_type}
    yield 400, "POST", "/api/tasks/next", None, {"content": b"{", "headers": json_type}
    yield 413, "POST", f"/api/complaints/{case}/notes", None, {"content": b"x" * 3_000_000, "headers": json_type}
    yield 415, "POST", f"/api/complaints/{case}/notes", None, {
        "content": b"text=x", "headers": {"Content-Type": "application/x-www-form-urlencoded"},
    }  # fmt: skip
    yield 422, "POST", f"/api/complaints/{case}/notes", {}, {}
    yield 422, "GET", "/api/tasks?limit=0", None, {}
    yield 422, "GET", "/api/tasks?cursor=abc", None, {}
    yield 412, "PATCH", f"/api/complaints/{case}/facts", {"people": 2}, {"headers": {"If-Match": '"f99"'}}
    yield 409, "POST", f"/api/complaints/{case}/resume", {}, {}
    yield 403, "GET", "/metrics", None, {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_whoever_asks_for_no_language_is_told_in_their_own(redress: House, language: str) -> None:
    who = speaking(redress, language)
    case = redress.file(by="li.na")["id"]
    for status, method, path, body, options in of_every_kind(redress, case):
        for header in NONE_OF_OURS:
            sent = {**options, "headers": {**options.get("headers", {}), **header}}
            answer = who.call(method, path, body, **sent)
            assert (answer.status_code, answer.headers["content-language"]) == (status, language), (path, answer.text)
            problem = answer.json()
            for text in (problem["title"], problem["detail"], *(f["message"] for f in problem.get("fields", ()))):
                spoken(text, language)
        asked = {**options, "headers": {**options.get("headers", {}), "Accept-Language": "ko"}}
        assert who.call(method, path, body, **asked).headers["content-language"] == "ko"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_complainant_is_refused_in_the_language_of_the_complaint(redress: House, language: str) -> None:
    mine = redress.complainant(redress.file(language=language)["tracking_code"])
    for status, path, body in (
        (409, "/api/track/satisfaction", {"satisfied": True}),
        (422, "/api/track/messages", {"text": " "}),
        (422, "/api/track/withdraw", {"surprise": 1}),
    ):
        answer = mine.call("POST", path, body)
        assert (answer.status_code, answer.headers["content-language"]) == (status, language)
        spoken(answer.json()["detail"], language)


def test_a_tracking_code_is_tried_nowhere_but_where_tries_are_counted(redress: House) -> None:
    mine = redress.complainant(redress.file(language="ko")["tracking_code"])
    assert mine.call("GET", "/api/nowhere").headers["content-language"] == "zh-CN"


@pytest.mark.parametrize("language", LANGUAGES)
def test_too_many_requests_of_one_person_are_told_in_their_language(language: str) -> None:
    redress = house(requests_per_minute=3)
    who = speaking(redress, language)
    answers = [who.call("GET", "/api/me") for _ in range(5)]
    assert [answer.status_code for answer in answers][-1] == 429
    assert answers[-1].headers["content-language"] == language
    spoken(answers[-1].json()["detail"], language)


def speaking(redress: House, language: str) -> Client:
    """Return Li Na, whose own language is this one, and who asks for none."""
    with redress.application.database.write() as unit:
        unit.connection.execute(update(person).where(person.c.id == "li.na").values(language=language))
        unit.commit()
    headers = redress.person("li.na").headers
    return Client(redress.http, {"Authorization": headers["Authorization"]})
