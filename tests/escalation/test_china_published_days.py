"""Every published day of China's holiday notices, 2011 to 2025, day by day."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from escalation.calendar import Campus, Holiday, MakeUpDay, is_working_day, staffed_windows
from escalation.calendar_files import load_calendars
from tests.escalation.builders import LABELS, SHIPPED, at, book_of, campus_of, year_of
from tests.support.shared import shared_data

YEARS = (*range(2011, 2020), 2024, 2025)


def notice(year: int) -> list[dict[str, Any]]:
    """The entries of one year's notice."""
    file = shared_data("calendar-cn") / f"{year}.json"
    days: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["days"]
    return days


def published() -> dict[date, bool]:
    """Whether each date that any notice names is a day off; a notice may name days of the December before."""
    return {date.fromisoformat(day["date"]): day["isOffDay"] for year in YEARS for day in notice(year)}


def campus_from_notices() -> Campus:
    texts: dict[int, str] = {}
    for on, off in sorted(published().items()):
        kind = "holidays" if off else "make_up_days"
        texts[on.year] = texts.get(on.year, "") + f"\n[[{kind}]]\non = {on}\nname = {LABELS}\n"
    return campus_of(years={year: year_of(year, text) for year, text in texts.items()})


def days_of(years: tuple[int, ...]) -> Iterator[date]:
    for year in years:
        on = date(year, 1, 1)
        while on.year == year:
            yield on
            on += timedelta(days=1)


def test_every_day_of_the_notices_is_what_the_notice_says() -> None:
    campus = campus_from_notices()
    channel = campus.channels["x"]
    days = published()
    wrong = []
    for on in days_of(YEARS):
        working = not days[on] if on in days else on.weekday() < 5
        if is_working_day(campus, channel, on) != working or bool(staffed_windows(campus, channel, on)) != working:
            wrong.append(on)
    assert wrong == []
    assert sum(not off for off in days.values()) > 60  # the make-up days were really among them
    assert len(days) == sum(len(notice(year)) for year in YEARS)


def test_working_days_between_dates_agree_with_counting_by_hand() -> None:
    campus = campus_from_notices()
    book = book_of(campus)
    days = published()
    for year in YEARS:
        working = [on for on in days_of((year,)) if (not days[on] if on in days else on.weekday() < 5)]
        start = at(f"{year}-01-01 12:00")
        later = [on for on in working if on > date(year, 1, 1)]
        for place in (0, 6, 100, len(later) - 1):
            assert book.add("c/x", "working_days", start, place + 1).at == at(f"{later[place]} 21:00")
        assert book.spent("c/x", "working_days", start, at(f"{year}-12-31 23:59")) == len(later)


def test_the_calendar_that_ships_agrees_with_the_notice_of_2025() -> None:
    shipped = load_calendars_of_main().years[2025]
    ours = {on: isinstance(entry, Holiday) for on, entry in shipped.days.items()}
    assert ours == {date.fromisoformat(day["date"]): day["isOffDay"] for day in notice(2025)}


@pytest.mark.parametrize(
    ("year", "worked"),
    [
        (2025, ("01-26", "02-08", "04-27", "09-28", "10-11")),
        (2026, ("01-04", "02-14", "02-28", "05-09", "09-20", "10-10")),
    ],
)
def test_the_make_up_days_that_ship_are_the_known_ones(year: int, worked: tuple[str, ...]) -> None:
    campus = load_calendars_of_main()
    made_up = sorted(on for on, entry in campus.years[year].days.items() if isinstance(entry, MakeUpDay))
    assert made_up == [date.fromisoformat(f"{year}-{day}") for day in worked]
    phone = campus.channels["phone"]
    weekends = [on for on in days_of((year,)) if on.weekday() > 4 and is_working_day(campus, phone, on)]
    assert weekends == made_up


def load_calendars_of_main() -> Campus:
    return load_calendars(SHIPPED).campuses["main"]
