"""A due time is asked for at every evaluation of a timer, so it must cost next to nothing."""

from __future__ import annotations

import timeit

from tests.escalation.builders import at, shipped_book


def test_seven_working_days_take_less_than_a_tenth_of_a_millisecond() -> None:
    """The best of many short rounds: what the code costs, not what else the machine was doing."""
    book, start = shipped_book(), at("2026-09-29 22:00")
    best = min(timeit.repeat(lambda: book.add("main/phone", "working_days", start, 7), number=50, repeat=40)) / 50
    assert best < 100e-6
