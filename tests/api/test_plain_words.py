"""What people read of a case: who did what in words, and what followed by itself from which version of the process."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from complaints.tables import action_item
from engine.process_words import ProcessWords
from escalation.due import CalendarBook
from escalation.labels import Labels
from queries.cell_words import cell_in_words
from queries.fact_words import amount_in_words, campus_in_words, channel_in_words
from queries.reader import Reader
from queries.timeline_words import sentence
from tests.support.application import House
from tests.support.plans import PLAN

LANGUAGES = ("zh-CN", "ko", "en")
CODE = re.compile(r"\b[a-z]+(?:_[a-z0-9]+)+\b|\bstarts with\(|\?,|[<>]=")
VERSION = {"zh-CN": "投诉处理 第 1 版", "ko": "민원 처리 1판", "en": "Complaint, version 1"}


def timeline(redress: House, case: str, language: str = "en", query: str = "") -> list[Any]:
    path = f"/api/complaints/{case}/timeline?limit=200{query}"
    items: list[Any] = redress.person("chen.jing").get(path, headers={"Accept-Language": language})["items"]
    return items


def crossed(redress: House) -> str:
    """Return a group's case whose plan was approved, and that has outgrown the approval since."""
    case: str = redress.file(by="li.na", people=12)["id"]
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "您好。"})
    redress.do("li.na", "verify", case, {"outcome": "complete", "verification_summary": "x"})
    redress.do("zhou.qiang", "inspection", case, {"quality_problem": "yes", "inspection_report": "属实。"})
    redress.do("zhao.lei", "academic_evidence", case, {"evidence_summary": "已核对。"})
    redress.do("li.na", "respond", case, {"response_text": "正在核实。"})
    refund = {"payee": "王晓", "amount": {"amount": "12000.00", "currency": "CNY"}}
    action = {"title": "更正课件", "owner_team": "academic", "due_on": "2026-03-10", "blocking": True}
    plan = {**PLAN, "refunds": [refund], "actions": [action], "remedies": [{"kind": "apology", "note": "x"}]}
    redress.do("li.na", "plan", case, plan)
    for login in ("liu.gang", "huang.lan"):
        redress.do(login, "decide_leadership", case, {"decision": "approve", "reasons": "同意。"})
    change(redress, case, people=40, reason="全年级")
    redress.later(minutes=5)
    return case


def change(redress: House, case: str, **facts: Any) -> None:
    li_na, path = redress.person("li.na"), f"/api/complaints/{case}"
    tag = li_na.call("GET", path).headers["etag"]
    assert li_na.call("PATCH", f"{path}/facts", facts, headers={"If-Match": tag}).status_code == 200


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("query", ["", "&everything=true"])
def test_no_line_of_the_timeline_shows_a_code(redress: House, language: str, query: str) -> None:
    items = timeline(redress, crossed(redress), language, query)
    texts = [item["text"] for item in items if item["source"] == "event"]
    assert len(texts) > 30
    assert [text for text in texts if CODE.search(text)] == []
    posts = [text for text in texts if "12,000.00" in text]
    assert posts, texts


def test_a_decision_of_a_table_is_the_processs_own_with_its_version(redress: House) -> None:
    case = redress.file()["id"]
    for language, version in VERSION.items():
        decided = [each for each in timeline(redress, case, language) if each["kind"] == "decision"]
        assert len(decided) > 3
        assert {(each["actor"], each["actor_name"]) for each in decided} == {("system", version)}
    lines = {each["text"]: each for each in timeline(redress, case)}
    assert (lines["Complaint filed"]["actor"], lines["Status: Registered"]["actor"]) == ("complainant", "system")
    assert lines["Clock started: Acknowledge"]["actor"] == "system"
    (routed,) = [text for text in lines if "Head of department" in text]
    assert "Head of department: Head of academic affairs" in routed


def test_a_table_that_was_asked_again_is_on_record_and_no_news(redress: House) -> None:
    case = redress.file(by="li.na")["id"]
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "您好。"})
    redress.do("li.na", "verify", case, {"outcome": "complete", "verification_summary": "x"})
    li_na, path = redress.person("li.na"), f"/api/complaints/{case}/timeline"
    again = "Decided by table again, with the same outcome: "
    said = {
        everything: [
            line["text"]
            for line in li_na.get(f"{path}?everything={everything}", headers={"Accept-Language": "en"})["items"]
        ]
        for everything in ("true", "false")
    }
    assert [text for text in said["true"] if text.startswith(again)] != []
    assert [text for text in said["true"] if text == again.strip(" :")] == []
    assert [text for text in said["false"] if text.startswith(again)] == []


def test_a_change_tells_what_was_said_and_leaves_what_follows_to_the_tables(redress: House) -> None:
    case = redress.file(by="li.na", category="other")["id"]
    change(redress, case, impact_override="important", reason="the press has asked")
    lines = [(each["kind"], each["text"], each["actor"]) for each in timeline(redress, case)]
    assert ("facts", "Facts changed: Impact set by hand: Important", "li.na") in lines
    assert ("decision", "Decided by table: Impact: Important", "system") in lines
    assert [text for kind, text, _ in lines if kind == "facts"] == ["Facts changed: Impact set by hand: Important"]


def test_no_line_says_that_something_changed_and_not_what(redress: House) -> None:
    case = crossed(redress)
    for language in LANGUAGES:
        bare = {"Facts changed", "Decided by table", "信息变更", "按决策表判定", "사실 변경", "결정표에 따른 판정"}
        for query in ("", "&everything=true"):
            assert [each["text"] for each in timeline(redress, case, language, query) if each["text"] in bare] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_picture_in_words_names_teams_and_steps_and_nothing_else(redress: House, language: str) -> None:
    case = crossed(redress)
    path = f"/api/complaints/{case}/diagram?format=text"
    words = redress.person("li.na").call("GET", path, headers={"Accept-Language": language}).text
    assert [line for line in words.splitlines() if CODE.search(line)] == []
    assert {"zh-CN": "团队 投诉处理领导小组", "ko": "팀 민원 처리 지휘부", "en": "team Leadership"}[language] in words
    assert {"zh-CN": "整改事项到期", "ko": "조치 기한", "en": "an action is due"}[language] in words


