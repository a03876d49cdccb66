"""One channel's days in order, computed once each: what due-time arithmetic walks along."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

from escalation.calendar import IDLE_DAYS, Campus, Channel, Day, day_of
from escalation.refusals import NoStaffedTime, TooFar

REACH_DAYS = 100 * 366
"""No search goes further from its start than this."""

MOST_DAYS_KEPT = 20_000
"""Days kept in memory for a channel: more than fifty years, a few megabytes."""

EARLIEST, LATEST = datetime(1971, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC)
"""Instants outside of these are mistakes of whoever sent them, not times of a complaint."""


class Timeline:
    """The days of one channel. Safe to share between threads: a day is computed twice at worst, never wrongly."""

    def __init__(self, campus: Campus, channel: Channel) -> None:
        self.campus = campus
        self.channel = channel
        self.zone = campus.zone
        self.name = f"{campus.name}/{channel.name}"
        self._days: dict[int, Day] = {}

    def local_date(self, at: datetime) -> date:
        """Return the date that the campus' wall calendar shows at an aware instant. Raises TooFar, ValueError."""
        if at.tzinfo is None:
            raise ValueError("a due time is counted from an aware instant")
        if not EARLIEST <= at < LATEST:
            raise TooFar(f"{at.isoformat()} lies outside of what a calendar can count", at=at.isoformat())
        return at.astimezone(self.zone).date()

    def day(self, ordinal: int) -> Day:
        """Return the day with a proleptic Gregorian ordinal (`date.toordinal`)."""
        found = self._days.get(ordinal)
        if found is None:
            found = day_of(self.campus, self.channel, date.fromordinal(ordinal))
            if len(self._days) >= MOST_DAYS_KEPT:
                self._days.clear()
            self._days[ordinal] = found
        return found

    def days_between(self, first: date, last: date) -> Iterator[Day]:
        """Yield the days from a date to another, both included. Raises TooFar for more than a century of them."""
        if (last - first).days > REACH_DAYS:
            raise TooFar(f"From {first} to {last} is further than a calendar counts")
        return map(self.day, range(first.toordinal(), last.toordinal() + 1))

    def staffed_days_from(self, first: date) -> Iterator[Day]:
        """Yield the days on which somebody is there, from a date on; see `working_days_from` for what it raises."""
        return self._search(first, working=False)

    def working_days_from(self, first: date) -> Iterator[Day]:
        """Yield the working days from a date on.

        Raises NoStaffedTime where two years bring none, TooFar where the search leaves a century behind.
        """
        return self._search(first, working=True)

    def next_staffed(self, at: datetime) -> datetime:
        """Return the first instant (UTC) not before `at` at which somebody is there."""
        for day in self.staffed_days_from(self.local_date(at)):
            for begin, end in day.staffed:
                if at < end:
                    return begin if begin > at else at.astimezone(UTC)
        raise AssertionError("the search ends by finding or by raising")

    def _search(self, first: date, *, working: bool) -> Iterator[Day]:
        idle = 0
        begin = first.toordinal()
        for ordinal in range(begin, begin + REACH_DAYS):
            day = self.day(ordinal)
            if day.working if working else day.staffed:
                idle = 0
                yield day
            elif (idle := idle + 1) > IDLE_DAYS:
                what = "has no working day" if working else "has no staffed hours"
                raise NoStaffedTime(
                    f"The calendar {self.name} {what} in two years from {day.on}, so no due time can be promised",
                    calendar=self.name,
                )
        raise TooFar(f"More than a hundred years of the calendar {self.name} would have to be counted")
