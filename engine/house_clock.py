"""The clock of an installation: every process goes by that of the store, whatever its own machine says (docs/adr/0023).

Between two readings it runs on seconds that only ever grow, so that a machine whose clock is set changes nothing here.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import func, select

from engine.clock import Clock, SystemClock
from storage.database import Database
from storage.errors import StoreError

log = structlog.get_logger(__name__)

LOOK_SECONDS = 5.0
"""How often the store is asked what time it is."""
JUMP = timedelta(seconds=1)
"""A correction of more than this is told: the clock was set. Less is how clocks drift."""

_RUNNING: int = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""On Linux the time that the machine slept counts too."""


def running_seconds() -> float:
    """Return seconds that only ever grow, whatever becomes of the machine's clock."""
    return time.clock_gettime(_RUNNING)


@dataclass(frozen=True)
class Reading:
    """What a clock said when it was asked."""

    at: datetime
    before: float
    """Running seconds when it was asked."""
    after: float
    """Running seconds when its answer was there."""


class HouseClock:
    """Follows another clock, which it reads now and then. Safe to share between threads."""

    def __init__(self, read: Callable[[], Reading], *, running: Callable[[], float] = running_seconds) -> None:
        """Take how to read the other clock, which is not done before the first use."""
        self._read, self._running = read, running
        self._guard = threading.Lock()
        self._zero: datetime | None = None
        """What the other clock said, or would have said, when the running seconds were 0."""

    def now(self) -> datetime:
        """Return the present instant in UTC. The first call reads the other clock, and raises what that raises."""
        zero = self._zero or self.look()
        return zero + timedelta(seconds=self._running())

    def look(self) -> datetime:
        """Read the other clock, and follow it as far as the reading proves us wrong: within its trip we may be right.

        A clock that was set is told in the log, once. Returns where the running seconds began. Repeating is safe.
        """
        reading = self._read()
        # Its answer was right somewhere between asking and hearing: the first time we take the later one, to be behind
        # it rather than ahead, by a trip at most.
        least = reading.at - timedelta(seconds=reading.after)
        most = reading.at - timedelta(seconds=reading.before)
        with self._guard:
            last, self._zero = self._zero, least if self._zero is None else min(max(self._zero, least), most)
            zero = self._zero
        if last is not None and abs(zero - last) > JUMP:
            log.warning("clock-corrected", seconds=round((zero - last).total_seconds(), 3), to=reading.at.isoformat())
        return zero

    def watch(self) -> None:
        """Look again, in a loop: a store that is away is asked the next time."""
        try:
            self.look()
        except StoreError as error:
            log.warning("clock-not-read", reason=str(error))


def house_clock(database: Database) -> HouseClock:
    """Return the clock of an installation: PostgreSQL's own, and with SQLite that of its machine."""
    return HouseClock(lambda: _of_machine(SystemClock()) if database.is_sqlite else _of_store(database))


def _of_machine(clock: Clock) -> Reading:
    before = running_seconds()
    return Reading(clock.now(), before, running_seconds())


def _of_store(database: Database) -> Reading:
    with database.read() as connection:
        # What it takes to get a connection and to begin is no part of the trip.
        connection.execute(select(1))
        before = running_seconds()
        at: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
        return Reading(at.astimezone(UTC), before, running_seconds())
