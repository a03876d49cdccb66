"""Jobs that are done once a period, whatever the number of servers and workers: a row of `house_state` is the fence.

Whoever comes first takes the period for a while; done, it is over for everybody. Who dies on the way loses it after
that while, and another takes it: a job must bear to be begun again.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from engine.case_work import SYSTEM
from engine.clock import Clock
from engine.commands.house_work import HouseWork
from engine.pipeline import Desk, Pipeline
from engine.tables import house_state
from storage.database import Database
from storage.insert import insert_new
from storage.types import EPOCH

PREFIX = "scheduled."

GoingOn = Callable[[], bool]


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """What is done once a period, by one process."""

    name: str
    """Of the row; two jobs never share one."""
    every: timedelta
    """The period. Periods are counted from 1970 in UTC, `shifted` later."""
    shifted: timedelta = timedelta(0)
    held_for: timedelta = timedelta(minutes=10)
    """For so long nobody else takes it: longer than one pass may take."""

    def period(self, now: datetime) -> datetime:
        """Return the beginning of the period in which `now` lies."""
        return now - (now - EPOCH - self.shifted) % self.every


@dataclass(frozen=True)
class _Turn:
    """What the row says."""

    period: datetime
    until: datetime
    """Whoever took it has it until then."""
    done: bool

    def written(self) -> str:
        return json.dumps({"period": self.period.isoformat(), "until": self.until.isoformat(), "done": self.done})

    def free(self, schedule: Schedule, now: datetime) -> bool:
        """Say whether the period of `now` can be taken: nobody has it, and it is not done."""
        return self.period < schedule.period(now) or (not self.done and self.until <= now)


_NOBODY = _Turn(EPOCH, EPOCH, True)


def _read(written: str | None) -> _Turn:
    if not written:
        return _NOBODY
    said = json.loads(written)
    return _Turn(datetime.fromisoformat(said["period"]), datetime.fromisoformat(said["until"]), bool(said["done"]))


def is_free(connection: Connection, schedule: Schedule, now: datetime) -> bool:
    """Say whether the job may be there to be done; takes no lock."""
    written = connection.scalar(select(house_state.c.value).where(house_state.c.key == PREFIX + schedule.name))
    return _read(written).free(schedule, now)


def take(connection: Connection, schedule: Schedule, now: datetime) -> datetime | None:
    """Take the period of `now` until `now` and `held_for` and return it; None where it is not ours. Then commit."""
    key = PREFIX + schedule.name
    insert_new(connection, house_state, {"key": key, "value": ""}, unique=("key",))
    written = connection.scalar(select(house_state.c.value).where(house_state.c.key == key).with_for_update())
    if not _read(written).free(schedule, now):
        return None
    period = schedule.period(now)
    _write(connection, key, _Turn(period, now + schedule.held_for, False))
    return period


def finish(connection: Connection, schedule: Schedule, period: datetime) -> None:
    """Note that the job is done for a period, unless a later one was taken meanwhile. Repeating is safe."""
    key = PREFIX + schedule.name
    written = connection.scalar(select(house_state.c.value).where(house_state.c.key == key).with_for_update())
    if _read(written).period == period:
        _write(connection, key, _Turn(period, period, True))


def _write(connection: Connection, key: str, turn: _Turn) -> None:
    connection.execute(update(house_state).where(house_state.c.key == key).values(value=turn.written()))


class ScheduledJob:
    """Does something once a period. `run` returns how much it did, and may stop before its end when asked whether to
    go on: then the period stays open, and whoever comes next goes on.
    """

    def __init__(
        self, schedule: Schedule, run: Callable[[GoingOn], int], *, database: Database, clock: Clock, pipeline: Pipeline
    ) -> None:
        self._schedule, self._run = schedule, run
        self._database, self._clock, self._pipeline = database, clock, pipeline

    def run_once(self, going_on: GoingOn = lambda: True) -> int:
        """Do the job if its period is there and nobody has it; return how much was done.

        What it raises leaves the period to be taken again when its while is over.
        """
        now = self._clock.now()
        with self._database.read() as connection:
            if not is_free(connection, self._schedule, now):
                return 0
        period: datetime | None = self._pipeline.run(HouseWork(self._take), SYSTEM)
        if period is None:
            return 0
        until = now + self._schedule.held_for

        def ours() -> bool:
            return going_on() and self._clock.now() < until

        done = self._run(ours)
        if ours():
            self._pipeline.run(HouseWork(lambda desk: finish(desk.connection, self._schedule, period)), SYSTEM)
        return done

    def _take(self, desk: Desk) -> datetime | None:
        return take(desk.connection, self._schedule, desk.now)
