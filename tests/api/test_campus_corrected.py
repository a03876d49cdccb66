"""The campus of a case is corrected to one that is there and has the channel through which the complaint came."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.application import COMPLAINT, House

SENTENCES = {
    "en": "This campus does not have the channel through which the complaint came.",
    "ko": "이 캠퍼스에는 민원이 접수된 경로가 없습니다.",
    "zh-CN": "该校区没有接收此投诉的渠道。",
}


def corrected(redress: House, case: str, campus: str, language: str = "en") -> Any:
    """Say that a case is of another campus, on the facts as they are; return the answer."""
    li_na = redress.person("li.na")
    seen = li_na.call("GET", f"/api/complaints/{case}").headers["ETag"]
    headers = {"If-Match": seen, "Accept-Language": language}
    return li_na.call("PATCH", f"/api/complaints/{case}/facts", {"campus": campus}, headers=headers)


def campus_of(redress: House, case: str) -> str:
    """Return the campus that a case is of."""
    return str(redress.person("li.na").get(f"/api/complaints/{case}")["campus"])


@pytest.mark.parametrize("language", SENTENCES)
def test_a_campus_without_the_channel_of_the_case_is_a_fault_of_the_field(redress: House, language: str) -> None:
    case = redress.file(by="li.na", channel="wechat")["id"]
    answer = corrected(redress, case, "seoul", language)
    assert (answer.status_code, answer.json()["code"]) == (422, "unfit")
    assert answer.json()["fields"] == [
        {
            "field": "/campus", "in": "body", "code": "not-on-campus", "allowed": ["main"],
            "message": SENTENCES[language],
        }
    ]  # fmt: skip
    assert campus_of(redress, case) == "main"


def test_a_campus_that_is_not_there_is_told_as_filing_tells_it(redress: House) -> None:
    case = redress.file(by="li.na", channel="wechat")["id"]
    filed = redress.person("li.na").refused(422, "POST", "/api/complaints", {**COMPLAINT, "campus": "zzz"})
    answer = corrected(redress, case, "zzz").json()
    assert (answer["code"], answer["fields"]) == ("unfit", filed["fields"])
    assert filed["fields"] == [
        {
            "field": "/campus", "in": "body", "code": "unknown", "allowed": ["main", "seoul"],
            "message": "Choose one of these: main, seoul.",
        }
    ]  # fmt: skip


def test_a_campus_with_the_channel_of_the_case_is_taken(redress: House) -> None:
    case = redress.file(by="li.na", channel="phone")["id"]
    assert corrected(redress, case, "seoul").status_code == 200
    assert campus_of(redress, case) == "seoul"


def test_a_channel_that_the_campus_lacks_is_refused_with_those_that_it_has(redress: House) -> None:
    sent = {**COMPLAINT, "campus": "seoul", "channel": "wechat"}
    (fault,) = redress.person("li.na").refused(422, "POST", "/api/complaints", sent)["fields"]
    assert (fault["field"], fault["code"]) == ("/channel", "unknown")
    assert fault["allowed"] == ["phone", "chat", "web", "app", "email", "kakao", "desk"]
