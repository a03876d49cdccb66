"""Due times worked out the slow way: minute by minute, and day by day, over one simple calendar.

Knows nothing of the engine: it is what the engine's clocks are compared with.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta, timezone

HERE = timezone(timedelta(hours=8))
MINUTE = timedelta(minutes=1)
OPENS, CLOSES = time(10), time(21)

Stretch = tuple[datetime, datetime | None]
"""A stretch in which the clock ran; None: it still runs."""


def works(day: date, holidays: Collection[date]) -> bool:
    """Monday to Friday, but for holidays."""
    return day.weekday() < 5 and day not in holidays


def staffed(at: datetime, holidays: Collection[date]) -> bool:
    """Whether somebody is there in the minute that begins now."""
    local = at.astimezone(HERE)
    return works(local.date(), holidays) and OPENS <= local.time() < CLOSES


def stretches(start: datetime, pauses: Sequence[tuple[datetime, datetime | None]]) -> list[Stretch]:
    """The stretches between pauses."""
    found: list[Stretch] = []
    at: datetime | None = start
    for begin, end in pauses:
        if at is not None:
            found.append((at, begin))
        at = end
    return [*found, (at, None)] if at is not None else found


def due(
    start: datetime,
    pauses: Sequence[tuple[datetime, datetime | None]],
    mode: str,
    amount: int,
    holidays: Collection[date],
) -> datetime | None:
    """When the budget is used up; None while paused."""
    if pauses and pauses[-1][1] is None:
        return None
    used = 0
    for begin, end in stretches(start, pauses):
        found, used = (_by_days if mode == "working_days" else _by_minutes)(mode, begin, end, used, amount, holidays)
        if found is not None:
            return found
    raise AssertionError("a running clock is due some time")


def _by_minutes(
    mode: str, begin: datetime, end: datetime | None, used: int, amount: int, holidays: Collection[date]
) -> tuple[datetime | None, int]:
    at = begin
    while mode == "hybrid" and not staffed(at, holidays):
        at += MINUTE
    while end is None or at <= end:
        if used == amount:
            return at, used
        if end is not None and at == end:
            break
        used += mode != "staffed" or staffed(at, holidays)
        at += MINUTE
    return None, used


def _by_days(
    mode: str, begin: datetime, end: datetime | None, used: int, amount: int, holidays: Collection[date]
) -> tuple[datetime | None, int]:
    day = begin.astimezone(HERE).date()
    if used < amount or close_of(day) <= begin:
        day += timedelta(days=1)
    while end is None or close_of(day) <= end:
        if works(day, holidays):
            used += used < amount
            if used == amount:
                return close_of(day), used
        day += timedelta(days=1)
    return None, used


def close_of(day: date) -> datetime:
    """Closing time of a day."""
    return datetime.combine(day, CLOSES, HERE)


def later(at: datetime, mode: str, amount: int, holidays: Collection[date]) -> datetime:
    """A due time after an extension by minutes on the wall, or working days."""
    if mode == "wall":
        return at + amount * MINUTE
    found = due(at, (), "working_days", amount, holidays)
    assert found is not None
    return found
