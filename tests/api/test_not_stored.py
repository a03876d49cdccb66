"""A complaint that the process in force cannot take in: nothing of the house is shown, and the operator hears of it."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from sqlalchemy import select

from engine.decisions.refusals import NoRuleMatched
from engine.kernel.case_facts import CaseFacts
from engine.tables import incident, instance
from tests.support.application import COMPLAINT, House


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


@pytest.mark.parametrize(("language", "begins"), [("en", "Something in our system"), ("zh-CN", "系统出现故障")])
def test_the_public_is_told_plainly_that_it_was_not_stored(failing: House, language: str, begins: str) -> None:
    answer = failing.http.post("/api/complaints", json=dict(COMPLAINT), headers={"Accept-Language": language})
    told = answer.json()
    assert (answer.status_code, told["code"]) == (500, "step-failed")
    assert told["detail"].startswith(begins)
    assert set(told) == {"type", "title", "status", "detail", "code", "incident"}
    assert "authority" not in answer.text
    assert "general" not in answer.text
    (reason,), cases = on_record(failing)
    assert ("No rule of authority matches" in reason, cases) == (True, 0)


def test_staff_are_told_which_table_it_was(failing: House) -> None:
    token = failing.person("li.na").headers
    told = failing.http.post("/api/complaints", json=dict(COMPLAINT), headers=token).json()
    assert told["element"] == "triage_on_receipt"


def test_what_was_written_stays_on_the_page(failing: House) -> None:
    page = failing.http.get("/complain", headers={"Accept-Language": "en"}).text
    once = re.search(r'name="_once" value="([^"]+)"', page)
    assert once is not None
    sent = {"_once": once[1], "subject": "S", "text": "My long story", "identity_mode": "identified", "name": "Ann"}
    sent |= {"category": "other", "people": "1", "type": "complaint", "language": "en"}
    answer = failing.http.post("/complain", data=sent, headers={"Accept-Language": "en"})
    text = html.unescape(answer.text)
    assert answer.status_code == 500, text
    assert "Something in our system does not work" in text
    assert "My long story" in text
    assert "No rule" not in text
