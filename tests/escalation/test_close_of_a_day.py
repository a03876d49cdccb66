"""What is due on a day is due when that day closes."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import UnknownCalendar
from escalation.refusals import TooFar
from tests.escalation.builders import LABELS, SHANGHAI, at, book_of, campus_of, plain_years, year_of

OVERRIDE = f'[[overrides]]\non = 2026-03-04\nstaffed = ["10:00-12:00"]\nname = {LABELS}\n'
HOLIDAY = f"[[holidays]]\non = 2026-10-01\nname = {LABELS}\n"
MAKE_UP = f'[[make_up_days]]\non = 2026-10-10\nworks_as = "mon"\nname = {LABELS}\n'
BOOK = book_of(
    campus_of(
        'mon-fri = ["10:00-21:00"]\nsun = ["22:00-24:00"]',
        more=OVERRIDE,
        years={**plain_years(), 2026: year_of(2026, HOLIDAY + MAKE_UP)},
    )
)


@pytest.mark.parametrize(
    ("on", "close"),
    [
        (date(2026, 3, 3), "2026-03-03 21:00"),
        (date(2026, 3, 4), "2026-03-04 12:00"),
        (date(2026, 3, 7), "2026-03-08 00:00"),
        (date(2026, 3, 8), "2026-03-09 00:00"),
        (date(2026, 10, 1), "2026-10-02 00:00"),
        (date(2026, 10, 10), "2026-10-10 21:00"),
        (date(2027, 1, 1), "2027-01-01 21:00"),
    ],
)
def test_a_day_closes_with_its_last_window_and_at_midnight_without_one(on: date, close: str) -> None:
    assert BOOK.close("c/x", on) == at(close)


@given(st.dates(date(2020, 1, 2), date(2035, 12, 30)))
def test_the_close_of_a_day_lies_on_that_day_or_is_its_end(on: date) -> None:
    local = BOOK.close("c/x", on).astimezone(SHANGHAI)
    begin = datetime(on.year, on.month, on.day, tzinfo=SHANGHAI)
    assert 0 < (local - begin).total_seconds() <= 24 * 3600


@pytest.mark.parametrize("on", [date.min, date.max, date(1900, 1, 1)])
def test_a_day_that_no_calendar_counts_is_refused(on: date) -> None:
    with pytest.raises(TooFar):
        BOOK.close("c/x", on)


def test_a_calendar_that_nobody_wrote_is_refused() -> None:
    with pytest.raises(UnknownCalendar):
        BOOK.close("c/y", date(2026, 3, 3))
