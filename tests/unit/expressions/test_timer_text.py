"""What the text of a timer means, in every form that process owners write."""

from __future__ import annotations

import string
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.expressions.timer_text import (
    Expr,
    IsoCycle,
    IsoDate,
    IsoDuration,
    TimerError,
    TimerKind,
    TimerPlan,
    parse_timer,
)


@pytest.mark.parametrize(
    ("kind", "text", "plan"),
    [
        ("duration", "P7D", IsoDuration(rest=timedelta(days=7))),
        ("duration", '"PT1H"', IsoDuration(rest=timedelta(hours=1))),
        ("duration", "  'PT1H'\n", IsoDuration(rest=timedelta(hours=1))),
        ("duration", "pt90m", IsoDuration(rest=timedelta(minutes=90))),
        ("duration", "PT0.25S", IsoDuration(rest=timedelta(milliseconds=250))),
        ("duration", "PT1,5H", IsoDuration(rest=timedelta(minutes=90))),
        ("duration", "P2W", IsoDuration(rest=timedelta(weeks=2))),
        ("duration", "P1Y2M3DT4H5M6S", IsoDuration(14, timedelta(days=3, hours=4, minutes=5, seconds=6))),
        ("duration", "P0D", IsoDuration()),
        ("duration", "2026-03-01T09:00:00Z", IsoDate(datetime(2026, 3, 1, 9, tzinfo=UTC))),
        ("date", "2026-03-01T09:00+08:00", IsoDate(datetime(2026, 3, 1, 1, tzinfo=UTC))),
        ("date", "P3D", IsoDuration(rest=timedelta(days=3))),
        ("cycle", "R3/PT10M", IsoCycle(3, IsoDuration(rest=timedelta(minutes=10)))),
        ("cycle", '"R/P1D"', IsoCycle(None, IsoDuration(rest=timedelta(days=1)))),
        (
            "cycle",
            "R2/2026-03-01T09:00+08:00/P1M",
            IsoCycle(2, IsoDuration(1), datetime(2026, 3, 1, 1, tzinfo=UTC)),
        ),
    ],
)
def test_iso_text_is_understood_quoted_or_not(kind: TimerKind, text: str, plan: TimerPlan) -> None:
    assert parse_timer(kind, text) == plan


