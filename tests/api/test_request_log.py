"""What stands in the log of a request: its id and its case, and nothing that people wrote or are called."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import structlog

from app.log import configure
from engine.clock import MovableClock
from tests.support.application import OPENING, House, house

SECRET = "My teacher shouted at me"
PERSONAL = ("王晓", "13800000001", "wang@example.org", "课程内容", "外教", "li.na", "李娜", SECRET)
ID = "proxy-000001"


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    root = logging.getLogger()
    handlers, level, settings = root.handlers[:], root.level, structlog.get_config()
    monkeypatch.setattr(logging.getLogger("httpx"), "level", logging.WARNING)  # the client of the test
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**settings)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """Return what was logged; fails where a line holds what is personal."""
    said = capsys.readouterr().err
    assert [word for word in PERSONAL if word in said] == []
    return [json.loads(line) for line in said.splitlines()]


def break_off(*_: Any) -> None:
    raise ValueError(SECRET)


def test_a_request_is_told_with_its_id_its_case_and_its_route(
    redress: House, capsys: pytest.CaptureFixture[str]
) -> None:
    case = redress.file()["id"]
    configure("DEBUG")
    redress.person("li.na").call("GET", f"/api/complaints/{case}", headers={"X-Request-Id": ID})
    (line,) = [each for each in lines(capsys) if each["event"] == "request"]
    assert {name: line[name] for name in ("request", "case", "method", "route", "status", "level")} == {
        "request": ID, "case": case, "method": "GET", "route": "/api/complaints/{complaint_id}", "status": 200,
        "level": "debug",
    }  # fmt: skip


def test_at_the_usual_level_a_request_that_went_well_is_not_told(
    redress: House, capsys: pytest.CaptureFixture[str]
) -> None:
    configure("INFO")
    redress.file()
    assert lines(capsys) == []


@pytest.mark.parametrize("given", ["", "short", "with a blank in it", "x" * 65, "王晓的投诉编号"])
def test_an_id_that_could_hold_a_sentence_is_not_taken_over(
    redress: House, capsys: pytest.CaptureFixture[str], given: str
) -> None:
    configure("DEBUG")
    answer = redress.public.call("GET", "/healthz", headers={"X-Request-Id": given.encode()})
    (line,) = [each for each in lines(capsys) if each["event"] == "request"]
    assert line["request"] not in ("", given)
    assert "x-request-id" not in answer.headers


def test_requests_have_different_ids_and_the_proxys_own_comes_back(
    redress: House, capsys: pytest.CaptureFixture[str]
) -> None:
    configure("DEBUG")
    for _ in range(2):
        redress.public.get("/healthz")
    first, second = [each["request"] for each in lines(capsys) if each["event"] == "request"]
    assert first != second
    assert redress.public.call("GET", "/healthz", headers={"X-Request-Id": ID}).headers["x-request-id"] == ID


def test_what_nobody_foresaw_is_told_with_the_request_and_without_words_and_address(
    redress: House, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(redress.application.versions), "in_force", break_off)
    redress.application.pulse.expect(["deadlines"])
    configure("INFO")
    answer = redress.http.get("/readyz?name=王晓", headers={"X-Request-Id": ID})
    assert (answer.status_code, answer.headers["x-request-id"]) == (500, ID)
    unexpected, request = lines(capsys)
    assert (unexpected["event"], request["event"], request["level"]) == ("unexpected", "request", "warning")
    assert (unexpected["request"], request["request"]) == (ID, ID)
    assert (unexpected["route"], unexpected["incident"]) == ("/readyz", answer.json()["incident"])
    assert unexpected["exception"][0]["type"] == "ValueError"
    assert unexpected["exception"][0]["at"][-1].endswith(" break_off")


def test_a_step_that_breaks_off_is_told_with_its_case_and_request(
    redress: House, capsys: pytest.CaptureFixture[str]
) -> None:
    case, pipeline = redress.file()["id"], redress.application.pipeline
    pipeline.services = replace(pipeline.services, changed=break_off)
    configure("INFO")
    task = redress.task("li.na", "acknowledge", case)
    answer = redress.person("li.na").call(
        "POST", f"/api/tasks/{task['id']}/claim", headers={"X-Request-Id": ID}
    )  # fmt: skip
    assert answer.status_code == 500
    unforeseen, request = lines(capsys)
    assert (unforeseen["event"], unforeseen["request"], unforeseen["case"]) == ("unforeseen", ID, case)
    assert (request["event"], request["status"], request["request"]) == ("request", 500, ID)


def test_a_firing_that_breaks_off_is_told_with_its_case(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    redress = house()
    case = redress.file()["id"]
    clock = redress.application.clock
    assert isinstance(clock, MovableClock)
    clock.advance_to(OPENING.replace(hour=5))
    configure("INFO")
    monkeypatch.setattr("engine.pipeline.fire_what_is_due", break_off)
    redress.application.sweep.run_once()
    told = lines(capsys)
    assert [(each["event"], each["case"]) for each in told] == [("sweep-failed", case)]


def test_a_whole_case_writes_nothing_personal_into_the_log(redress: House, capsys: pytest.CaptureFixture[str]) -> None:
    configure("DEBUG")
    filed = redress.file()
    case = filed["id"]
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": SECRET})
    redress.complainant(filed["tracking_code"]).get("/api/track")
    redress.person("li.na").refused(409, "POST", f"/api/complaints/{case}/resume")
    redress.later(hours=5)
    told = lines(capsys)
    assert len(told) > 5
    assert filed["tracking_code"] not in json.dumps(told)
    assert {name for each in told if each["event"] == "request" for name in each} == {
        "event", "level", "timestamp", "request", "case", "method", "route", "status", "seconds",
    }  # fmt: skip
