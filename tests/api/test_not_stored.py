"""A complaint that the process in force cannot take in: nothing of the house is shown, and the operator hears of it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from api.authentication import session_cookie
from engine.decisions.refusals import NoRuleMatched
from engine.kernel.case_facts import CaseFacts
from engine.tables import incident, instance
from tests.support.application import COMPLAINT, House
from tests.web.visitor import visitor


@pytest.fixture
def failing(redress: House, monkeypatch: pytest.MonkeyPatch) -> House:
    """The house while no table knows what to do."""

    def decide(*given: Any) -> None:
        raise NoRuleMatched("No rule of authority matches.", decision="authority", inputs={"impact": "general"})

    monkeypatch.setattr(CaseFacts, "decide", decide)
    return redress


def on_record(house: House) -> tuple[list[str], int]:
    """Return the reasons of the incidents, and how many cases there are."""
    with house.application.database.read() as connection:
        reasons = list(connection.execute(select(incident.c.reason)).scalars())
        return reasons, len(connection.execute(select(instance.c.case_id)).all())


SAID = {
    "en": (
        "Something in our system does not work, so nothing was stored; whoever looks after it has been told. "
        "Please keep your text and send it again later, or turn to the institution in person or by telephone."
    ),
    "zh-CN": (
        "系统出现故障，您的内容没有保存；负责维护的人员已经得知。"
        "请保留您写的内容，稍后再次提交，或到校当面说明、打电话联系我们。"
    ),
    "ko": (
        "시스템에 문제가 있어 저장되지 않았습니다. 담당자에게 이 사실이 전달되었습니다. "
        "작성하신 글을 보관해 두셨다가 나중에 다시 보내 주시거나, 기관을 방문하시거나 전화로 알려 주세요."
    ),
}  # fmt: skip


@pytest.mark.parametrize("language", sorted(SAID))
def test_the_public_is_told_plainly_that_it_was_not_stored(failing: House, language: str) -> None:
    answer = failing.http.post("/api/complaints", json=dict(COMPLAINT), headers={"Accept-Language": language})
    told = answer.json()
    assert (answer.status_code, told["code"]) == (500, "step-failed")
    assert told["detail"] == SAID[language]
    assert set(told) == {"type", "title", "status", "detail", "code", "incident"}
    assert "authority" not in answer.text
    assert "general" not in answer.text
    (reason,), cases = on_record(failing)
    assert reason.startswith("The step triage_on_receipt failed: No rule of authority matches.")
    assert cases == 0


def test_whose_session_is_over_is_the_public(failing: House) -> None:
    cookie = session_cookie(failing.application.settings)
    headers = {"Cookie": f"{cookie}=long-over", "Accept-Language": "en"}
    told = failing.http.post("/api/complaints", json=dict(COMPLAINT), headers=headers).json()
    assert told["detail"] == SAID["en"]
    assert set(told) == {"type", "title", "status", "detail", "code", "incident"}


def test_staff_are_told_which_table_it_was(failing: House) -> None:
    token = failing.person("li.na").headers
    told = failing.http.post("/api/complaints", json=dict(COMPLAINT), headers=token).json()
    assert (told["code"], told["element"], told["detail"]) == (
        "step-failed", "triage_on_receipt",
        "An automatic step of the diagram failed; nothing was changed and the failure is on record.",
    )  # fmt: skip


def test_what_was_written_stays_on_the_page(failing: House) -> None:
    who = visitor(failing)
    page = who.send(who.get("/complain"), "/complain", {"subject": "S", "text": "My long story", "name": "Ann"})
    assert (page.status, SAID["en"] in page.text) == (500, True)
    typed = dict(page.form("/complain").entries)
    assert (typed["subject"], typed["text"].strip(), typed["name"]) == ("S", "My long story", "Ann")
    assert "No rule" not in page.response.text
    assert on_record(failing)[1] == 0
