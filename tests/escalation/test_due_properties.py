"""What must hold for every calendar, start and budget; the counting is checked against a slow and simple one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.model.due import Mode
from escalation.due import CalendarBook
from tests.escalation.builders import berlin_book, book_of, campus_of, shipped_book, year_of

MINUTE = timedelta(minutes=1)

CALENDARS = ("main/phone", "main/staff", "seoul/chat", "berlin/day", "berlin/night", "berlin/jump")
FIRST = datetime(2024, 12, 1, tzinfo=UTC)
instants = st.integers(0, 820 * 24 * 3600).map(lambda seconds: FIRST + timedelta(seconds=seconds))
minutes = st.integers(0, 20_000)


def book(calendar: str) -> CalendarBook:
    return berlin_book() if calendar.startswith("berlin") else shipped_book()


calendars_with_working_days = st.sampled_from([name for name in CALENDARS if name != "berlin/jump"])
budgets = st.one_of(
    st.tuples(st.sampled_from(CALENDARS), st.sampled_from(("wall", "staffed", "hybrid")), minutes),
    st.tuples(calendars_with_working_days, st.just("working_days"), st.integers(0, 40)),
)
pairs = st.one_of(
    st.tuples(st.sampled_from(CALENDARS), st.sampled_from(("wall", "staffed", "hybrid"))),
    st.tuples(calendars_with_working_days, st.just("working_days")),
)


@given(budgets, instants)
def test_a_due_time_is_never_before_the_start_and_grows_with_the_budget(
    asked: tuple[str, Mode, int], start: datetime
) -> None:
    calendar, mode, amount = asked
    first = book(calendar).add(calendar, mode, start, amount).at
    second = book(calendar).add(calendar, mode, start, amount + 1).at
    assert start <= first <= second
    if mode != "working_days" or amount:
        assert first < second


@given(budgets, instants)
def test_what_was_added_is_what_was_spent(asked: tuple[str, Mode, int], start: datetime) -> None:
    calendar, mode, amount = asked
    end = book(calendar).add(calendar, mode, start, amount).at
    assert book(calendar).spent(calendar, mode, start, end) == _expected(mode, amount, calendar, start, end)


def _expected(mode: Mode, amount: int, calendar: str, start: datetime, end: datetime) -> int:
    """Zero working days from a day whose close has passed is the close of the next one: that one has passed then."""
    if mode == "working_days" and amount == 0:
        zone = book(calendar).timeline(calendar)
        return int(zone.local_date(end - timedelta(microseconds=1)) > zone.local_date(start))
    return amount


@given(pairs, instants, st.integers(0, 90 * 24 * 60), st.integers(0, 59))
def test_add_and_spent_enclose_every_instant(
    asked: tuple[str, Mode], start: datetime, later: int, seconds: int
) -> None:
    calendar, mode = asked
    end = start + later * MINUTE + timedelta(seconds=seconds)
    spent = book(calendar).spent(calendar, mode, start, end)
    before = book(calendar).add(calendar, mode, start, spent).at
    assert end < book(calendar).add(calendar, mode, start, spent + 1).at
    if mode in ("wall", "staffed") or spent:
        assert before <= end
    elif mode == "hybrid":
        assert before == book(calendar).timeline(calendar).next_staffed(start)


@given(budgets, instants, st.integers(0, 30 * 24 * 60), st.integers(0, 30 * 24 * 60))
def test_spending_before_and_after_an_instant_adds_up(
    asked: tuple[str, Mode, int], start: datetime, first: int, second: int
) -> None:
    calendar, mode, _ = asked
    middle, end = start + first * MINUTE, start + (first + second) * MINUTE
    whole = book(calendar).spent(calendar, mode, start, end)
    parts = book(calendar).spent(calendar, mode, start, middle) + book(calendar).spent(calendar, mode, middle, end)
    if mode in ("wall", "staffed"):
        assert parts in (whole - 1, whole)  # each part is rounded down for itself
    elif mode == "working_days":
        assert parts in (whole - 1, whole)  # the day of the middle may not be counted
    else:
        assert parts <= whole  # beginning anew may wait for an opening


@given(budgets, instants)
def test_a_due_time_says_its_rule_its_calendar_and_its_start(asked: tuple[str, Mode, int], start: datetime) -> None:
    calendar, mode, amount = asked
    found = book(calendar).add(calendar, mode, start, amount)
    codes = [reason.code for reason in found.reasons]
    assert found.reasons[0].values == {"mode": mode, "amount": amount}
    assert found.reasons[1].values["calendar"] == calendar
    assert codes[2] in ("counted-from", "counted-from-opening")
    assert found.provisional == ("provisional-year" in codes)
    assert found == book(calendar).add(calendar, mode, start, amount)
    assert all(isinstance(value, str | int) for reason in found.reasons for value in reason.values.values())


# The slow and simple way: look at every minute.

ZONES = ("Asia/Shanghai", "America/New_York", "Australia/Lord_Howe")
WINDOWS = ((5 * 60, 9 * 60 + 30), (13 * 60, 24 * 60))
OFF = (date(2026, 3, 9), date(2026, 3, 10), date(2026, 4, 7))
WORKED = date(2026, 4, 4)


@cache
def simple_book(zone: str) -> CalendarBook:
    entry = 'name = { zh-CN = "休", ko = "휴", en = "off" }'
    text = "".join(f"\n[[holidays]]\non = {on}\n{entry}\n" for on in OFF)
    text += f"\n[[make_up_days]]\non = {WORKED}\n{entry}\n"
    staffed = 'mon-fri = ["05:00-09:30", "13:00-24:00"]'
    return book_of(campus_of(staffed, zone=zone, years={2026: year_of(2026, text)}))


def worked(on: date) -> bool:
    return on == WORKED or (on.weekday() < 5 and on not in OFF)


def staffed_at(zone: ZoneInfo, instant: datetime) -> bool:
    local = instant.astimezone(zone)
    minute = local.hour * 60 + local.minute
    return worked(local.date()) and any(begin <= minute < end for begin, end in WINDOWS)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(ZONES), st.integers(0, 40 * 24 * 60), st.integers(1, 3000))
def test_staffed_minutes_are_those_that_a_minute_by_minute_count_finds(zone: str, offset: int, amount: int) -> None:
    start = datetime(2026, 3, 3, tzinfo=UTC) + offset * MINUTE  # around both changes of the clocks
    key, left, now = ZoneInfo(zone), amount, start
    while left:
        left -= staffed_at(key, now)
        now += MINUTE
    assert simple_book(zone).add("c/x", "staffed", start, amount).at == now
    assert simple_book(zone).spent("c/x", "staffed", start, now) == amount


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(ZONES), st.integers(0, 40 * 24 * 60), st.integers(0, 3000))
def test_hybrid_minutes_begin_with_the_first_staffed_one(zone: str, offset: int, amount: int) -> None:
    start = datetime(2026, 3, 3, tzinfo=UTC) + offset * MINUTE
    now = start
    while not staffed_at(ZoneInfo(zone), now):
        now += MINUTE
    assert simple_book(zone).add("c/x", "hybrid", start, amount).at == now + amount * MINUTE


@given(st.sampled_from(ZONES), st.integers(0, 40 * 24 * 60), st.integers(1, 30))
def test_working_days_are_those_that_a_paper_calendar_has(zone: str, offset: int, amount: int) -> None:
    start = datetime(2026, 3, 3, tzinfo=UTC) + offset * MINUTE
    on, left = start.astimezone(ZoneInfo(zone)).date(), amount
    while left:
        on += timedelta(days=1)
        left -= worked(on)
    close = datetime.combine(on + timedelta(days=1), datetime.min.time(), ZoneInfo(zone))
    assert simple_book(zone).add("c/x", "working_days", start, amount).at == close
