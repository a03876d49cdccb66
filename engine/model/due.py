"""Due times: the words in which the engine asks for them, and the answer with its explanation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, Literal, Protocol

Mode = Literal["wall", "staffed", "hybrid", "working_days"]
"""How a budget is counted: in minutes for the first three, in whole working days for the last (R-002-26..28, X-02)."""

MODES: tuple[Mode, ...] = ("wall", "staffed", "hybrid", "working_days")

MOST_DAYS: Final = 20 * 366
MOST_MINUTES: Final = MOST_DAYS * 24 * 60
"""Twenty years, in either unit: a longer time is a typing error, and no calendar counts it."""


def most_of(mode: Mode) -> int:
    """Return the largest amount that `Calendars.add` counts in a mode, in its own unit: minutes, or working days."""
    return MOST_DAYS if mode == "working_days" else MOST_MINUTES


@dataclass(frozen=True)
class Reason:
    """One step of an explanation: a stable code and what fills its sentence (JSON scalars only).

    `escalation/explain.py` turns a reason into a sentence in zh-CN, ko or en.
    """

    code: str
    values: Mapping[str, str | int | bool | None] = field(default_factory=dict)


def told(reasons: Iterable[Reason]) -> tuple[Mapping[str, Any], ...]:
    """Return reasons as JSON values: `code` and `values`."""
    return tuple({"code": reason.code, "values": dict(reason.values)} for reason in reasons)


@dataclass(frozen=True)
class Due:
    """An instant somebody must act by, and why."""

    at: datetime
    """Aware, UTC."""
    reasons: tuple[Reason, ...] = ()
    """In reading order: the rule, the calendar, the start, what was skipped."""
    provisional: bool = False
    """True when a year was counted that nobody has published yet; recomputed on publication."""


class Calendars(Protocol):
    """Due-time arithmetic over the institution's calendars. `escalation/` implements it; the engine only asks.

    `calendar` names campus and channel: `"main/phone"`. The pseudo channel `staff` is the hours of the house itself.
    """

    def add(self, calendar: str, mode: Mode, start: datetime, amount: int) -> Due:
        """Return the instant `amount` (minutes or working days, >= 0) after `start` (aware) as `mode` counts.

        Raises UnknownCalendar for a name that no file defines, Unfit for an amount above `most_of` the mode. Pure:
        the same arguments give the same answer as long as the calendar files are the same.
        """
        ...

    def spent(self, calendar: str, mode: Mode, start: datetime, end: datetime) -> int:
        """Return how much of a budget lies between two aware instants, in the mode's unit, rounded down (minutes;
        or the staffed closes passed, the day of the start not counted). 0 when `end` <= `start`.
        """
        ...

    def close(self, calendar: str, on: date) -> datetime:
        """Return the instant (UTC) at which what is due on a day is due: when the last who is there leaves; at
        midnight where nobody is there that day, which is still the day that was named. Raises UnknownCalendar.
        """
        ...
