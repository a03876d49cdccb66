"""Due times explain themselves in three languages."""

from __future__ import annotations

import re
import shutil
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from engine.model.due import Due, Reason
from escalation.explain import Explainer
from escalation.labels import LANGUAGES
from escalation.refusals import ConfigProblem
from escalation.wording import SENTENCES
from tests.escalation.builders import (
    EUROPE,
    LABELS,
    ROOT,
    SEOUL,
    SHANGHAI,
    at,
    berlin_book,
    book_of,
    campus_of,
    plain_years,
    shipped_book,
)

LOCALE = ROOT / "locale"


@cache
def explainer() -> Explainer:
    return Explainer(LOCALE)


def lines(due: Due, language: str) -> list[str]:
    return list(explainer().lines(due, language))


SEVEN_DAYS = shipped_book().add("main/phone", "working_days", at("2026-09-29 22:00"), 7)
LATE_CALL = shipped_book().add("main/phone", "hybrid", at("2026-01-06 21:30"), 60)
NEXT_YEAR = shipped_book().add("seoul/web", "staffed", at("2026-12-31 20:30", SEOUL), 90)


def test_working_days_over_national_day_are_explained_in_english() -> None:
    assert lines(SEVEN_DAYS, "en") == [
        "Due Wed 14 Oct 2026, 21:00 (Asia/Shanghai).",
        "Time allowed: 7 working days; due at the close of the last one.",
        "Calendar: Main campus, phone (times in Asia/Shanghai).",
        "Start: Tue 29 Sep 2026, 22:00.",
        "The day of the start, Tue 29 Sep 2026, is not counted.",
        "Holiday, not counted: National Day, Thu 1 Oct 2026 to Wed 7 Oct 2026.",
        "Sat 10 Oct 2026 is a working day that makes up for a holiday (National Day), with the hours of Wednesday.",
        "1 ordinary day off is not counted.",
    ]


def test_working_days_over_national_day_are_explained_in_chinese() -> None:
    assert lines(SEVEN_DAYS, "zh-CN") == [
        "截止时间：2026年10月14日周三 21:00（Asia/Shanghai）。",
        "时限：7 个工作日，截至最后一个工作日下班时。",
        "适用日历：主校区，电话（时区 Asia/Shanghai）。",
        "起算时间：2026年9月29日周二 22:00。",
        "起始当日（2026年9月29日周二）不计入。",
        "节假日不计入：国庆节，2026年10月1日周四至2026年10月7日周三。",
        "2026年10月10日周六为调休工作日（国庆节），按星期三的时间服务。",
        "另有 1 个普通休息日不计入。",
    ]


def test_a_late_call_is_explained_in_korean() -> None:
    assert lines(LATE_CALL, "ko") == [
        "기한: 2026년 1월 7일 (수) 11:00 (Asia/Shanghai).",
        "처리 기간: 1시간, 상담 인력이 근무하는 첫 시각부터 연속하여 계산.",
        "적용 달력: 본교, 전화 (시간대 Asia/Shanghai).",
        "2026년 1월 6일 (화) 21:30은 상담 운영 시간이 아니므로 다음 운영 시작 시각인 "
        "2026년 1월 7일 (수) 10:00부터 계산합니다.",
    ]


def test_a_paragraph_joins_the_lines() -> None:
    assert explainer().explain(LATE_CALL, "en") == " ".join(lines(LATE_CALL, "en"))
    assert explainer().explain(LATE_CALL, "zh-CN") == "".join(lines(LATE_CALL, "zh-CN"))


def test_a_provisional_time_says_so_first_and_why() -> None:
    assert lines(NEXT_YEAR, "en") == [
        "Due Fri 1 Jan 2027, 11:00 (Asia/Seoul), provisionally.",
        "Time allowed: 1 hour 30 minutes, counting staffed hours only.",
        "Calendar: Seoul campus, website (times in Asia/Seoul).",
        "Start: Thu 31 Dec 2026, 20:30.",
        "Provisional: the holidays of 2027 are not published yet. Ordinary weeks were assumed; the time is worked out "
        "again on publication.",
    ]