def test_a_remedy_is_told_by_the_word_of_its_form(redress: House) -> None:
    case, li_na = crossed(redress), redress.person("li.na")
    for language, said in {"zh-CN": "正式致歉", "ko": "공식 사과", "en": "Formal apology"}.items():
        (remedy,) = {
            (each["kind"], each["kind_text"])
            for each in li_na.get(f"/api/complaints/{case}", headers={"Accept-Language": language})["remedies"]
        }
        assert remedy == ("apology", said)


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (">= 10", {"zh-CN": "≥ 10", "ko": "≥ 10", "en": "≥ 10"}),
        ("> 10000", {"en": "> 10,000"}),
        ("[1..9]", {"en": "1 – 9"}),
        ('starts with(?, "teaching")', {"zh-CN": "属于“<teaching>”", "ko": "‘<teaching>’에 속함"}),
        ('starts with(?, "a."), "b"', {"en": "under <a> or <b>"}),
        ('"a", "b"', {"zh-CN": "<a>或<b>", "ko": "<a> 또는 <b>", "en": "<a> or <b>"}),
        ('not("a","b")', {"zh-CN": "不是<a>或<b>", "en": "not <a> or <b>"}),
        ("true", {"zh-CN": "是", "ko": "예", "en": "Yes"}),
        ('"", "urgent"', {"en": "empty or <urgent>"}),
        ("duration(x) > 3", {"en": "duration(x) > 3"}),
    ],
)  # fmt: skip
def test_a_cell_of_a_table_is_said_as_people_say_it(cell: str, said: dict[str, str]) -> None:
    for language, text in said.items():
        assert cell_in_words(cell, language, lambda code: f"<{code}>" if code else "") == text


@given(st.text(max_size=60), st.sampled_from(LANGUAGES))
def test_any_cell_is_said_somehow(cell: str, language: str) -> None:
    assert isinstance(cell_in_words(cell, language, lambda code: code), str)
    assert isinstance(amount_in_words(cell), str)


def test_an_amount_has_separators_and_loses_nothing() -> None:
    assert [amount_in_words(each) for each in ("10000.01", "0", "-5", "1e3", "１", "x", "9" * 40)] == [
        "10,000.01", "0", "-5", "1E+3", "１", "x", "9" * 40,
    ]  # fmt: skip


def test_every_message_of_the_shipped_processes_has_a_name(redress: House) -> None:
    folder = redress.application.settings.bpmn_folder
    for key in ("complaint", "inquiry"):
        found = set()
        for file in sorted((folder / key).glob("*.bpmn")):
            found |= set(re.findall(r'<bpmn:message [^>]*name="([^"]+)"', file.read_text(encoding="utf-8")))
        labels = tomllib.loads((folder / key / "labels.toml").read_text(encoding="utf-8"))["messages"]
        assert set(labels) == found


def test_a_message_that_nobody_worded_is_told_by_its_own_name(redress: House) -> None:
    versions = redress.application.versions
    with redress.application.database.read() as connection:
        process = versions.process(connection, versions.newest(connection, "complaint").id)
    words = ProcessWords(process)
    assert words.message("withdraw", "en") == "the withdrawal"
    assert words.message("called_back", "ko") == "called back"


def reader_in(redress: House, connection: Any, language: str) -> Reader:
    return Reader(connection, redress.application.library, redress.application.now(), language)


class TwoCampuses:
    """Calendars of two campuses that call the telephone by other names."""

    names = ("a/phone", "b/phone")

    def timeline(self, name: str) -> Any:
        return SimpleNamespace(channel=SimpleNamespace(labels=Labels(*[name[0].upper()] * 3)))


def test_a_channel_is_called_as_on_its_own_campus_and_one_that_is_gone_by_its_key(redress: House) -> None:
    with redress.application.database.read() as connection:
        reader = reader_in(redress, connection, "zh-CN")
        assert channel_in_words(reader, "phone", "atlantis") == channel_in_words(reader, "phone") == "电话"
        assert channel_in_words(reader, "kakao", "main") == "KakaoTalk"
        assert (channel_in_words(reader, "telex", "main"), campus_in_words(reader, "atlantis")) == ("telex", "atlantis")
        assert [campus_in_words(reader, each) for each in ("main", "seoul")] == ["主校区", "首尔校区"]
        two = replace(reader, library=replace(reader.library, calendars=cast("CalendarBook", TwoCampuses())))
        assert [channel_in_words(two, "phone", each) for each in ("a", "b", "c", None)] == ["A", "B", "A", "A"]


def test_an_action_that_a_later_plan_dropped_is_shown_no_more_and_told_with_its_title(redress: House) -> None:
    case = crossed(redress)
    li_na, path = redress.person("li.na"), f"/api/complaints/{case}"
    (before,) = li_na.get(path)["actions"]
    assert before["title"] == "更正课件"
    with redress.application.database.write() as unit:
        unit.connection.execute(update(action_item).values(void_at=redress.application.now()))
        unit.commit()
    assert li_na.get(path)["actions"] == []
    assert [sentence("action-dropped", language, {"title": "更正课件"}) for language in LANGUAGES] == [
        "新方案不再包含此整改事项：更正课件", "새 방안에서 제외된 조치: 更正课件",
        "Action no longer part of the plan: 更正课件",
    ]  # fmt: skip
