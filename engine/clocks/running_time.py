"""Time that a clock runs: amounts are laid over the stretches in which it runs, one after the other, not over pauses.

A due time, its extension and every rung are worked out here, so that a pause counts for all of them alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.model.due import Calendars, Due, Mode, Reason

Stretch = tuple[datetime, datetime | None]
"""From and until when a clock ran, both aware; until None: it still runs."""
Part = tuple[Mode, int]
"""How time is counted, and how much: minutes, or working days."""

_ALSO_WALL = frozenset({"wall", "staffed", "hybrid"})
_OF_ITS_OWN = frozenset({"rule", "calendar", "counted-from", "counted-from-opening", "day-of-start-not-counted"})
"""What an explanation says once, for its first part: the others say what they add to it."""


@dataclass(frozen=True)
class Reached:
    """A point that running time comes to, from which more of it can be counted."""

    due: Due
    stretch: int
    """In which stretch it lies, the first is 0."""
    mode: Mode
    """How the time before it was counted."""


@dataclass(frozen=True)
class RunningTime:
    """The stretches in which a clock ran or runs, in order and at least one, and the calendar it is counted by."""

    calendar: str
    stretches: Sequence[Stretch]
    calendars: Calendars

    def reach(self, parts: Iterable[Part], *, behind: Reached | None = None) -> Reached | None:
        """Return where the parts, one after the other, are used up: from the start, or from a point `behind` them.

        None where no stretch that still runs is left. A part of 0 counts only as the very first (0 working days are
        a close of day). What is used up in a stretch is rounded down to whole minutes or closes. A new stretch counts
        like a start: hybrid time waits there for the next staffed opening, as it does behind working days; behind
        minutes it has begun already and runs on by the wall.
        """
        for mode, amount in parts:
            if behind is None or amount:
                behind = self._part(mode, amount, behind)
                if behind is None:
                    return None
        return behind

    def _part(self, mode: Mode, amount: int, behind: Reached | None) -> Reached | None:
        stretch = 0 if behind is None else behind.stretch
        at, end = self.stretches[stretch]
        counted: Mode = mode
        if behind is not None:
            at = behind.due.at
            counted = "wall" if mode == "hybrid" and behind.mode in _ALSO_WALL else mode
        found = self.calendars.add(self.calendar, counted, at, amount)
        while end is not None and found.at > end:
            amount -= self.calendars.spent(self.calendar, counted, at, end)
            stretch, counted = stretch + 1, mode
            if stretch == len(self.stretches):
                return None
            at, end = self.stretches[stretch]
            found = self.calendars.add(self.calendar, counted, at, amount)
        return Reached(found if behind is None else _joined(behind.due, found), stretch, mode)


def _joined(before: Due, more: Due) -> Due:
    """Return the later due time, with what was skipped on the whole way to it; days off are counted together."""
    reasons = list(before.reasons)
    for reason in more.reasons:
        known = [r for r in reasons if r.code == reason.code == "rest-days"]
        if known:
            days = sum(int(r.values["days"] or 0) for r in (*known, reason))
            reasons[reasons.index(known[0])] = Reason("rest-days", {"days": days})
        elif reason.code not in _OF_ITS_OWN and reason not in reasons:
            reasons.append(reason)
    return Due(more.at, tuple(reasons), before.provisional or more.provisional)