def test_special_hours_closures_and_moved_clocks_are_explained() -> None:
    more = f"\n[[overrides]]\non = 2026-01-06\nclosed = true\nname = {LABELS}\n"
    more += f"\n[[overrides]]\non = 2026-01-07\nstaffed = ['10:00-12:00']\nname = {LABELS}\n"
    more += f"\n[[overrides]]\non = 2026-01-10\nstaffed = ['10:00-12:00']\nname = {LABELS}\n"
    book = book_of(campus_of(more=more, years=plain_years()))
    assert lines(book.add("c/x", "working_days", at("2026-01-05 12:00"), 4), "en")[5:] == [
        "Closed, not counted: one, Tue 6 Jan 2026.",
        "Special hours: one, Wed 7 Jan 2026.",
        "Special hours that make no working day, not counted: one, Sat 10 Jan 2026.",
        "1 ordinary day off is not counted.",
    ]
    forward = berlin_book().add("berlin/day", "wall", at("2026-03-28 12:00", EUROPE), 24 * 60)
    back = berlin_book().add("berlin/day", "wall", at("2026-10-24 12:00", EUROPE), 24 * 60)
    assert lines(forward, "en")[0] == "Due Sun 29 Mar 2026, 13:00 (Europe/Berlin)."
    assert lines(forward, "en")[-1] == "On Sun 29 Mar 2026 the clocks go forward by 1 hour."
    assert lines(back, "en")[-1] == "On Sun 25 Oct 2026 the clocks go back by 1 hour."


ENGINE_REASONS = (
    Reason("clock", {"name": "respond by letter", "mode": "hybrid", "budget": 240, "priority": "high"}),
    Reason("clock", {"name": "legal", "mode": "working_days", "budget": 1, "priority": None}),
    Reason("pause", {"from": "2026-01-06T01:00:00+00:00", "to": "2026-01-07T01:30:00+00:00", "why": "ask_back"}),
    Reason("extended", {"amount": 2, "unit": "working_days", "why": "A recording is still missing."}),
    Reason("extended", {"amount": 90, "unit": "minutes", "why": "papers"}),
    Reason("paused-since", {"at": "2026-01-06T01:00:00+00:00"}),
)


def test_what_the_engine_adds_is_said_in_english() -> None:
    assert explainer().reasons(ENGINE_REASONS, "en", zone=SHANGHAI) == (
        "To be done: respond by letter (priority: high). "
        "Time allowed: 4 hours by the clock, counted from the first staffed moment.",
        "To be done: legal. Time allowed: 1 working day; due at the close of the last one.",
        "Paused from Tue 6 Jan 2026, 09:00 to Wed 7 Jan 2026, 09:30: waiting for information from the complainant.",
        "Extended by 2 working days: A recording is still missing.",
        "Extended by 1 hour 30 minutes: waiting for papers.",
        "Paused since Tue 6 Jan 2026, 09:00; no time is running.",
    )


def test_what_the_engine_adds_is_said_in_chinese_and_korean() -> None:
    chosen = (ENGINE_REASONS[0], ENGINE_REASONS[2], ENGINE_REASONS[5])
    assert explainer().reasons(chosen, "zh-CN", zone=SHANGHAI) == (
        "事项：respond by letter（优先级：重点）。时限：4 小时，从首个人工服务时刻起连续计算。",
        "2026年1月6日周二 09:00至2026年1月7日周三 09:30暂停计时，原因：等待投诉人补充信息。",
        "自2026年1月6日周二 09:00起暂停计时，目前不计时。",
    )
    assert explainer().reasons(chosen, "ko", zone=SHANGHAI) == (
        "할 일: respond by letter (우선순위: 중점). 처리 기간: 4시간, 상담 인력이 근무하는 첫 시각부터 연속하여 계산.",
        "2026년 1월 6일 (화) 09:00부터 2026년 1월 7일 (수) 09:30까지 기한 정지, 사유: 민원인의 추가 정보 대기.",
        "2026년 1월 6일 (화) 09:00부터 기한이 정지되어 현재 시간이 흐르지 않습니다.",
    )


