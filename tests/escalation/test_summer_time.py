"""Days of 23 and 25 hours, in both directions, and stranger things that zones have done."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from engine.model.due import Mode, Reason
from escalation.local_time import instant_of
from tests.escalation.builders import EUROPE, at, berlin_book, book_of, campus_of, plain_years

# In 2026 the clocks of Europe go forward on 29 March (02:00 to 03:00) and back on 25 October (03:00 to 02:00).


@pytest.mark.parametrize(
    ("calendar", "mode", "start", "amount", "expected"),
    [
        ("night", "staffed", "2026-03-28 23:00", 3 * 60, "2026-03-29 03:00"),  # 02:00 to 03:00 never was
        ("night", "staffed", "2026-10-24 23:00", 3 * 60, "2026-10-25 02:00"),  # two hours on, the first 02:00
        ("night", "staffed", "2026-10-24 23:00", 6 * 60, "2026-10-25 04:00"),  # 02:00 to 03:00 was twice
        ("night", "wall", "2026-03-28 12:00", 24 * 60, "2026-03-29 13:00"),
        ("night", "wall", "2026-10-24 12:00", 24 * 60, "2026-10-25 11:00"),
        ("day", "hybrid", "2026-03-27 18:00", 60, "2026-03-30 10:00"),
        ("day", "staffed", "2026-10-23 16:30", 60, "2026-10-26 09:30"),
        ("day", "working_days", "2026-03-27 18:00", 1, "2026-03-30 17:00"),
        ("day", "working_days", "2026-10-23 18:00", 1, "2026-10-26 17:00"),
    ],
)
def test_time_is_counted_as_it_passed(calendar: str, mode: Mode, start: str, amount: int, expected: str) -> None:
    book = berlin_book()
    begun = at(start, EUROPE)
    found = book.add(f"berlin/{calendar}", mode, begun, amount)
    assert found.at == at(expected, EUROPE)
    assert book.spent(f"berlin/{calendar}", mode, begun, found.at) == amount


def test_a_move_of_the_clocks_is_explained() -> None:
    forward = berlin_book().add("berlin/night", "wall", at("2026-03-28 12:00", EUROPE), 24 * 60)
    back = berlin_book().add("berlin/night", "wall", at("2026-10-24 12:00", EUROPE), 24 * 60)
    same = berlin_book().add("berlin/night", "wall", at("2026-10-26 12:00", EUROPE), 24 * 60)
    assert forward.reasons[-1] == Reason("dst", {"on": "2026-03-29", "minutes": 60})
    assert back.reasons[-1] == Reason("dst", {"on": "2026-10-25", "minutes": -60})
    assert [reason.code for reason in same.reasons] == ["rule", "calendar", "counted-from"]


def test_a_window_inside_the_missing_hour_does_not_happen() -> None:
    """01:00-02:15 ends with the jump, 02:15-02:45 is empty, 02:45-04:00 begins with the jump, at 03:00."""
    ordinary = at("2026-03-22 01:00", EUROPE), at("2026-03-22 04:00", EUROPE)
    jump = at("2026-03-29 01:00", EUROPE), at("2026-03-29 04:00", EUROPE)
    back = at("2026-10-25 01:00", EUROPE), at("2026-10-25 04:00", EUROPE)
    spent = [berlin_book().spent("berlin/jump", "staffed", *span) for span in (ordinary, jump, back)]
    assert spent == [180, 120, 240]
    days = berlin_book().timeline("berlin/jump")
    assert days.day(date(2026, 3, 29).toordinal()).staffed == (
        (at("2026-03-29 01:00", EUROPE), datetime(2026, 3, 29, 1, tzinfo=UTC)),
        (datetime(2026, 3, 29, 1, tzinfo=UTC), at("2026-03-29 04:00", EUROPE)),
    )


@pytest.mark.parametrize(
    ("zone", "on", "minute", "expected"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 119, datetime(2026, 3, 29, 0, 59, tzinfo=UTC)),
        ("Europe/Berlin", date(2026, 3, 29), 120, datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        ("Europe/Berlin", date(2026, 3, 29), 150, datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        ("Europe/Berlin", date(2026, 3, 29), 180, datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        ("Europe/Berlin", date(2026, 10, 25), 150, datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("America/New_York", date(2026, 3, 8), 150, datetime(2026, 3, 8, 7, 0, tzinfo=UTC)),
        ("America/Santiago", date(2025, 9, 7), 0, datetime(2025, 9, 7, 4, 0, tzinfo=UTC)),  # midnight itself is missing
        ("America/Santiago", date(2025, 9, 6), 1440, datetime(2025, 9, 7, 4, 0, tzinfo=UTC)),
        ("Australia/Lord_Howe", date(2026, 10, 4), 135, datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),  # half an hour
        ("Pacific/Apia", date(2011, 12, 30), 720, datetime(2011, 12, 30, 10, 0, tzinfo=UTC)),  # a day that never was
    ],
)
def test_a_time_that_never_comes_is_the_moment_of_the_jump(
    zone: str, on: date, minute: int, expected: datetime
) -> None:
    assert instant_of(ZoneInfo(zone), on, minute) == expected


def test_the_times_of_a_day_never_run_backwards() -> None:
    for zone in ("Europe/Berlin", "America/New_York", "America/Santiago", "Australia/Lord_Howe", "America/St_Johns"):
        key = ZoneInfo(zone)
        for ordinal in range(date(2026, 1, 1).toordinal(), date(2027, 1, 1).toordinal(), 1):
            on = date.fromordinal(ordinal)
            shown = [instant_of(key, on, minute) for minute in range(0, 1441, 60)]
            assert shown == sorted(shown)
            assert shown[-1] == instant_of(key, date.fromordinal(ordinal + 1), 0)


def test_a_day_that_was_skipped_has_no_hours() -> None:
    book = book_of(campus_of('mon-sun = ["09:00-17:00"]', zone="Pacific/Apia", years=plain_years(2011, 2012)))
    apia = ZoneInfo("Pacific/Apia")
    assert book.add("c/x", "staffed", at("2011-12-29 16:00", apia), 61).at == at("2011-12-31 09:01", apia)
    found = book.add("c/x", "working_days", at("2011-12-29 16:00", apia), 1)
    assert found.at == at("2012-01-02 17:00", apia)
