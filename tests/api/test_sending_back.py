"""Why a step cannot be sent back: the true reason, with who and when; and which clocks can be named."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.application import House

ACKNOWLEDGED = {"acknowledgement_text": "您好，我会跟进到底。"}
VERIFIED = {"outcome": "complete", "verification_summary": "属实。"}
NOON = "2026-03-03T03:00:00+00:00"


def acknowledged(redress: House, **changes: Any) -> tuple[str, str]:
    """Return a case that Li Na has just acknowledged, and the id of that step."""
    case = redress.file(by="li.na", **changes)["id"]
    task = redress.task("li.na", "acknowledge", case)["id"]
    redress.do("li.na", "acknowledge", case, ACKNOWLEDGED)
    return case, task


def refused(redress: House, task: str, login: str = "li.na", body: Any = None) -> Any:
    return redress.person(login).refused(409, "POST", f"/api/tasks/{task}/send-back", body)


def test_an_urgent_case_holds_nothing_back_and_says_so(redress: House) -> None:
    case, task = acknowledged(redress, safety=True)
    for _ in range(2):
        problem = refused(redress, task)
        assert problem["detail"] == (
            "In a case like this - an urgent one, for instance - the process sends its notices at once, so a step "
            "cannot be sent back."
        )
        assert problem["rule"] == 'priority == "urgent"'
        assert "by" not in problem
        # Nor does it say that others stand in the way once they do.
        redress.later(minutes=1)
        if redress.person("li.na").get(f"/api/complaints/{case}")["tasks"][0]["element"] == "verify":
            redress.do("li.na", "verify", case, VERIFIED)


def test_a_step_that_makes_the_case_urgent_holds_nothing_back(redress: House) -> None:
    case, _ = acknowledged(redress)
    redress.later(minutes=30)
    assert redress.person("li.na").get(f"/api/complaints/{case}")["priority"] == "high"
    task = redress.task("li.na", "verify", case)["id"]
    redress.do("li.na", "verify", case, {**VERIFIED, "safety": True})
    assert redress.person("li.na").get(f"/api/complaints/{case}")["priority"] == "urgent"
    assert refused(redress, task)["rule"] == 'priority == "urgent"'


def test_sending_back_twice_says_who_did_it_and_when(redress: House) -> None:
    _, task = acknowledged(redress)
    redress.person("chen.jing").post(f"/api/tasks/{task}/send-back", {"reason": "Wrong words."})
    redress.later(minutes=5)
    for login in ("li.na", "chen.jing"):
        problem = refused(redress, task, login, {"reason": "Again."})
        assert problem["detail"] == "This step has been sent back already."
        assert (problem["by"], problem["by_name"], problem["at"]) == ("chen.jing", "陈静", NOON)


def test_a_task_that_was_never_completed_cannot_be_sent_back(redress: House) -> None:
    case = redress.file()["id"]
    task = redress.task("li.na", "acknowledge", case)["id"]
    assert refused(redress, task)["detail"] == "This task is not completed."


def test_what_has_happened_since_is_told_with_who_and_when(redress: House) -> None:
    case, task = acknowledged(redress)
    redress.later(seconds=10)
    redress.do("li.na", "verify", case, VERIFIED)
    problem = refused(redress, task)
    assert problem["detail"] == "Others have built on this step; it cannot be sent back any more."
    assert (problem["by"], problem["at"]) == ("li.na", "2026-03-03T03:00:10+00:00")


def test_after_the_minute_the_notices_are_out(redress: House) -> None:
    _, task = acknowledged(redress)
    redress.later(minutes=2)
    assert refused(redress, task)["detail"] == "The notices of this step are out; it cannot be sent back any more."


def test_a_case_that_became_urgent_since_says_what_happened_and_not_that_nothing_was_held(redress: House) -> None:
    case, task = acknowledged(redress)
    redress.later(seconds=10)
    li_na = redress.person("li.na")
    tag = li_na.call("GET", f"/api/complaints/{case}").headers["etag"]
    answer = li_na.call("PATCH", f"/api/complaints/{case}/facts", {"safety": True}, headers={"If-Match": tag})
    assert answer.status_code == 200, answer.text
    problem = refused(redress, task)
    assert (problem["by"], problem["at"]) == ("li.na", "2026-03-03T03:00:10+00:00")


def test_a_stranger_to_the_step_may_not_send_it_back(redress: House) -> None:
    _, task = acknowledged(redress)
    redress.person("wang.fang").refused(403, "POST", f"/api/tasks/{task}/send-back")


@pytest.mark.parametrize(
    ("verb", "body", "allowed"),
    [
        ("pause", {"reason": "x", "clock": "nosuch"}, ["resolve"]),
        ("resume", {"clock": "nosuch"}, ["resolve"]),
        ("extend", {"reason": "x", "clock": "nosuch", "amount": 1}, ["resolve"]),
    ],
)
def test_a_clock_that_there_is_not_is_named_with_those_there_are(
    redress: House, verb: str, body: Any, allowed: list[str]
) -> None:
    case, _ = acknowledged(redress)
    problem = redress.person("li.na").refused(422, "POST", f"/api/complaints/{case}/{verb}", body)
    (fault,) = problem["fields"]
    assert (fault["field"], fault["in"], fault["code"], fault["allowed"]) == ("/clock", "body", "unknown", allowed)
    assert problem["detail"] == "The process has no such clock."


@pytest.mark.parametrize("verb", ["pause", "resume"])
def test_a_clock_that_cannot_be_paused_or_is_not_paused_is_a_conflict(redress: House, verb: str) -> None:
    case, _ = acknowledged(redress)
    clock = "acknowledge" if verb == "pause" else "resolve"
    body = {"clock": clock, **({"reason": "x"} if verb == "pause" else {})}
    redress.person("li.na").refused(409, "POST", f"/api/complaints/{case}/{verb}", body)
