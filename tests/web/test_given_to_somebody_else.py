"""A late step gives the case to somebody else: a choice that does not fit is told with the field of its form."""

from __future__ import annotations

import pytest

from tests.support.application import House
from tests.web.test_staff_flow import complete, open_task
from tests.web.visitor import staff


def late(redress: House) -> str:
    """Return a case of li.na whose first response is late."""
    case: str = redress.file(category="other")["id"]
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "您好，我来跟进。", "contact_way": "phone"})
    redress.later(days=2)
    return case


@pytest.mark.parametrize(
    ("to", "code", "message"),
    [
        ("li.na", "is-owner", "This person owns the case already."),
        ("nobody", "unknown-person", "There is nobody of this name at work here."),
    ],
)
def test_a_choice_that_does_not_fit_is_told_with_the_field_of_the_form(
    redress: House, to: str, code: str, message: str
) -> None:
    case = late(redress)
    task = redress.task("chen.jing", "late_response", case)["id"]
    data = {"action": "reassign", "reassign_to": to, "reason": "Away today."}
    told = redress.person("chen.jing").refused(422, "POST", f"/api/tasks/{task}/complete", {"data": data})
    assert [(each["field"], each["code"], each["message"]) for each in told["fields"]] == [
        ("/data/reassign_to", code, message)
    ]
    assert redress.task("chen.jing", "late_response", case)["id"] == task


def test_the_page_marks_the_field_and_says_why(redress: House) -> None:
    case = late(redress)
    head = staff(redress, "chen.jing")
    page = open_task(head, case, "Act on the late response")
    wrong = complete(head, page, {"action": "reassign", "reassign_to": "li.na", "reason": "Away today."})
    assert wrong.status == 422
    assert "This person owns the case already." in wrong.text
    assert wrong.by_id("task-reassign_to").get("aria-invalid") == "true"


def test_somebody_who_fits_is_offered_the_case(redress: House) -> None:
    case = late(redress)
    data = {"action": "reassign", "reassign_to": "wang.fang", "reason": "Away today."}
    redress.do("chen.jing", "late_response", case, data)
    timeline = redress.person("chen.jing").get(f"/api/complaints/{case}/timeline")["items"]
    assert [item["kind"] for item in timeline if item["kind"].startswith("hand-over")] == ["hand-over-offered"]