def test_without_a_calendar_instants_are_shown_in_utc_and_say_so() -> None:
    assert explainer().explain(Due(at("2026-01-06 21:30")), "en") == "Due Tue 6 Jan 2026, 13:30 (UTC)."
    assert explainer().reasons(ENGINE_REASONS[5:], "en") == ("Paused since Tue 6 Jan 2026, 01:00; no time is running.",)


def test_an_unknown_reason_is_not_lost() -> None:
    assert explainer().reasons([Reason("moon", {"phase": "full", "n": 3})], "en") == (
        "Also considered: moon (phase = full, n = 3).",
    )


def test_a_language_that_nobody_speaks_is_refused() -> None:
    for language in ("fr", "zh_CN", ""):
        with pytest.raises(ValueError, match="zh-CN, ko, en"):
            explainer().explain(LATE_CALL, language)


scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8), st.just("2026-10-01"))
names = (
    "mode",
    "amount",
    "from",
    "to",
    "on",
    "at",
    "why",
    "zone",
    "unit",
    "name:en",
    "works_as",
    "minutes",
    "year",
    "days",
)


@given(
    st.builds(
        Reason,
        st.sampled_from([*SENTENCES, "moon"]),
        st.dictionaries(st.one_of(st.sampled_from(names), st.text(max_size=4)), scalars),
    ),
    st.sampled_from(LANGUAGES),
)
def test_a_malformed_reason_never_breaks_a_page(reason: Reason, language: str) -> None:
    (said,) = explainer().reasons([reason], language)
    assert said.strip()


def test_every_sentence_stands_in_every_catalogue_with_the_same_blanks() -> None:
    wanted: dict[str, object] = {}
    for name in ("explain.py", "wording.py", "voice.py"):
        source = BytesIO((ROOT / "escalation" / name).read_bytes())
        for _, message, _, _ in extract("python", source, keywords={"gettext": None, "ngettext": (1, 2)}):
            wanted[message[0] if isinstance(message, tuple) else message] = message
    assert len(wanted) > 25
    codes: dict[str, set[str]] = {}
    for language in LANGUAGES:
        folder = LOCALE / language.replace("-", "_") / "LC_MESSAGES"
        with (folder / "escalation.po").open("rb") as file:
            catalogue = read_po(file, abort_invalid=True)
        messages = {
            message.id[0] if isinstance(message.id, tuple | list) else message.id: message for message in catalogue
        }
        messages.pop("")
        codes[language] = {msgid for msgid in messages if re.fullmatch(r"[a-z]+:[a-z_]+", msgid)}
        assert set(messages) - codes[language] == set(wanted)
        for msgid, entry in messages.items():
            assert not entry.fuzzy
            forms = [entry.string] if isinstance(entry.string, str) else list(entry.string or ())
            blanks = set(re.findall(r"%\(\w+\)[sd]", msgid))
            assert [set(re.findall(r"%\(\w+\)[sd]", form)) for form in forms] == [blanks] * len(forms)
            assert all(forms)
    assert codes["en"] == codes["ko"] == codes["zh-CN"]


def test_a_missing_or_broken_catalogue_is_refused_at_start(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(LOCALE, tmp_path / "locale"))
    file = folder / "ko" / "LC_MESSAGES" / "escalation.po"
    for broken in ('msgid "x\nmsgstr 3\n', "", "\nwhat is this\n"):
        file.write_text(broken)
        with pytest.raises(ConfigProblem, match=r"ko/LC_MESSAGES/escalation\.po: is no catalogue"):
            Explainer(folder)
    file.write_bytes(b"\xff\xfe\xff")
    with pytest.raises(ConfigProblem, match=r"ko/LC_MESSAGES/escalation\.po: is no catalogue"):
        Explainer(folder)
    file.unlink()
    with pytest.raises(ConfigProblem, match=r"ko/LC_MESSAGES/escalation\.po: cannot be read"):
        Explainer(folder)
