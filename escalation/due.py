"""Due-time arithmetic: the engine's `Calendars` protocol over the institution's calendars.

Four ways of counting (X-02, R-002-26..28):

- `wall`: minutes by the clock, day and night.
- `staffed`: only minutes at which somebody is there.
- `hybrid`: minutes by the clock, beginning no earlier than the next staffed moment.
- `working_days`: the day of the start is not counted, due at the staffed close of the n-th working day after it;
  n = 0 is the close of the day of the start where that is a working day and has not closed, else of the next one.

What `add` and `spent` owe each other, for s <= t and k = spent(s, t):

- wall and staffed: add(s, k) <= t < add(s, k + 1).
- hybrid: the same, once the counting has begun; before it k = 0 and add(s, 0) is the moment of beginning.
- working_days: t < add(s, k + 1), and add(s, k) <= t where k > 0.

Arithmetic is on instants, so a day of 23 or 25 hours is counted as long as it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from engine.errors import UnknownCalendar
from engine.model.due import MODES, Due, Mode, most_of
from escalation.calendar import Campus
from escalation.due_reasons import reasons_of
from escalation.local_time import MIDNIGHT, instant_of
from escalation.refusals import TooFar
from escalation.timeline import Timeline

MINUTE = timedelta(minutes=1)


def share_of(mode: Mode, budget: int, percent: int) -> int:
    """Return `percent` (>= 0, may exceed 100) of a budget in the mode's own unit, rounded down.

    75 % of three working days is day 2; 75 % of 61 minutes is 45. Raises ValueError for an unknown mode or a
    negative number.
    """
    _check(mode, budget)
    if percent < 0:
        raise ValueError("a share is not negative")
    return budget * percent // 100


class CalendarBook:
    """All calendars of an installation, ready to be asked; implements `engine.model.due.Calendars`.

    Immutable: when a file changes, build a new book and recalculate.
    """

    def __init__(self, campuses: Mapping[str, Campus]) -> None:
        self._timelines = {
            f"{campus.name}/{channel.name}": Timeline(campus, channel)
            for campus in campuses.values()
            for channel in campus.channels.values()
        }

    @property
    def names(self) -> tuple[str, ...]:
        """The calendars that can be asked for, such as `main/phone`."""
        return tuple(self._timelines)

    def timeline(self, calendar: str) -> Timeline:
        """Return the days of one calendar, `campus/channel`. Raises UnknownCalendar."""
        found = self._timelines.get(calendar)
        if found is None:
            raise UnknownCalendar(
                f"No calendar file defines {calendar!r}; known are {', '.join(self._timelines)}",
                calendar=calendar,
                known=list(self._timelines),
            )
        return found

    def add(self, calendar: str, mode: Mode, start: datetime, amount: int) -> Due:
        """Return the instant `amount` (minutes, or working days) after the aware `start`, with its reasons.

        Pure. Raises UnknownCalendar; NoStaffedTime where the calendar never opens; TooFar for an amount above twenty
        years; ValueError for a naive start, an unknown mode or a negative amount.
        """
        timeline = self.timeline(calendar)
        _check(mode, amount)
        if amount > most_of(mode):
            raise TooFar(f"A budget of {amount} ({mode}) is longer than twenty years", amount=amount, mode=mode)
        timeline.local_date(start)
        start = start.astimezone(UTC)
        begin = start
        if mode == "wall":
            at = start + amount * MINUTE
        elif mode == "hybrid":
            begin = timeline.next_staffed(start)
            at = begin + amount * MINUTE
        elif mode == "staffed":
            begin = timeline.next_staffed(start) if amount else start
            at = _staffed_end(timeline, start, amount)
        else:
            at = _working_day_close(timeline, start, amount)
        reasons = reasons_of(timeline, mode, amount, start=start, begin=begin, at=at)
        return Due(at=at, reasons=reasons, provisional=any(reason.code == "provisional-year" for reason in reasons))

    def spent(self, calendar: str, mode: Mode, start: datetime, end: datetime) -> int:
        """Return how much of a budget lies between two aware instants, in the mode's unit, rounded down.

        0 when `end` <= `start`. working_days: the staffed closes reached (a close is reached at its very instant) on
        working days after the day of the start. Raises like `add`.
        """
        timeline = self.timeline(calendar)
        _check(mode, 0)
        first, last = timeline.local_date(start), timeline.local_date(end)
        if end <= start:
            return 0
        start, end = start.astimezone(UTC), end.astimezone(UTC)
        if mode == "wall":
            return (end - start) // MINUTE
        if mode == "hybrid":
            return max(timedelta(0), end - timeline.next_staffed(start)) // MINUTE
        if mode == "staffed":
            spans = (span for day in timeline.days_between(first, last) for span in day.staffed)
            parts = (min(b, end) - max(a, start) for a, b in spans if a < end and b > start)
            return sum(parts, timedelta(0)) // MINUTE
        later = timeline.days_between(first + timedelta(days=1), last)
        return sum(1 for day in later if day.working and day.staffed[-1][1] <= end)

    def close(self, calendar: str, on: date) -> datetime:
        """Return when what is due on a day is due (UTC): at its staffed close, or at midnight where nobody is there.

        A day that was named stays that day: the close of the day before would break the word early, that of the next
        working day would make it longer. Raises UnknownCalendar, TooFar.
        """
        timeline = self.timeline(calendar)
        timeline.local_date(datetime(on.year, on.month, on.day, tzinfo=UTC))
        staffed = timeline.day(on.toordinal()).staffed
        return staffed[-1][1] if staffed else instant_of(timeline.zone, on, MIDNIGHT)


def _check(mode: str, amount: int) -> None:
    if mode not in MODES:
        raise ValueError(f"{mode!r} is no way of counting: {', '.join(MODES)}")
    if amount < 0:
        raise ValueError("a budget is not negative")


def _staffed_end(timeline: Timeline, start: datetime, amount: int) -> datetime:
    """Return the earliest instant with `amount` staffed minutes behind it: a full last window ends at its close."""
    left = amount * MINUTE
    if not left:
        return start
    for day in timeline.staffed_days_from(timeline.local_date(start)):
        for opening, end in day.staffed:
            if end <= start:
                continue
            begin = max(opening, start)
            if end - begin >= left:
                return begin + left
            left -= end - begin
    raise AssertionError("the search ends by finding or by raising")


def _working_day_close(timeline: Timeline, start: datetime, amount: int) -> datetime:
    first = timeline.local_date(start)
    for day in timeline.working_days_from(first):
        close = day.staffed[-1][1]
        if day.on == first:
            if amount == 0 and start <= close:
                return close
            continue
        if amount <= 1:
            return close
        amount -= 1
    raise AssertionError("the search ends by finding or by raising")
