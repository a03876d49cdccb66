"""The words of a timer: lengths count from the instant at which the timer was armed, clocks are asked at each look."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from engine.clocks.case_clocks import Clock
from engine.expressions.timer_text import IsoDuration
from engine.model.due import Calendars, Due, Reason

LENGTHS: Final = frozenset({"minutes", "hours", "days", "working_days"})
"""The words that count from arming."""
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Moment:
    """What a timer comes to."""

    due: Due
    length: bool = False
    """True: counted from the instant of arming."""
    days: int | None = None
    """The working days it was counted by: the one length that a calendar can move later."""


def timer_words(
    armed: datetime, *, calendars: Calendars, calendar: str, clock: Callable[[str], Clock | None]
) -> Mapping[str, Callable[..., Moment | None]]:
    """Return what a timer's expression may call, for a timer armed at `armed` (aware); `clock` finds one by its name.

    `deadline` gives None while the clock is absent or does not run. Raises what `Calendars.add` does.
    """

    def length(unit: timedelta) -> Callable[[Any], Moment]:
        return lambda number: Moment(counted(armed, float(number) * unit), length=True)

    def working_days(number: Any) -> Moment:
        days = int(number)
        return Moment(calendars.add(calendar, "working_days", armed, days), length=True, days=days)

    def deadline(name: str) -> Moment | None:
        found = clock(name)
        return None if found is None or found.state != "running" or found.due_at is None else Moment(follows(found))

    return {
        "minutes": length(_MINUTE),
        "hours": length(timedelta(hours=1)),
        "days": length(timedelta(days=1)),
        "working_days": working_days,
        "date": lambda text: Moment(fixed(datetime.fromisoformat(text))),
        "deadline": deadline,
    }


def counted(armed: datetime, length: timedelta) -> Due:
    """Return a length by the clock on the wall, explained."""
    minutes, rest = divmod(length, _MINUTE)
    rule = () if rest or minutes < 0 else (Reason("rule", {"mode": "wall", "amount": minutes}),)
    return Due(armed + length, (*rule, Reason("counted-from", {"at": armed.isoformat()})))


def counted_by(duration: IsoDuration, at: datetime) -> Due:
    """Return an ISO 8601 length that ends at `at`, explained as far as its end tells its start: months do not."""
    return Due(at) if duration.months else counted(at - duration.rest, duration.rest)


def fixed(at: datetime) -> Due:
    """Return an instant that the diagram or a fact names, explained."""
    return Due(at, (Reason("fixed-moment"),))


def follows(clock: Clock) -> Due:
    """Return the due time of a clock that runs, explained by naming the clock, which explains itself."""
    assert clock.due_at is not None
    return Due(clock.due_at, (Reason("follows-clock", {"name": clock.name, "key": clock.key}),), clock.provisional)
