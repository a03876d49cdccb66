"""Remaining times in words, with a level that never depends on colour."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from gettext import NullTranslations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.web.moments import Moments, Remaining

NOW = datetime(2026, 3, 3, 3, 0, tzinfo=UTC)
ENGLISH = Moments("en", NullTranslations(), ZoneInfo("Asia/Shanghai"), NOW)


@pytest.mark.parametrize(
    ("left", "whole", "expected"),
    [
        (timedelta(hours=-2, minutes=-5), timedelta(hours=1), Remaining("late", "Late", "late by 2 hours 5 minutes")),
        (timedelta(seconds=-1), timedelta(hours=1), Remaining("late", "Late", "late by 0 minutes")),
        (timedelta(minutes=29), timedelta(hours=1), Remaining("soon", "Due soon", "29 minutes left")),
        (timedelta(minutes=31), timedelta(hours=1), Remaining("early", "In time", "31 minutes left")),
        (timedelta(hours=6), timedelta(hours=24), Remaining("soon", "Due soon", "6 hours left")),
        (timedelta(hours=7), timedelta(hours=24), Remaining("early", "In time", "7 hours left")),
        (timedelta(days=1, hours=1, minutes=30), timedelta(days=2), Remaining("early", "In time", "1 day 1 hour left")),
        (timedelta(days=9, hours=7), timedelta(days=9), Remaining("early", "In time", "9 days left")),
    ],
)
def test_what_is_left_is_said_in_words(left: timedelta, whole: timedelta, expected: Remaining) -> None:
    assert ENGLISH.remaining(NOW + left, NOW + left - whole) == expected


def test_no_due_time_is_said_too() -> None:
    assert ENGLISH.remaining(None) == Remaining("none", "No due time", "No due time")


@given(st.timedeltas(timedelta(days=-4000), timedelta(days=4000)), st.timedeltas(timedelta(0), timedelta(days=400)))
def test_what_is_past_is_late_and_nothing_else_is(left: timedelta, whole: timedelta) -> None:
    found = ENGLISH.remaining(NOW + left, NOW + left - whole)
    assert (found.level == "late") == (left < timedelta(0))
    assert found.level in ("late", "soon", "early")


def test_an_instant_is_shown_in_the_zone_of_the_place() -> None:
    assert ENGLISH.instant(NOW) == "Tue 3 Mar 2026, 11:00"
    assert ENGLISH.instant(NOW, "Asia/Seoul") == "Tue 3 Mar 2026, 12:00"
    assert ENGLISH.iso(NOW) == "2026-03-03T03:00:00Z"
