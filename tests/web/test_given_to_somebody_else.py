"""A late step gives the case to somebody else: a choice that does not fit is told with the field of its form."""

from __future__ import annotations

import pytest

from tests.support.application import House
from tests.web.test_staff_flow import complete, open_task
from tests.web.visitor import staff


@pytest.fixture
def late(redress: House) -> str:
    """A case of li.na whose first response is late."""
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
    redress: House, late: str, to: str, code: str, message: str
) -> None:
    task = redress.task("chen.jing", "late_response", late)["id"]
    data = {"action": "reassign", "reassign_to": to, "reason": "Away today."}
    told = redress.person("chen.jing").refused(422, "POST", f"/api/tasks/{task}/complete", {"data": data})
    assert [(each["field"], each["code"], each["message"]) for each in told["fields"]] == [
        ("/data/reassign_to", code, message)
    ]
    assert redress.task("chen.jing", "late_response", late)["id"] == task


def test_the_page_marks_the_field_and_says_why(redress: House, late: str) -> None:
    head = staff(redress, "chen.jing")
    page = open_task(head, late, "Act on the late response")
    wrong = complete(head, page, {"action": "reassign", "reassign_to": "li.na", "reason": "Away today."})
    assert wrong.status == 422
    marked = [each.get("id") for each in wrong.elements() if each.get("aria-invalid") == "true"]
    assert marked == ["task-reassign_to"]
    assert "This person owns the case already." in wrong.text


def test_somebody_who_fits_is_offered_the_case(redress: House, late: str) -> None:
    data = {"action": "reassign", "reassign_to": "wang.fang", "reason": "Away today."}
    redress.do("chen.jing", "late_response", late, data)
    timeline = redress.person("chen.jing").get(f"/api/complaints/{late}/timeline")["items"]
    assert [item["kind"] for item in timeline if item["kind"].startswith("hand-over")] == ["hand-over-offered"]
