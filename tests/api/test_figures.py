"""What the figures say of the loops, of what waits to be told, and of the database."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import select

from api.metrics import Metrics
from app.serve import loops
from engine.clock import MovableClock
from escalation.metronome import Loop, Metronome
from escalation.pulse import Pulse
from storage import dead_letters, migrate, outbox
from storage.database import Database
from tests.support.application import OPENING, House
from tests.support.stores import store_url

PATIENCE = 30.0


def figures(text: str) -> dict[str, float]:
    """Return the samples by name, with the values of their labels behind it."""
    return {
        " ".join([sample.name, *sample.labels.values()]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def of(redress: House) -> dict[str, float]:
    return figures(redress.person("ops").call("GET", "/metrics").text)


def later(redress: House, **length: float) -> None:
    clock = redress.application.clock
    assert isinstance(clock, MovableClock)
    clock.advance(timedelta(**length))


def test_the_sweep_is_timed_where_it_fired_and_its_last_beat_is_told(redress: House) -> None:
    redress.file()
    later(redress, minutes=45)
    sweep, again = loops(redress.application)[0], threading.Event()
    passes = 0

    def counted(going_on: object) -> object:
        nonlocal passes
        passes += 1
        if passes > 2:
            again.set()
        return sweep.run(lambda: True)

    metronome = Metronome([replace(sweep, run=counted)], redress.application.pulse)
    metronome.start()
    try:
        assert again.wait(PATIENCE)
        seen = of(redress)
    finally:
        metronome.stop()
    assert seen["redress_loop_duration_seconds_count deadlines"] == 1
    now = redress.application.now().timestamp()
    assert now - PATIENCE < seen["redress_loop_last_beat_timestamp_seconds deadlines"] <= now
    assert [name for name in seen if name.startswith("redress_loop_failures_total")] == []


def test_a_pass_that_fails_is_counted_and_is_no_beat() -> None:
    metrics, pulse, failed, passes = Metrics(since=OPENING), Pulse(), threading.Event(), 0
    with Database("sqlite://") as database:
        migrate.create(database)
        metrics.watch(database, pulse)

        def fail(_going_on: object) -> None:
            nonlocal passes
            passes += 1
            if passes > 2:
                failed.set()
            raise ValueError("no words of this stand in the figures")

        metronome = Metronome([Loop("deadlines", fail)], pulse)
        metronome.start()
        assert failed.wait(PATIENCE)
        silent = pulse.silent(["deadlines"])
        metronome.stop()
        with database.read() as connection:
            text = metrics.read(connection, OPENING).decode()
    seen = figures(text)
    assert seen["redress_loop_failures_total deadlines"] == passes
    assert silent == ["deadlines"]
    assert "no words of this" not in text


def test_the_oldest_message_that_waits_and_those_given_up_are_shown(redress: House) -> None:
    assert [of(redress)[f"redress_outbox_{name}"] for name in ("oldest_seconds", "given_up", "waiting")] == [0, 0, 0]
    redress.file()
    later(redress, minutes=10)
    seen = of(redress)
    assert (seen["redress_outbox_oldest_seconds"], seen["redress_outbox_given_up"]) == (600, 0)
    assert seen["redress_outbox_waiting"] > 0
    now, application = redress.application.now(), redress.application
    with application.database.write() as unit:
        first = unit.connection.execute(select(outbox.outbox.c.id).limit(1)).scalar_one()
        assert outbox.give_up(unit.connection, first, error="no such address", now=now)
        unit.commit()
    redress.deliver()
    seen = of(redress)
    assert [seen[f"redress_outbox_{name}"] for name in ("oldest_seconds", "given_up", "waiting")] == [0, 1, 0]
    with application.database.write() as unit:
        assert dead_letters.discard(unit.connection, first, now=now)
        unit.commit()
    assert of(redress)["redress_outbox_given_up"] == 0


def test_a_message_that_is_held_back_has_not_waited_until_it_is_let_go(redress: House) -> None:
    case = redress.file()["id"]
    redress.deliver()
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "您好。"})
    with redress.application.database.read() as connection:
        waiting = select(outbox.outbox.c.held_until).where(outbox.outbox.c.delivered_at.is_(None))
        held = connection.execute(waiting).scalars().all()
    assert held != []
    assert None not in held
    assert of(redress)["redress_outbox_oldest_seconds"] == 0
    clock = redress.application.clock
    assert isinstance(clock, MovableClock)
    clock.advance_to(min(at for at in held if at) + timedelta(seconds=7))
    assert of(redress)["redress_outbox_oldest_seconds"] == 7


@pytest.fixture(params=["sqlite-file", "postgresql"])
def pooled(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    with Database(store_url(request.param, request, tmp_path)) as database:
        migrate.create(database)
        yield database


def test_connections_in_use_and_waits_for_them_are_shown(pooled: Database) -> None:
    metrics = Metrics(since=OPENING)
    metrics.watch(pooled, Pulse())
    held, free = threading.Event(), threading.Event()

    def hold() -> None:
        with pooled.write():
            held.set()
            free.wait(PATIENCE)

    thread = threading.Thread(target=hold)
    thread.start()
    assert held.wait(PATIENCE)
    with pooled.read() as connection:
        during = figures(metrics.read(connection, OPENING).decode())
    free.set()
    thread.join()
    with pooled.read() as connection:
        after = figures(metrics.read(connection, OPENING).decode())
    if pooled.is_sqlite:
        in_use = {"redress_database_connections read": 1.0, "redress_database_connections write": 1.0}
        most = {"redress_database_connections_max read": 8.0, "redress_database_connections_max write": 1.0}
    else:
        in_use, most = {"redress_database_connections all": 2.0}, {"redress_database_connections_max all": 8.0}
    assert {name: during[name] for name in (*in_use, *most)} == {**in_use, **most}
    assert sum(after[name] for name in in_use) == 1
    assert after["redress_database_wait_seconds_count write"] == 1
    assert after["redress_database_wait_seconds_count read"] == 2


def test_who_waits_in_vain_for_the_turn_to_write_is_counted_too(tmp_path: Path) -> None:
    metrics = Metrics(since=OPENING)
    with Database(f"sqlite:///{tmp_path / 'r.db'}", wait_for=0.2) as database:
        migrate.create(database)
        metrics.watch(database, Pulse())
        refused: list[Exception] = []

        def ask() -> None:
            try:
                with database.write():
                    pass
            except Exception as error:  # noqa: BLE001 - looked at below
                refused.append(error)

        with database.write():
            thread = threading.Thread(target=ask)
            thread.start()
            thread.join()
        with database.read() as connection:
            seen = figures(metrics.read(connection, OPENING).decode())
    assert [type(error).__name__ for error in refused] == ["StoreBusy"]
    assert seen["redress_database_wait_seconds_count write"] == 2
    assert seen["redress_database_wait_seconds_sum write"] >= 0.2


def test_no_label_holds_more_than_the_names_of_parts_of_the_program(redress: House) -> None:
    case = redress.file()["id"]
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "您好。"})
    redress.later(hours=2)
    shared = redress.app.state.shared
    labels = {name for metric in shared.metrics.registry.collect() for one in metric.samples for name in one.labels}
    assert labels <= {"command", "outcome", "method", "route", "status", "le", "loop", "pool", "purpose"}
    text = redress.person("ops").call("GET", "/metrics").text
    for personal in (case, "li.na", "王晓", "13800000001"):
        assert personal not in text
