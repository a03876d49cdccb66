"""Where instants come from. Rules take `now`; only the edges of the program hold a clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Gives the present instant."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock. It cannot be moved: production time is never a test's time."""

    def now(self) -> datetime:
        """Return the machine's time in UTC, with microseconds."""
        return datetime.now(UTC)  # noqa: TID251 - the one place that reads the wall clock


class MovableClock:
    """A clock for tests, scenarios and the demo: it stands still, or runs beside the machine's clock with an offset.

    `follow` names the clock to run beside; without one the clock stands still until it is moved.
    """

    def __init__(self, at: datetime, *, follow: Clock | None = None) -> None:
        if at.tzinfo is None:
            raise ValueError("a clock needs an aware instant")
        self._follow = follow
        self._at = at.astimezone(UTC)
        self._since = follow.now() if follow else None

    def now(self) -> datetime:
        """Return the virtual instant in UTC."""
        if self._follow is not None and self._since is not None:
            return self._at + (self._follow.now() - self._since)
        return self._at

    def advance(self, by: timedelta) -> datetime:
        """Move forward by `by`. Raises ValueError for a negative length. Returns the new instant."""
        return self.advance_to(self.now() + by)

    def advance_to(self, at: datetime) -> datetime:
        """Move forward to `at`. Raises ValueError if `at` is naive or lies in the past. Returns the new instant."""
        if at.tzinfo is None:
            raise ValueError("a clock needs an aware instant")
        if at < self.now():
            raise ValueError("a clock is moved forward only")
        self._at = at.astimezone(UTC)
        self._since = self._follow.now() if self._follow else None
        return self._at