@pytest.mark.parametrize(
    "text",
    [
        'deadline("respond")',
        "working_days(3)",
        "hours(0.5)",
        "days(n)",
        "callback_on",
        'date("2026-03-01T09:00+08:00")',
        'hours(4) if priority == "urgent" else working_days(3)',
        'deadline("respond") or days(5)',
    ],
)
def test_documented_words_are_kept_for_the_engine(text: str) -> None:
    plan = parse_timer("duration", text)
    assert isinstance(plan, Expr)
    assert plan.expression.source == text


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        ("duration", "", "no time"),
        ("duration", '""', "has no time"),
        ("duration", "-PT1H", "negative"),
        ("duration", "P", "not a length"),
        ("duration", "PT", "not a length"),
        ("duration", "P1H", "not a length"),
        ("duration", "PT1D", "not a length"),
        ("duration", "P1.5M", "a part of a month"),
        ("duration", "PT1.5H30M", "a fraction before its last part"),
        ("duration", "P101Y", "longer than 100 years"),
        ("duration", "PT" + "9" * 60 + "S", "longer than 100 years"),
        ("duration", "P" + "9" * 3000 + "D", "more than 2000 characters"),
        ("duration", "R3/PT1H", "a repetition"),
        ("duration", "3 + 4", "is not a time"),
        ("duration", "len('x')", "is not a time"),
        ("duration", "working_days(-1)", "not negative"),
        ("duration", "working_days(1.5)", "not negative"),
        ("duration", "hours('4')", "not negative"),
        ("duration", "hours(True)", "not negative"),
        ("duration", "hours()", "exactly one value"),
        ("duration", "deadline(respond)", "quotation marks"),
        ("duration", "days(1) + hours(2)", "cannot be counted"),
        ("duration", "max(days(1), hours(2))", "cannot be counted"),
        ("duration", 'days(5) if deadline("x") is None else hours(1)', "cannot be counted"),
        ("duration", "tomorrow.at(9)", "only a documented function"),
        ("date", "2026-03-01T09:00", "has no time zone"),
        ("date", "2026-03-01", "has no time zone"),
        ("date", "'2026-03-01 09:00'", "has no time zone"),
        ("date", "2026-13-01T09:00Z", "is not a date"),
        ("date", "0001-01-01T00:00+14:00", "out of range"),
        ("date", 'date("2026-03-01T09:00")', "has no time zone"),
        ("cycle", "PT1H", "how often"),
        ("cycle", "R0/PT1H", "never fires"),
        ("cycle", "R-3/PT1H", "how often"),
        ("cycle", "R3/PT0S", "without any time between"),
        ("cycle", "R3/P1D/2026-03-01T09:00Z", "an end instead of a start"),
        ("cycle", "R3/2026-03-01T09:00/P1D", "has no time zone"),
        ("cycle", "0 0 9 * * ?", "not complete"),
        ("cycle", "working_days(1)", "must be written out"),
    ],
)
def test_text_that_says_no_time_is_refused_with_advice(kind: TimerKind, text: str, message: str) -> None:
    with pytest.raises(TimerError) as caught:
        parse_timer(kind, text)
    assert message in caught.value.message
    assert caught.value.advice.endswith((".", "...Z.", "days"))


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (datetime(2024, 1, 31, tzinfo=UTC), 1, datetime(2024, 2, 29, tzinfo=UTC)),
        (datetime(2025, 1, 31, tzinfo=UTC), 1, datetime(2025, 2, 28, tzinfo=UTC)),
        (datetime(2025, 3, 31, tzinfo=UTC), 1, datetime(2025, 4, 30, tzinfo=UTC)),
        (datetime(2025, 12, 15, tzinfo=UTC), 1, datetime(2026, 1, 15, tzinfo=UTC)),
        (datetime(2024, 2, 29, tzinfo=UTC), 12, datetime(2025, 2, 28, tzinfo=UTC)),
        (datetime(2024, 2, 29, tzinfo=UTC), 48, datetime(2028, 2, 29, tzinfo=UTC)),
    ],
)
def test_months_go_by_the_calendar(start: datetime, months: int, end: datetime) -> None:
    assert IsoDuration(months).after(start) == end


def test_the_rest_of_a_length_is_time_that_passes() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    before_summer_time = datetime(2026, 3, 28, 12, tzinfo=berlin)
    assert IsoDuration(rest=timedelta(days=1)).after(before_summer_time) == datetime(2026, 3, 29, 13, tzinfo=berlin)
    shanghai = timezone(timedelta(hours=8))
    assert IsoDuration(1, timedelta(hours=1)).after(datetime(2026, 1, 31, 23, tzinfo=shanghai)) == datetime(
        2026, 3, 1, 0, tzinfo=shanghai
    )


def test_a_timer_does_not_start_at_a_naive_instant() -> None:
    with pytest.raises(ValueError, match="aware"):
        IsoDuration(1).after(datetime(2026, 1, 1))  # noqa: DTZ001 - that it is naive is the point


def test_a_cycle_begins_one_length_after_it_is_armed_or_at_its_start() -> None:
    armed = datetime(2026, 1, 1, tzinfo=UTC)
    every = IsoDuration(rest=timedelta(hours=2))
    assert IsoCycle(3, every).first(armed) == datetime(2026, 1, 1, 2, tzinfo=UTC)
    assert IsoCycle(3, every, datetime(2026, 5, 1, tzinfo=UTC)).first(armed) == datetime(2026, 5, 1, tzinfo=UTC)


@settings(max_examples=500, deadline=None)
@given(
    st.sampled_from(["duration", "date", "cycle"]),
    st.one_of(st.text(alphabet="PTRYMWDHS0123456789./,-+:Z \"'", max_size=30), st.text(string.printable, max_size=40)),
)
def test_any_text_is_either_understood_or_refused(kind: TimerKind, text: str) -> None:
    try:
        plan = parse_timer(kind, text)
    except TimerError:
        return
    if isinstance(plan, IsoDuration):
        start = datetime(2026, 1, 31, 12, tzinfo=UTC)
        assert plan.after(start) >= start


@given(st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)), st.integers(0, 1200))  # noqa: DTZ001
def test_a_month_more_is_never_earlier(start: datetime, months: int) -> None:
    assert IsoDuration(months).after(start) < IsoDuration(months + 1).after(start)
