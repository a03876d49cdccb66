"""The complainant's page says above the message box what a message does now, whenever it does more than arrive."""

from __future__ import annotations

import pytest

from tests.support.application import House
from tests.support.results import CLOSED, resolved
from tests.web.visitor import Page, Visitor, visitor

REOPENS = {
    "en": "This complaint is closed. What you write now opens it again, and we look at it anew.",
    "zh-CN": "此事已结案。您现在留言，案件会重新打开，我们会再次处理。",
    "ko": "이 건은 종결되었습니다. 지금 글을 남기시면 다시 열어 새로 살펴봅니다.",
}
ANSWER = {
    "en": (
        "Quickest is the form above, “Are you satisfied with the outcome?”. If you write here instead, whoever looks"
        " after your complaint reads it and asks you."
    ),
    "zh-CN": "最快的方式是上面的“您对处理结果满意吗？”。如果您在这里写信，负责人会阅读并与您联系。",
    "ko": "위의 ‘처리 결과에 만족하시나요?’ 답변이 가장 빠릅니다. 여기에 글을 쓰시면 담당자가 읽고 다시 여쭙니다.",
}


def opened(who: Visitor, code: str) -> Page:
    return who.send(who.get("/track"), "/track", {"code": code})


@pytest.mark.parametrize("language", sorted(REOPENS))
def test_while_the_outcome_is_asked_about_the_form_is_named_as_what_counts(redress: House, language: str) -> None:
    _, code = resolved(redress)
    who = visitor(redress, language)
    page = opened(who, code)
    question = page.by_id("ask").text
    assert question in ANSWER[language]
    assert ANSWER[language] in page.text
    assert REOPENS[language] not in page.text
    after = who.send(page, "/track/satisfaction", {"satisfied": "yes"})
    assert ANSWER[language] not in after.text


@pytest.mark.parametrize("language", sorted(REOPENS))
def test_in_the_time_of_grace_it_is_said_that_a_message_opens_the_case_again_and_so_it_does(
    redress: House, language: str
) -> None:
    case, code = resolved(redress)
    redress.complainant(code).post("/api/track/satisfaction", {"satisfied": True})
    redress.do("li.na", "close_case", case, CLOSED)
    redress.later(minutes=2)
    who = visitor(redress, language)
    page = opened(who, code)
    assert REOPENS[language] in page.text
    assert ANSWER[language] not in page.text
    after = who.send(page, "/track/messages", {"text": "It broke again."})
    assert after.status == 200
    assert REOPENS[language] not in after.text
    assert redress.person("li.na").get(f"/api/complaints/{case}")["status"] != "closed"


def test_after_the_end_and_before_the_result_neither_is_said(redress: House) -> None:
    filed = redress.file(by="li.na", category="other")
    early = opened(visitor(redress), filed["tracking_code"])
    case, code = resolved(redress)
    redress.complainant(code).post("/api/track/satisfaction", {"satisfied": True})
    redress.do("li.na", "close_case", case, CLOSED)
    redress.later(days=60)
    late = opened(visitor(redress), code)
    for page in (early, late):
        assert REOPENS["en"] not in page.text
        assert ANSWER["en"] not in page.text
    assert "This complaint has ended." in late.text


CONTINUED = {
    "en": "It is continued under the number {number}: what you write now goes there.",
    "zh-CN": "后续投诉的编号是 {number}：现在写的内容会转入该投诉。",
    "ko": "{number} 번호로 이어지고 있으며, 지금 쓰시는 내용은 그 민원으로 전달됩니다.",
}


@pytest.mark.parametrize("language", sorted(CONTINUED))
def test_a_second_letter_after_the_end_goes_to_the_case_that_continues_and_the_page_says_so(
    redress: House, language: str
) -> None:
    case, code = resolved(redress)
    redress.complainant(code).post("/api/track/satisfaction", {"satisfied": True})
    redress.do("li.na", "close_case", case, CLOSED)
    redress.later(days=60)
    first = redress.complainant(code).post("/api/track/messages", {"text": "It broke again."})
    number = first["number"]
    who = visitor(redress, language)
    page = opened(who, code)
    assert CONTINUED[language].format(number=number) in page.text
    after = who.send(page, "/track/messages", {"text": "And the lamp, too."})
    again = who.send(page, "/track/messages", {"text": "And the lamp, too."})
    for shown in (after, again):
        assert shown.status == 200
        assert CONTINUED[language].format(number=number) in shown.text
    seen = redress.complainant(first["tracking_code"]).get("/api/track")
    assert (seen["number"], [each["text"] for each in seen["messages"]]) == (number, ["And the lamp, too."])
