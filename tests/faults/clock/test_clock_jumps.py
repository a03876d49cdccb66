"""Clocks that are set while processes run: nothing fires twice, nothing is lost, and it is said once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

import pytest
from sqlalchemy import func, select
from structlog.testing import capture_logs

from app.container import build
from app.serve import loops
from engine.clock import MovableClock, SystemClock
from engine.house_clock import HouseClock, Reading, house_clock
from escalation.metronome import Loop, Metronome
from storage.database import Database
from storage.errors import StoreUnreachable
from tests.support.application import settings
from tests.support.postgres import PostgresServer

START = datetime(2026, 3, 3, 3, tzinfo=UTC)
TRUTH = SystemClock.now


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


class Elsewhere:
    """Another clock, running seconds, and what a trip to that clock takes."""

    def __init__(self) -> None:
        self.running = 1000.0
        self.at = START
        self.there = self.back = 0.0

    def later(self, seconds: float) -> None:
        self.running += seconds
        self.at += timedelta(seconds=seconds)

    def read(self) -> Reading:
        before = self.running
        self.later(self.there)
        at = self.at
        self.later(self.back)
        return Reading(at, before, self.running)

    def clock(self) -> HouseClock:
        return HouseClock(self.read, running=lambda: self.running)


@pytest.fixture
def elsewhere() -> Elsewhere:
    return Elsewhere()


def test_the_first_reading_is_never_ahead_and_behind_by_the_way_back_at_most(elsewhere: Elsewhere) -> None:
    elsewhere.there, elsewhere.back = 0.3, 0.1
    clock = elsewhere.clock()
    assert (clock.now(), elsewhere.at) == (after(0.3), after(0.4))
    elsewhere.later(7)
    assert clock.now() == after(7.3)


def test_a_better_reading_brings_it_nearer_and_a_worse_one_changes_nothing(elsewhere: Elsewhere) -> None:
    elsewhere.back = 2.0
    clock = elsewhere.clock()
    clock.now()
    elsewhere.back = 0.1
    with capture_logs() as said:
        clock.look()
        near = clock.now()
        elsewhere.there = elsewhere.back = 5.0
        clock.look()
    assert (near, clock.now()) == (after(2.0), after(12.0))
    assert [line["event"] for line in said] == ["clock-corrected"]


@pytest.mark.parametrize("jump", [3600.0, 86400.0, -3600.0, -86400.0])
def test_a_clock_that_was_set_is_followed_at_the_next_look_and_told_once(elsewhere: Elsewhere, jump: float) -> None:
    clock = elsewhere.clock()
    clock.now()
    elsewhere.at += timedelta(seconds=jump)
    elsewhere.later(1)
    assert clock.now() == after(1)
    with capture_logs() as said:
        for _ in range(3):
            clock.watch()
            elsewhere.later(1)
    assert clock.now() == after(jump + 4)
    assert said == [
        {"event": "clock-corrected", "log_level": "warning", "seconds": jump, "to": after(jump + 1).isoformat()}
    ]  # fmt: skip


def test_drift_is_followed_in_silence(elsewhere: Elsewhere) -> None:
    clock = elsewhere.clock()
    clock.now()
    with capture_logs() as said:
        for _ in range(100):
            elsewhere.later(5)
            elsewhere.running += 0.01
            clock.watch()
    assert (clock.now(), said) == (elsewhere.at, [])


def test_while_the_other_clock_cannot_be_asked_time_goes_on(elsewhere: Elsewhere) -> None:
    away = False

    def read() -> Reading:
        if away:
            raise StoreUnreachable
        return elsewhere.read()

    clock = HouseClock(read, running=lambda: elsewhere.running)
    clock.now()
    away = True
    elsewhere.later(60)
    with capture_logs() as said:
        clock.watch()
    assert (clock.now(), [line["event"] for line in said]) == (after(60), ["clock-not-read"])


def test_a_clock_that_was_never_read_says_why(elsewhere: Elsewhere) -> None:
    def read() -> Reading:
        raise StoreUnreachable

    with pytest.raises(StoreUnreachable):
        HouseClock(read).now()


@pytest.mark.parametrize("skew", [5.0, -5.0])
def test_on_postgresql_a_process_goes_by_the_store_whatever_its_machine_says(
    postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch, skew: float
) -> None:
    monkeypatch.setattr(SystemClock, "now", lambda self: TRUTH(self) + timedelta(seconds=skew))
    with Database(postgres_server.url("postgres")) as store:
        clock = house_clock(store)
        with store.read() as connection:
            clock.now()
            told = connection.execute(select(func.clock_timestamp())).scalar_one()
            now = clock.now()
    assert abs((now - told).total_seconds()) < 1


def test_with_sqlite_it_goes_by_the_machine() -> None:
    with Database("sqlite://") as store:
        clock = house_clock(store)
    before, now, then = TRUTH(SystemClock()), clock.now(), TRUTH(SystemClock())
    assert before - timedelta(seconds=0.1) <= now <= then + timedelta(seconds=0.1)


class SetClock:
    """The machine's clock, which can be set, wherever the metronome reads it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.by = timedelta(0)
        moved = self

        class Shifted(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> Any:
                return TRUTH(SystemClock()).astimezone(tz) + moved.by

        monkeypatch.setattr("apscheduler.schedulers.base.datetime", Shifted)
        monkeypatch.setattr("apscheduler.triggers.interval.datetime", Shifted)
        monkeypatch.setattr(SystemClock, "now", lambda self: TRUTH(self) + moved.by)


@pytest.fixture
def beats(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[SetClock, threading.Semaphore]]:
    """A metronome whose loop counts, and its machine's clock."""
    machine, counted = SetClock(monkeypatch), threading.Semaphore(0)

    def count(_going_on: object) -> int:
        counted.release()
        return 0

    metronome = Metronome([Loop("deadlines", count)])
    metronome.start()
    yield machine, counted
    metronome.stop()


@pytest.mark.parametrize("by", [timedelta(hours=-1), timedelta(days=-1), timedelta(days=1), timedelta(days=3650)])
def test_loops_go_on_where_the_clock_of_their_machine_is_set(
    beats: tuple[SetClock, threading.Semaphore], by: timedelta
) -> None:
    machine, counted = beats
    assert counted.acquire(timeout=20)
    machine.by += by
    # One beat may have been on its way.
    assert [counted.acquire(timeout=20) for _ in range(4)] == [True] * 4


def test_every_server_and_worker_looks_at_the_clock_again_and_again() -> None:
    usual, moved = build(settings()), build(settings(), clock=MovableClock(START))
    assert [loop.every_seconds for loop in loops(usual) if loop.name == "clock"] == [5.0]
    assert [loop for loop in loops(moved) if loop.name == "clock"] == []
