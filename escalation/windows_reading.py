"""Reads hours as process owners write them: `mon-fri = ["09:00-12:00", "13:00-18:00"]`."""

from __future__ import annotations

import re
from itertools import pairwise

from escalation.calendar import Windows
from escalation.config_section import Section
from escalation.local_time import MIDNIGHT

WEEKDAYS: tuple[str, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""0 Monday .. 6 Sunday."""

WINDOW = re.compile(r"([0-9]{2}):([0-9]{2})-([0-9]{2}):([0-9]{2})")

Week = tuple[Windows, ...]
"""Seven days' windows, Monday first."""


def read_windows(table: Section, name: str) -> Windows:
    """Return the windows of one day, in order. Raises ConfigProblem for what is no window, or overlaps."""
    windows: list[tuple[int, int]] = []
    for place, text in enumerate(table.texts(name), start=1):
        where = f"{name}#{place}"
        match = WINDOW.fullmatch(text)
        if match is None:
            raise table.problem(where, f"{text!r} is not written like 09:00-18:00")
        hour, minute, end_hour, end_minute = map(int, match.groups())
        begin, end = hour * 60 + minute, end_hour * 60 + end_minute
        if minute > 59 or end_minute > 59 or begin >= MIDNIGHT or end > MIDNIGHT:
            raise table.problem(where, f"{text!r} has a time that no clock shows (24:00 only as an end)")
        if end <= begin:
            raise table.problem(
                where, f"{text!r} ends before it begins; write a night as two windows, up to 24:00 and from 00:00"
            )
        windows.append((begin, end))
    windows.sort()
    for (_, end), (begin, _) in pairwise(windows):
        if begin < end:
            raise table.problem(name, f"has windows that overlap at {begin // 60:02d}:{begin % 60:02d}")
    return tuple(windows)


def read_week(table: Section) -> Week:
    """Return a table such as `mon-fri = [...]`, `sat = [...]`; weekdays that are not named have no hours."""
    week: dict[int, Windows] = {}
    for name in table.names():
        windows = read_windows(table, name)
        for weekday in _weekdays(table, name, name):
            if weekday in week:
                raise table.problem(name, f"gives {WEEKDAYS[weekday]} a second time")
            week[weekday] = windows
    table.finish()
    return tuple(week.get(weekday, ()) for weekday in range(7))


def read_weekday(table: Section, name: str) -> int:
    """Return one weekday, 0 Monday .. 6 Sunday."""
    text = table.text(name)
    if text not in WEEKDAYS:
        raise table.problem(name, f"{text!r} is none of {', '.join(WEEKDAYS)}")
    return WEEKDAYS.index(text)


def read_weekdays(table: Section, name: str) -> tuple[int, ...]:
    """Return a text such as `mon-fri` or `sun-thu,sat` as weekdays."""
    return _weekdays(table, name, table.text(name))


def _weekdays(table: Section, name: str, text: str) -> tuple[int, ...]:
    found: list[int] = []
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        if first not in WEEKDAYS or (last or first) not in WEEKDAYS:
            raise table.problem(name, f"{text!r} names no weekdays; write mon, mon-fri or mon,wed,fri")
        begin, length = WEEKDAYS.index(first), (WEEKDAYS.index(last or first) - WEEKDAYS.index(first)) % 7
        found += [(begin + ahead) % 7 for ahead in range(length + 1)]
    return tuple(found)
