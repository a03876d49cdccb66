"""A job is done once a period, whoever comes first; who dies on the way is replaced after a while."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from escalation.scheduled import Schedule, ScheduledJob, finish, is_free, take
from storage.database import Database
from tests.support.application import House, house
from tests.support.stores import NOON

HOURLY = Schedule(name="test", every=timedelta(hours=1))


def taken(database: Database, at: datetime, schedule: Schedule = HOURLY) -> bool:
    """Try to take the period of an instant."""
    with database.write() as unit:
        answer = take(unit.connection, schedule, at) is not None
        unit.commit()
    return answer


def finished(database: Database, period: datetime) -> None:
    """Note that the period is done."""
    with database.write() as unit:
        finish(unit.connection, HOURLY, period)
        unit.commit()


def free(database: Database, at: datetime) -> bool:
    """Say whether the period of an instant can be taken."""
    with database.read() as connection:
        return is_free(connection, HOURLY, at)


def test_a_period_is_taken_once(database: Database) -> None:
    """By one; done, by nobody until the next begins."""
    assert taken(database, NOON)
    assert not taken(database, NOON)
    finished(database, NOON)
    assert not taken(database, NOON + timedelta(minutes=59, seconds=59))
    assert not free(database, NOON + timedelta(minutes=59))
    assert free(database, NOON + timedelta(hours=1))
    assert taken(database, NOON + timedelta(hours=1))


def test_who_dies_on_the_way_is_replaced(database: Database) -> None:
    """After ten minutes; what the dead one reports later about an earlier period counts for nothing."""
    assert taken(database, NOON)
    assert not taken(database, NOON + timedelta(minutes=9, seconds=59))
    assert taken(database, NOON + timedelta(minutes=10))
    assert taken(database, NOON + timedelta(hours=1))
    finished(database, NOON)
    assert not taken(database, NOON + timedelta(hours=1))
    assert taken(database, NOON + timedelta(hours=1, minutes=10))


@pytest.mark.parametrize("database", ["postgresql", "sqlite-file"], indirect=True)
def test_of_many_at_once_one_takes_it(database: Database) -> None:
    """Eight threads on one row that is not there yet."""
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: taken(database, NOON), range(8)))
    assert sorted(answers) == [False] * 7 + [True]


def test_a_period_may_begin_at_night() -> None:
    """A daily job at three o'clock in Shanghai: the day is counted in UTC."""
    nightly = Schedule(name="n", every=timedelta(days=1), shifted=timedelta(hours=19))
    shanghai = ZoneInfo("Asia/Shanghai")
    assert nightly.period(datetime(2026, 3, 3, 2, 59, tzinfo=shanghai)) == datetime(2026, 3, 2, 3, tzinfo=shanghai)
    assert nightly.period(datetime(2026, 3, 3, 3, 0, tzinfo=shanghai)) == datetime(2026, 3, 3, 3, tzinfo=shanghai)


def job(redress: House, run: Callable[[Any], int]) -> ScheduledJob:
    """Return a job of the installation."""
    it = redress.application
    return ScheduledJob(HOURLY, run, database=it.database, clock=it.clock, pipeline=it.pipeline)


def noted(done: list[str], name: str, _going_on: Any) -> int:
    """Do something once."""
    done.append(name)
    return 1


def test_a_job_runs_once_an_hour_in_one_of_two_processes() -> None:
    """The other finds that it is done."""
    redress, done = house(), list[str]()
    one, two = (job(redress, partial(noted, done, name)) for name in ("one", "two"))
    assert [one.run_once(), two.run_once(), one.run_once()] == [1, 0, 0]
    redress.later(hours=1)
    assert [two.run_once(), one.run_once()] == [1, 0]
    assert done == ["one", "two"]


def test_a_job_that_was_stopped_or_failed_is_taken_up_again() -> None:
    """By whoever comes first when its while is over."""
    redress = house()
    asked = iter([True, False])
    stopped = job(redress, lambda going_on: sum(1 for _ in iter(going_on, False)))
    assert stopped.run_once(lambda: next(asked, False)) == 1
    failing = job(redress, lambda _: 1 // 0)
    assert failing.run_once() == 0
    redress.later(minutes=10)
    with pytest.raises(ZeroDivisionError):
        failing.run_once()
    redress.later(minutes=10)
    assert job(redress, lambda _: 7).run_once() == 7
