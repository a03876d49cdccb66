"""The timeline names what has fallen: the clock in words, and whether it reminds, is due, or is late already."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.config import Rung, RungTime
from queries.rung_words import _when
from tests.support.application import House


def told(redress: House, case: str, clock: str, language: str = "en") -> list[tuple[str, str]]:
    """Return rung and sentence of everything that has fallen of a clock."""
    lines = redress.person("chen.jing").get(
        f"/api/complaints/{case}/timeline", headers={"Accept-Language": language}
    )["items"]  # fmt: skip
    fallen = [line for line in lines if line["kind"] == "fired" and line["detail"]["clock"] == clock]
    return [(line["detail"]["rung"], line["text"]) for line in fallen]


def test_every_rung_of_a_ladder_is_told_apart(redress: House) -> None:
    case = redress.file()["id"]
    redress.later(minutes=50)
    assert told(redress, case, "acknowledge") == [("remind", "Reminder: Acknowledge (45 minutes after the start)")]
    redress.later(hours=4)
    assert told(redress, case, "acknowledge") == [
        ("remind", "Reminder: Acknowledge (45 minutes after the start)"),
        ("overdue", "Fell due: Acknowledge"),
        ("escalate", "Still not done: Acknowledge (1 hour after it was due)"),
        ("top", "Still not done: Acknowledge (3 hours after it was due)"),
    ]
    redress.later(days=2)
    assert told(redress, case, "acknowledge")[4] == (
        "still_late", "Still not done: Acknowledge (told again every day)",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("language", "reminder", "late"),
    [
        ("en", "Reminder: First response (75 % of the time allowed is used)",
         "Still not done: First response (a further 50 % of the time allowed after it was due)"),
        ("zh-CN", "提醒：首次实质答复（时限已用去 75 %）", "仍未完成：首次实质答复（到期后又过了时限的 50 %）"),
        ("ko", "알림: 첫 실질 답변(기한의 75 % 경과)", "기한 초과: 첫 실질 답변(기한이 지난 뒤 기한의 50 %가 더 경과)"),
    ],
)  # fmt: skip
def test_a_share_of_the_time_is_said_in_the_readers_language(
    redress: House, language: str, reminder: str, late: str
) -> None:
    case = redress.file()["id"]
    redress.later(hours=16)
    lines = told(redress, case, "respond", language)
    assert lines[0] == ("remind", reminder)
    assert ("escalate", late) in lines


@pytest.mark.parametrize(
    ("language", "titles"),
    [
        ("en", ["External procedure on record, due soon", "External procedure on record, overdue"]),
        ("zh-CN", ["外部程序记录在案即将到期", "外部程序记录在案逾期"]),
        ("ko", ["외부 절차 기록 기한 임박", "외부 절차 기록 지연"]),
    ],
)
def test_a_notice_about_a_duty_names_the_duty(redress: House, language: str, titles: list[str]) -> None:
    case = redress.file(by="li.na", safety=True)["id"]
    redress.later(days=3)
    lines = redress.person("chen.jing").get(
        f"/api/complaints/{case}/timeline", headers={"Accept-Language": language}
    )["items"]  # fmt: skip
    told = [line["text"] for line in lines if line["kind"] in ("duty_reminder", "duty_overdue")]
    assert list(dict.fromkeys(told)) == titles


@given(
    st.sampled_from(["zh-CN", "ko", "en"]),
    st.builds(
        RungTime,
        base=st.sampled_from(["start", "due"]),
        percent=st.integers(0, 400),
        minutes=st.integers(0, 100_000),
        working_days=st.integers(0, 60),
    ),
    st.booleans(),
)
def test_every_place_on_a_ladder_can_be_said(language: str, at: RungTime, daily: bool) -> None:
    said = _when(Rung("r", at, (), "t", daily), language)
    assert "{" not in said
    assert said or (at.base == "due" and not (at.percent or at.minutes or at.working_days or daily))
