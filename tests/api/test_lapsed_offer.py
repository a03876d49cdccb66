"""A case that is offered to a colleague who turns out to be the one complained about is offered to them no more."""

from __future__ import annotations

import pytest

from tests.support.application import House

NOTICE = "王芳 不能接手这件投诉，移交请求已失效，您仍是负责人。如需移交，请改请其他同事接手。"
"""In the language of Li Na, who owns the case."""
LINES = {
    "zh-CN": "给 王芳 的移交请求已失效", "ko": "王芳에 대한 인계 요청 실효", "en": "The offer to 王芳 has lapsed",
}  # fmt: skip


@pytest.mark.parametrize("language", LINES)
def test_the_owner_hears_of_it_and_offers_the_case_to_another(redress: House, language: str) -> None:
    li = redress.person("li.na")
    case = redress.file(by="li.na")["id"]
    li.post(f"/api/complaints/{case}/hand-over", {"to": "wang.fang", "reason": "Holidays."})
    li.post(f"/api/complaints/{case}/respondents", {"person": "wang.fang", "name": "Wang Fang"})
    redress.deliver()
    asked = {"headers": {"Accept-Language": language}}
    (told,) = [each for each in li.get("/api/notices")["items"] if each["template"] == "hand_over_lapsed"]
    assert NOTICE in told["text"]
    lines = [each["text"] for each in li.get(f"/api/complaints/{case}/timeline", **asked)["items"]]
    assert LINES[language] in lines
    redress.person("wang.fang").refused(404, "POST", f"/api/complaints/{case}/hand-over/accept")
    li.post(f"/api/complaints/{case}/hand-over", {"to": "kim.minji", "reason": "Holidays."})
    redress.person("kim.minji").post(f"/api/complaints/{case}/hand-over/accept")
    seen = redress.person("kim.minji").get(f"/api/complaints/{case}")
    assert seen["case_owner"] == "kim.minji"
