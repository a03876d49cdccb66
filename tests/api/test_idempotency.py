"""A request that is sent twice with one key happens once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.clock import MovableClock
from tests.support.application import COMPLAINT, House

KEY = {"Idempotency-Key": "5b1f8a52-6f7c-4a37-9d0e-0c8e6f1f7f11"}


def test_the_same_complaint_with_the_same_key_is_filed_once_and_answered_the_same(redress: House) -> None:
    first = redress.public.call("POST", "/api/complaints", dict(COMPLAINT), headers=KEY)
    again = redress.public.call("POST", "/api/complaints", dict(COMPLAINT), headers=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["location"] == first.headers["location"]
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert len(redress.person("li.na").get("/api/complaints")["items"]) == 1


def test_the_same_key_with_another_body_is_refused(redress: House) -> None:
    redress.public.post("/api/complaints", dict(COMPLAINT), headers=KEY)
    problem = redress.public.refused(422, "POST", "/api/complaints", {**COMPLAINT, "people": 2}, headers=KEY)
    assert problem["code"] == "key-reused"


def test_the_same_key_of_somebody_else_is_another_key(redress: House) -> None:
    first = redress.public.post("/api/complaints", dict(COMPLAINT), headers=KEY)
    second = redress.person("li.na").post("/api/complaints", dict(COMPLAINT), headers=KEY)
    assert first["id"] != second["id"]


def test_the_same_key_of_two_complainants_is_two_keys(redress: House) -> None:
    one, two = redress.file(), redress.file()
    letter = {"text": "还有录音。"}
    answers = [
        redress.complainant(filed["tracking_code"]).call("POST", "/api/track/messages", letter, headers=KEY)
        for filed in (one, two, one)
    ]
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert answers[0].json()["message"] != answers[1].json()["message"]
    assert answers[2].json() == answers[0].json()
    assert ["idempotency-replayed" in answer.headers for answer in answers] == [False, False, True]
    for filed in (one, two):
        letters = redress.complainant(filed["tracking_code"]).get("/api/track")["messages"]
        assert [each["text"] for each in letters if each["direction"] == "in"] == ["还有录音。"]


def test_withdrawing_with_the_key_of_another_complainant_withdraws_one_s_own(redress: House) -> None:
    seen = [
        redress.complainant(redress.file()["tracking_code"]).post("/api/track/withdraw", {"reason": "x"}, headers=KEY)
        for _ in range(2)
    ]
    assert [each["closure"] for each in seen] == ["withdrawn", "withdrawn"]
    assert seen[0]["number"] != seen[1]["number"]


def test_without_a_key_every_request_counts(redress: House) -> None:
    assert redress.file()["id"] != redress.file()["id"]


def test_a_key_is_forgotten_after_a_day(redress: House) -> None:
    first = redress.public.post("/api/complaints", dict(COMPLAINT), headers=KEY)
    clock = redress.application.clock
    assert isinstance(clock, MovableClock)
    clock.advance(timedelta(hours=24))
    assert redress.public.post("/api/complaints", dict(COMPLAINT), headers=KEY)["id"] != first["id"]


def test_a_refusal_is_not_kept(redress: House) -> None:
    body = {**COMPLAINT, "category": "no.such"}
    redress.public.refused(422, "POST", "/api/complaints", body, headers=KEY)
    redress.public.refused(422, "POST", "/api/complaints", body, headers=KEY)
    assert redress.public.post("/api/complaints", dict(COMPLAINT), headers=KEY)["number"]


def test_completing_again_with_the_same_key_is_no_conflict(redress: House) -> None:
    case = redress.file(by="li.na")["id"]
    task = redress.task("li.na", "acknowledge", case)["id"]
    li_na, body = redress.person("li.na"), {"data": {"acknowledgement_text": "您好。"}}
    first = li_na.call("POST", f"/api/tasks/{task}/complete", body, headers=KEY)
    again = li_na.call("POST", f"/api/tasks/{task}/complete", body, headers=KEY)
    assert (first.status_code, again.json(), again.headers["etag"]) == (200, first.json(), first.headers["etag"])
    li_na.refused(409, "POST", f"/api/tasks/{task}/complete", body)


def test_a_note_with_a_key_is_written_once(redress: House) -> None:
    case, li_na = redress.file(by="li.na")["id"], redress.person("li.na")
    path = f"/api/complaints/{case}/notes"
    assert li_na.post(path, {"text": "once"}, headers=KEY) == li_na.post(path, {"text": "once"}, headers=KEY)
    items = li_na.get(f"/api/complaints/{case}/timeline")["items"]
    assert [item["text"] for item in items if item["source"] == "note"] == ["once"]


@pytest.mark.parametrize("key", ["short", "x" * 256, "with blank inside", "ключключ"])
def test_a_key_that_cannot_be_one_is_refused(redress: House, key: str) -> None:
    answer = redress.http.post("/api/complaints", json=dict(COMPLAINT), headers={"Idempotency-Key": key.encode()})
    assert (answer.status_code, answer.json()["code"]) == (422, "unfit")


def test_whoever_sends_a_key_that_cannot_be_one_signs_in_first(redress: House) -> None:
    case = redress.file(by="li.na")["id"]
    answer = redress.http.post(
        f"/api/complaints/{case}/notes", json={"text": "-"}, headers={"Idempotency-Key": "short"}
    )
    assert (answer.status_code, answer.json()["code"]) == (401, "sign-in-required")
