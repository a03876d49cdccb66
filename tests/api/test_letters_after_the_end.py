"""Letters after the end of a case: the first opens one that continues it, the next go there while it is open."""

from __future__ import annotations

from typing import Any

from tests.support.application import House

LETTERS = "/api/track/messages"


def ended(redress: House, **changes: Any) -> tuple[str, str]:
    """Return id and tracking code of a case that was withdrawn and has ended."""
    filed = redress.file(**changes)
    redress.complainant(filed["tracking_code"]).post("/api/track/withdraw", {})
    redress.later(days=30)
    assert redress.person("li.na").get(f"/api/complaints/{filed['id']}")["ended_at"] is not None
    return filed["id"], filed["tracking_code"]


def cases(redress: House) -> int:
    """Return how many cases there are."""
    return len(redress.person("li.na").get("/api/complaints")["items"])


def letters(redress: House, code: str) -> list[str]:
    """Return what the complainant has written to the case of a tracking code, beside the complaint itself."""
    return [
        each["text"] for each in redress.complainant(code).get("/api/track")["messages"] if each["direction"] == "in"
    ]


def test_the_next_letter_goes_to_the_case_that_the_first_has_opened(redress: House) -> None:
    _, code = ended(redress)
    mine = redress.complainant(code)
    assert mine.get("/api/track")["continued_as"] is None
    first = mine.post(LETTERS, {"text": "又出现了。"})
    assert mine.get("/api/track")["continued_as"] == first["number"]
    answer = mine.call("POST", LETTERS, {"text": "还有一件事。"})
    second = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/api/complaints/{first['id']}"
    assert {name: second[name] for name in second if name != "message"} == {
        "delivered": None, "id": first["id"], "number": first["number"],
    }  # fmt: skip
    assert cases(redress) == 2
    assert letters(redress, first["tracking_code"]) == ["还有一件事。"]
    assert letters(redress, code) == []


def test_a_letter_that_is_sent_twice_with_one_key_is_taken_once(redress: House) -> None:
    _, code = ended(redress)
    mine, key = redress.complainant(code), {"Idempotency-Key": "the-second-letter"}
    first = mine.post(LETTERS, {"text": "又出现了。"})
    answers = [mine.call("POST", LETTERS, {"text": "还有一件事。"}, headers=key) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert answers[1].headers["Idempotency-Replayed"] == "true"
    assert letters(redress, first["tracking_code"]) == ["还有一件事。"]


def test_once_the_case_that_continues_has_ended_too_a_letter_opens_another_and_the_next_goes_there(
    redress: House,
) -> None:
    _, code = ended(redress)
    mine = redress.complainant(code)
    first = mine.post(LETTERS, {"text": "又出现了。"})
    redress.complainant(first["tracking_code"]).post("/api/track/withdraw", {})
    redress.later(days=30)
    second = redress.complainant(first["tracking_code"]).post(LETTERS, {"text": "第三次。"})
    assert second["id"] != first["id"]
    # The code of the very first leads to the same.
    assert mine.post(LETTERS, {"text": "第四次。"})["id"] == second["id"]
    assert letters(redress, second["tracking_code"]) == ["第四次。"]
    assert cases(redress) == 3


def test_a_case_that_staff_have_linked_by_hand_takes_no_letter_of_the_complainant(redress: House) -> None:
    case, code = ended(redress)
    other = redress.file()
    redress.later(minutes=1)
    redress.person("li.na").post(
        f"/api/complaints/{other['id']}/links", {"other_id": case, "kind": "follow_up"}
    )  # fmt: skip
    answer = redress.complainant(code).post(LETTERS, {"text": "又出现了。"})
    assert answer["id"] != other["id"]
    assert "tracking_code" in answer


def test_staff_who_open_a_case_that_continues_open_one_and_letters_go_to_it(redress: House) -> None:
    case, code = ended(redress)
    mine, li_na = redress.complainant(code), redress.person("li.na")
    first = mine.post(LETTERS, {"text": "又出现了。"})
    redress.later(minutes=1)
    opened = li_na.post(f"/api/complaints/{case}/follow-up", {"text": "She called."})
    assert opened["id"] != first["id"]
    assert "tracking_code" in opened
    assert mine.post(LETTERS, {"text": "还有一件事。"})["id"] == opened["id"]


def test_what_comes_in_by_the_tracking_page_came_by_that_page_and_what_staff_open_as_before(redress: House) -> None:
    case, code = ended(redress, by="li.na", channel="phone")
    li_na = redress.person("li.na")
    first = redress.complainant(code).post(LETTERS, {"text": "又出现了。"})
    opened = li_na.post(f"/api/complaints/{case}/follow-up", {"text": "She called."})
    channels = [li_na.get(f"/api/complaints/{each}")["channel"] for each in (case, first["id"], opened["id"])]
    assert channels == ["phone", "web", "phone"]
