"""Staff say on the page of the case which colleague is not meant after all."""

from __future__ import annotations

from tests.support.application import House
from tests.web.visitor import staff


def test_who_is_not_meant_after_all_is_let_in_again_by_who_may_and_with_a_reason(redress: House) -> None:
    case = redress.file(by="li.na", respondents=[{"name": "The coach"}])["id"]
    redress.person("li.na").post(f"/api/complaints/{case}/respondents", {"person": "wang.fang", "name": "The coach"})
    there, head = f"/cases/{case}/clear", staff(redress, "chen.jing")
    assert there not in [form.action for form in staff(redress, "li.na").get(f"/cases/{case}").forms]
    empty = head.send(head.get(f"/cases/{case}"), there, {"person": "wang.fang"})
    assert (empty.status, "Fill this in." in empty.text) == (422, True)
    assert staff(redress, "wang.fang").get(f"/cases/{case}").status == 404
    after = head.send(empty, there, {"person": "wang.fang", "reason": "The coach is somebody else."})
    assert (after.status, after.path) == (200, f"/cases/{case}")
    assert "The colleague may see the case again. Your reason is on record." in after.text
    assert "王芳 is not meant after all and may see the case again: The coach is somebody else." in after.text
    assert there not in [form.action for form in after.forms]
    assert redress.person("wang.fang").get(f"/api/complaints/{case}")["respondents"] == [
        {"name": "The coach", "role": None, "person": None}
    ]
