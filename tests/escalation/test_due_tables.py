"""Hand-made tables of due times: what a person with a paper calendar would say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from engine.errors import UnknownCalendar
from engine.model.due import Mode
from escalation.due import CalendarBook, share_of
from escalation.refusals import NoStaffedTime, TooFar
from tests.escalation.builders import (
    WEEKDAYS_10_21,
    at,
    berlin_book,
    book_of,
    campus_of,
    plain_years,
    shipped_book,
    year_of,
)

NAIVE = datetime(2026, 1, 5)  # noqa: DTZ001 - what must be refused


def due(book: CalendarBook, calendar: str, mode: Mode, start: str, amount: int) -> datetime:
    return book.add(calendar, mode, at(start), amount).at


@pytest.mark.parametrize(
    ("start", "mode", "expected"),
    [
        ("2026-01-06 20:50", "wall", "2026-01-06 21:50"),
        ("2026-01-06 20:50", "staffed", "2026-01-07 10:50"),
        ("2026-01-06 20:50", "hybrid", "2026-01-06 21:50"),
        ("2026-01-06 21:30", "wall", "2026-01-06 22:30"),
        ("2026-01-06 21:30", "staffed", "2026-01-07 11:00"),
        ("2026-01-06 21:30", "hybrid", "2026-01-07 11:00"),
    ],
)
def test_a_call_on_tuesday_evening_is_acknowledged_as_the_requirements_say(
    start: str, mode: Mode, expected: str
) -> None:
    found = shipped_book().add("main/phone", mode, at(start), 60)
    assert (found.at, found.provisional, found.reasons[0].values) == (
        at(expected),
        False,
        {"mode": mode, "amount": 60},
    )


def test_a_board_question_on_friday_night_is_due_next_day_by_the_clock_or_next_working_day() -> None:
    assert due(shipped_book(), "main/web", "wall", "2026-01-09 21:30", 24 * 60) == at("2026-01-10 21:30")
    assert due(shipped_book(), "main/web", "working_days", "2026-01-09 21:30", 1) == at("2026-01-12 21:00")


def test_urgent_runs_through_night_and_holiday_and_routine_skips_them() -> None:
    eve = "2026-09-30 22:00"  # National Day follows, 1 to 7 October; Saturday 10 October is worked
    assert due(shipped_book(), "main/phone", "wall", eve, 2 * 60) == at("2026-10-01 00:00")
    assert due(shipped_book(), "main/phone", "wall", eve, 24 * 60) == at("2026-10-01 22:00")
    assert due(shipped_book(), "main/phone", "hybrid", eve, 24 * 60) == at("2026-10-09 10:00")
    assert due(shipped_book(), "main/phone", "working_days", eve, 7) == at("2026-10-15 21:00")


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        ("2026-01-05 00:00", 3, "2026-01-08 21:00"),  # the first second of Monday: still Monday, not counted
        ("2026-01-05 20:59", 3, "2026-01-08 21:00"),
        ("2026-01-05 23:59", 3, "2026-01-08 21:00"),
        ("2026-01-09 12:00", 1, "2026-01-12 21:00"),
        ("2026-01-10 12:00", 1, "2026-01-12 21:00"),  # a Saturday is not counted either; Monday is day 1
        ("2026-01-05 12:00", 0, "2026-01-05 21:00"),
        ("2026-01-05 21:00", 0, "2026-01-05 21:00"),  # the closing instant has not been missed
        ("2026-01-05 21:01", 0, "2026-01-06 21:00"),
        ("2026-01-10 12:00", 0, "2026-01-12 21:00"),
        ("2026-02-13 12:00", 1, "2026-02-14 21:00"),  # a Saturday that makes up for the Spring Festival
        ("2026-02-14 12:00", 1, "2026-02-24 21:00"),
    ],
)
def test_working_days_are_due_at_the_close_of_the_last(start: str, days: int, expected: str) -> None:
    assert due(shipped_book(), "main/phone", "working_days", start, days) == at(expected)


@pytest.mark.parametrize(
    ("start", "mode", "minutes", "expected"),
    [
        ("2026-01-05 11:30", "staffed", 60, "2026-01-05 13:30"),  # lunch from 12 to 13
        ("2026-01-05 11:00", "staffed", 60, "2026-01-05 12:00"),  # used up at the bell: due at the bell
        ("2026-01-05 12:00", "staffed", 1, "2026-01-05 13:01"),
        ("2026-01-05 12:30", "hybrid", 60, "2026-01-05 14:00"),
        ("2026-01-05 11:30", "hybrid", 60, "2026-01-05 12:30"),  # once begun it runs through lunch
        ("2026-01-05 17:30", "staffed", 8 * 60, "2026-01-06 17:30"),
        ("2026-01-09 17:59", "staffed", 2, "2026-01-12 09:01"),
        ("2026-01-05 18:00", "staffed", 0, "2026-01-05 18:00"),  # nothing left: due at once, at night too
        ("2026-01-05 18:00", "hybrid", 0, "2026-01-06 09:00"),
        ("2026-01-05 08:00", "staffed", 10 * 8 * 60, "2026-01-16 18:00"),
    ],
)
def test_a_day_split_by_lunch_is_counted_in_its_parts(start: str, mode: Mode, minutes: int, expected: str) -> None:
    assert due(shipped_book(), "main/staff", mode, start, minutes) == at(expected)


def test_seconds_are_kept() -> None:
    start = at("2026-01-05 20:59:30")
    assert shipped_book().add("main/phone", "staffed", start, 1).at == at("2026-01-06 10:00:30")
    assert shipped_book().spent("main/phone", "staffed", start, at("2026-01-06 10:00:29")) == 0
    assert shipped_book().spent("main/phone", "staffed", start, at("2026-01-06 10:00:30")) == 1


def test_a_window_until_midnight_runs_on_into_the_next_day() -> None:
    book = book_of(campus_of('mon-fri = ["00:00-02:00", "20:00-24:00"]', years=plain_years()))
    assert due(book, "c/x", "staffed", "2026-01-05 23:00", 120) == at("2026-01-06 01:00")
    assert due(book, "c/x", "staffed", "2026-01-09 23:00", 61) == at("2026-01-12 00:01")
    assert due(book, "c/x", "staffed", "2026-01-09 23:00", 60) == at("2026-01-10 00:00")
    assert due(book, "c/x", "working_days", "2026-01-05 23:00", 1) == at("2026-01-07 00:00")
    assert book.spent("c/x", "working_days", at("2026-01-05 23:00"), at("2026-01-06 23:59")) == 0
    assert book.spent("c/x", "working_days", at("2026-01-05 23:00"), at("2026-01-07 00:00")) == 1


def test_a_day_that_closes_at_midnight_does_not_ask_for_the_next_one() -> None:
    campus = campus_of('mon-fri = ["20:00-24:00"]', years=plain_years(2026, 2026))
    asked: tuple[tuple[Mode, int], ...] = (("working_days", 1), ("staffed", 8 * 60))
    for mode, amount in asked:
        found = book_of(campus).add("c/x", mode, at("2026-12-30 12:00"), amount)
        assert (found.at, found.provisional) == (at("2027-01-01 00:00"), False)


def test_a_year_end_is_crossed() -> None:
    campus = campus_of(years=plain_years(2026, 2026) | {2027: year_of(2027, _holiday("2027-01-01"))})
    found = book_of(campus).add("c/x", "working_days", at("2026-12-31 12:00"), 1)
    assert (found.at, found.provisional) == (at("2027-01-04 21:00"), False)


def test_a_year_that_nobody_published_is_provisional_and_named() -> None:
    found = shipped_book().add("main/phone", "working_days", at("2026-12-31 12:00"), 1)
    assert (found.at, found.provisional) == (at("2027-01-01 21:00"), True)
    assert [r.values for r in found.reasons if r.code == "provisional-year"] == [{"year": 2027}]


def test_a_draft_of_a_year_is_used_and_marked_provisional() -> None:
    draft = year_of(2027, _holiday("2027-01-01"), published=False)
    campus = campus_of(years=plain_years(2026, 2026) | {2027: draft})
    found = book_of(campus).add("c/x", "working_days", at("2026-12-31 12:00"), 1)
    assert (found.at, found.provisional) == (at("2027-01-04 21:00"), True)


@pytest.mark.parametrize(
    ("mode", "start", "amount", "provisional"),
    [
        ("wall", "2027-05-01 12:00", 60, False),  # no calendar was asked
        ("hybrid", "2026-12-31 20:00", 24 * 60, False),  # the day of beginning is published
        ("hybrid", "2026-12-31 22:00", 1, True),
        ("staffed", "2026-12-31 20:00", 60, False),
        ("staffed", "2026-12-31 20:00", 61, True),
        ("working_days", "2024-12-31 12:00", 1, False),  # the day of the start is not counted, so not asked for
        ("working_days", "2024-12-31 12:00", 0, True),
    ],
)
def test_only_years_that_were_counted_make_a_time_provisional(
    mode: Mode, start: str, amount: int, provisional: bool
) -> None:
    assert shipped_book().add("main/phone", mode, at(start), amount).provisional is provisional


def test_a_closure_extended_hours_and_an_opened_weekend_are_followed() -> None:
    campus = campus_of(
        years=plain_years(),
        more=_override("on = 2026-01-06\nclosed = true")
        + _override('from = 2026-01-05\nto = 2026-01-09\ndays = "working"\nstaffed = ["10:00-23:00"]\nchannels = ["x"]')
        + _override("on = 2026-01-06\nclosed = true")
        + _override('from = 2026-01-10\nto = 2026-01-11\ndays = "rest"\nstaffed = ["12:00-14:00"]'),
    )
    book = book_of(campus)
    assert due(book, "c/x", "staffed", "2026-01-05 22:00", 61) == at("2026-01-07 10:01")
    assert due(book, "c/x", "hybrid", "2026-01-09 23:30", 60) == at("2026-01-10 13:00")
    assert due(book, "c/x", "working_days", "2026-01-05 12:00", 3) == at("2026-01-09 23:00")
    assert due(book, "c/x", "working_days", "2026-01-09 12:00", 1) == at("2026-01-12 21:00")  # still a weekend


def test_a_weekend_that_the_house_declares_a_working_day_counts_as_one() -> None:
    more = _override('on = 2026-01-10\nstaffed = ["12:00-14:00"]\nworking_day = true')
    book = book_of(campus_of(years=plain_years(), more=more))
    assert due(book, "c/x", "working_days", "2026-01-09 12:00", 1) == at("2026-01-10 14:00")


def test_a_channel_staffed_on_saturday_does_not_make_saturday_a_working_day() -> None:
    staffed = WEEKDAYS_10_21 + '\nsat = ["10:00-12:00"]'
    book = book_of(campus_of(staffed, years=plain_years()))
    assert due(book, "c/x", "staffed", "2026-01-09 21:00", 30) == at("2026-01-10 10:30")
    assert due(book, "c/x", "working_days", "2026-01-09 12:00", 1) == at("2026-01-12 21:00")
    wide = book_of(campus_of(staffed, top='working_week = "mon-sat"', years=plain_years()))
    assert due(wide, "c/x", "working_days", "2026-01-09 12:00", 1) == at("2026-01-10 12:00")


@pytest.mark.parametrize(
    ("mode", "calendar"), [("staffed", "never"), ("hybrid", "never"), ("working_days", "saturday")]
)
def test_a_calendar_that_never_opens_is_refused(mode: Mode, calendar: str) -> None:
    with pytest.raises(NoStaffedTime) as refusal:
        berlin_book().add(f"berlin/{calendar}", mode, at("2026-01-05 12:00"), 1)
    assert refusal.value.details == {"calendar": f"berlin/{calendar}"}


def test_an_unknown_calendar_is_refused_in_every_mode() -> None:
    for mode in ("wall", "staffed", "hybrid", "working_days"):
        with pytest.raises(UnknownCalendar) as refusal:
            shipped_book().add("main/pigeon", mode, at("2026-01-05 12:00"), 1)
        assert refusal.value.details["calendar"] == "main/pigeon"
        assert "main/phone" in refusal.value.details["known"]
    with pytest.raises(UnknownCalendar):
        shipped_book().spent("main", "wall", at("2026-01-05 12:00"), at("2026-01-06 12:00"))


def test_senseless_questions_are_refused() -> None:
    book, start = shipped_book(), at("2026-01-05 12:00")
    with pytest.raises(ValueError, match="negative"):
        book.add("main/phone", "wall", start, -1)
    with pytest.raises(ValueError, match="aware"):
        book.add("main/phone", "wall", NAIVE, 1)
    with pytest.raises(ValueError, match="no way of counting"):
        book.add("main/phone", "business", start, 1)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="aware"):
        book.spent("main/phone", "wall", NAIVE, NAIVE)
    for mode in ("wall", "staffed", "hybrid", "working_days"):
        with pytest.raises(TooFar):
            book.add("main/phone", mode, start, 10**12)
        with pytest.raises(TooFar):
            book.add("main/phone", mode, datetime(9999, 12, 31, 23, tzinfo=UTC), 1)


@pytest.mark.parametrize(
    ("mode", "start", "end", "spent"),
    [
        ("wall", "2026-01-05 12:00", "2026-01-05 12:59:59", 59),
        ("hybrid", "2026-01-05 22:00", "2026-01-06 09:59", 0),
        ("hybrid", "2026-01-05 22:00", "2026-01-06 10:30", 30),
        ("hybrid", "2026-01-05 20:00", "2026-01-05 23:00", 180),
        ("staffed", "2026-01-05 20:00", "2026-01-06 11:00", 120),
        ("staffed", "2026-01-09 20:00", "2026-01-12 10:00", 60),
        ("working_days", "2026-01-05 12:00", "2026-01-05 23:00", 0),
        ("working_days", "2026-01-05 12:00", "2026-01-06 20:59", 0),
        ("working_days", "2026-01-05 12:00", "2026-01-06 21:00", 1),
        ("working_days", "2026-01-05 12:00", "2026-01-12 20:00", 4),
        ("working_days", "2026-09-29 12:00", "2026-10-10 22:00", 4),  # 30 September, 8, 9 and the worked 10 October
        ("working_days", "2026-01-05 12:00", "2026-01-05 12:00", 0),
        ("wall", "2026-01-05 12:00", "2026-01-04 12:00", 0),
    ],
)
def test_what_was_spent_is_told_in_the_unit_of_the_mode(mode: Mode, start: str, end: str, spent: int) -> None:
    assert shipped_book().spent("main/phone", mode, at(start), at(end)) == spent


def test_a_pause_and_a_resumption_give_back_exactly_what_was_left() -> None:
    book = shipped_book()
    received, paused, resumed = at("2026-01-05 12:00"), at("2026-01-07 15:00"), at("2026-01-12 11:00")
    left = 7 - book.spent("main/phone", "working_days", received, paused)
    assert left == 6
    assert book.add("main/phone", "working_days", resumed, left).at == at("2026-01-20 21:00")
    left = 240 - book.spent("main/phone", "staffed", at("2026-01-05 20:00"), at("2026-01-06 11:30"))
    assert left == 90
    assert book.add("main/phone", "staffed", at("2026-01-09 20:00"), left).at == at("2026-01-12 10:30")


@pytest.mark.parametrize(
    ("mode", "budget", "percent", "expected"),
    [
        ("working_days", 3, 75, 2),
        ("working_days", 7, 75, 5),
        ("working_days", 1, 75, 0),
        ("working_days", 3, 100, 3),
        ("hybrid", 60, 75, 45),
        ("hybrid", 240, 150, 360),
        ("staffed", 61, 75, 45),
        ("wall", 0, 75, 0),
    ],
)
def test_a_share_of_a_budget_is_rounded_down(mode: Mode, budget: int, percent: int, expected: int) -> None:
    assert share_of(mode, budget, percent) == expected


def test_a_senseless_share_is_refused() -> None:
    for mode, budget, percent in (("wall", -1, 5), ("wall", 1, -5), ("week", 1, 5)):
        with pytest.raises(ValueError):
            share_of(mode, budget, percent)  # type: ignore[arg-type]


def test_a_long_history_is_counted() -> None:
    assert berlin_book().spent("berlin/night", "staffed", at("1990-01-01 00:00"), at("2026-01-01 00:00")) > 6_000_000
    with pytest.raises(TooFar):
        berlin_book().spent("berlin/night", "staffed", at("1990-01-01 00:00"), at("2500-01-01 00:00"))


def test_the_answer_is_in_utc_whatever_zone_asks() -> None:
    start = at("2026-01-05 12:00")
    for asked in (start, start.astimezone(None), start.astimezone(UTC)):
        found = shipped_book().add("main/phone", "hybrid", asked, 60).at
        assert (found, found.tzinfo, found.utcoffset()) == (start + timedelta(hours=1), UTC, timedelta(0))


def _holiday(on: str) -> str:
    return f'\n[[holidays]]\non = {on}\nname = {{ zh-CN = "元旦", ko = "신정", en = "New Year" }}\n'


def _override(text: str) -> str:
    return f'\n[[overrides]]\n{text}\nname = {{ zh-CN = "特", ko = "특", en = "special" }}\n'
