"""Who is there, who has died without a word, and who took their place."""

from __future__ import annotations

from datetime import timedelta

import engine.tables  # noqa: F401 - so that its tables are made
from escalation.heartbeat import Heartbeat, beat, forget, heartbeats, missed, say_goodbye
from storage.database import Database
from tests.support.stores import NOON

DEAD, THERE = timedelta(seconds=21), timedelta(seconds=5)


def worker(name: str, *, began: timedelta, silent: timedelta, role: str = "worker") -> Heartbeat:
    """Return a process that began so long ago and has been silent for so long."""
    return Heartbeat(name, role, "host", NOON - began, NOON - silent)


def test_a_process_is_kept_as_it_said_last_and_forgotten_when_it_says_goodbye(database: Database) -> None:
    first = worker("a", began=timedelta(hours=2), silent=timedelta(hours=1))
    last, other = worker("a", began=timedelta(hours=2), silent=THERE), worker("b", began=THERE, silent=THERE)
    with database.write() as unit:
        for each in (other, first, last):
            beat(unit.connection, each)
        unit.commit()
    with database.read() as connection:
        assert heartbeats(connection) == [last, other]
    with database.write() as unit:
        say_goodbye(unit.connection, "a")
        say_goodbye(unit.connection, "a")
        unit.commit()
    with database.read() as connection:
        assert heartbeats(connection) == [other]


def test_the_dead_are_remembered_for_a_day(database: Database) -> None:
    dead = worker("dead", began=timedelta(days=3), silent=timedelta(days=1))
    with database.write() as unit:
        beat(unit.connection, dead)
        forget(unit.connection, NOON)
        assert heartbeats(unit.connection) == [dead]
        forget(unit.connection, NOON + timedelta(seconds=1))
        assert heartbeats(unit.connection) == []
        beat(unit.connection, dead)
        forget(unit.connection)
        assert heartbeats(unit.connection) == []


def test_a_clock_that_runs_ahead_is_no_fault() -> None:
    assert worker("a", began=THERE, silent=timedelta(seconds=-5)).recent(NOON)


def test_whoever_fell_silent_is_missed_until_another_of_the_role_has_begun_since() -> None:
    hour = timedelta(hours=1)
    dead = worker("dead", began=hour, silent=DEAD)
    older = worker("older", began=2 * hour, silent=THERE)
    assert missed([dead, older], NOON) == [dead]
    serve = worker("serve", began=THERE, silent=THERE, role="serve")
    assert missed([dead, serve], NOON) == [dead]
    fresh = worker("fresh", began=THERE, silent=THERE)
    assert missed([dead, fresh], NOON) == []
    second = worker("second", began=hour, silent=2 * DEAD)
    assert missed([dead, second, fresh], NOON) == [dead], "one takes the place of one: of the first that died"


def test_whoever_took_a_place_and_died_too_is_replaced_by_the_next() -> None:
    minute = timedelta(minutes=1)
    first = worker("first", began=60 * minute, silent=9 * minute)
    second = worker("second", began=9 * minute, silent=5 * minute)
    third = worker("third", began=5 * minute, silent=THERE)
    assert missed([first, second, third], NOON) == []
    assert missed([first, second], NOON) == [second]
    beside = worker("beside", began=60 * minute, silent=8 * minute)
    assert missed([first, beside, second, third], NOON) == [second], "two died, and one after the other began"
