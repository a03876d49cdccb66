"""Due times worked out the slow way: one walk along the time, minute by minute, and close by close for working days.

Knows nothing of the engine and of its way of reckoning: it is what the engine's clocks are compared with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta, timezone

HERE = timezone(timedelta(hours=8))
MINUTE = timedelta(minutes=1)
Hours = tuple[int, int]
"""From which minute of the day to which somebody is there."""
WEEKDAY: Hours = (10 * 60, 21 * 60)
Special = Mapping[date, Hours | None]
"""Dates with hours of their own; None: nobody is there. Hours at a weekend make no working day."""

Pauses = Sequence[tuple[datetime, datetime | None]]
Parts = Sequence[tuple[str, int]]
"""What has to be used up one after the other: how it is counted, and how much of it."""

_ORIGIN = datetime.combine(date(2026, 1, 1), time(), HERE)
_A_DAY = 24 * 60


def reached(start: datetime, pauses: Pauses, parts: Parts, special: Special) -> datetime | None:
    """When all parts are used up; None where the clock stands still before that. To the minute."""
    walk = _Walk(_minute(start), [(_minute(a), None if b is None else _minute(b)) for a, b in pauses], special)
    for number, (how, amount) in enumerate(parts):
        if number and not amount:
            continue
        if not walk.use_up(how, amount):
            return None
    return _ORIGIN + walk.at * MINUTE


class _Walk:
    """Somebody who walks along the time and knows, at every minute, whether the clock runs."""

    def __init__(self, at: int, pauses: list[tuple[int, int | None]], special: Special) -> None:
        self.at, self._pauses, self._special = at, pauses, special
        self._began = False
        """Whether hybrid time has begun since the clock runs without a break."""

    def use_up(self, how: str, amount: int) -> bool:
        """Walk on until so much is used; False where the clock stops for good before."""
        since, used = self.at, 0
        self._began = self._began and how == "hybrid"
        while not self._done(how, amount, used, since):
            if self._pauses and self._pauses[0][0] <= self.at:
                end = self._pauses.pop(0)[1]
                if end is None:
                    return False
                # It starts anew: the day of the resuming does not count, and hybrid time waits for the opening.
                self.at = since = end
                self._began = False
                continue
            if how == "working_days":
                self.at = min(self._next_close_or_midnight(), self._pauses[0][0] if self._pauses else 10**9)
                used += self._closes() and self.at // _A_DAY > since // _A_DAY
            else:
                self._began = self._began or self._staffed()
                used += how == "wall" or (self._staffed() if how == "staffed" else self._began)
                self.at += 1
        self._began = how != "working_days"
        return True

    def _done(self, how: str, amount: int, used: int, since: int) -> bool:
        if how == "hybrid":
            return used == amount and (self._began or self._staffed())
        if how == "working_days" and not amount:
            return self._closes()
        return used == amount

    def _hours(self) -> tuple[Hours | None, bool]:
        """The hours of the present day, and whether it is a working day."""
        day = (_ORIGIN + timedelta(days=self.at // _A_DAY)).date()
        hours = self._special.get(day, WEEKDAY if day.weekday() < 5 else None)
        return hours, hours is not None and day.weekday() < 5

    def _staffed(self) -> bool:
        hours, _ = self._hours()
        return hours is not None and hours[0] <= self.at % _A_DAY < hours[1]

    def _closes(self) -> bool:
        hours, works = self._hours()
        return works and hours is not None and self.at % _A_DAY == hours[1]

    def _next_close_or_midnight(self) -> int:
        hours, _ = self._hours()
        midnight = self.at - self.at % _A_DAY
        closes = midnight + (hours[1] if hours is not None else _A_DAY)
        return closes if closes > self.at else midnight + _A_DAY


def _minute(at: datetime) -> int:
    minutes, rest = divmod(at - _ORIGIN, MINUTE)
    assert not rest, "the walk goes by whole minutes"
    return minutes
