"""What the metronome of a server calls besides deadlines."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.serve import PURGES, loops, purge, purge_job
from engine.clock import MovableClock
from storage.counting import counted
from storage.idempotency import recall, remember
from tests.support.application import House


def test_answers_for_repeated_requests_do_not_outlive_their_day(redress: House) -> None:
    application = redress.application
    now = application.now()
    given: dict[str, Any] = {"key": "k" * 20, "scope": "s", "request": b"r", "now": now}
    with application.database.write() as unit:
        remember(unit.connection, **given, response=b"answer")
        unit.commit()
    purge(application)
    with application.database.read() as connection:
        assert recall(connection, **given) == b"answer"
    clock = application.clock
    assert isinstance(clock, MovableClock)
    clock.advance(timedelta(days=2))
    purge(application)
    with application.database.read() as connection:
        assert recall(connection, **given) is None


def test_what_has_outlived_its_purpose_is_deleted_once_for_all_processes(redress: House) -> None:
    application, clock = redress.application, redress.application.clock
    assert isinstance(clock, MovableClock)
    given: dict[str, Any] = {"key": "k" * 20, "scope": "s", "request": b"r", "now": application.now()}
    with application.database.write() as unit:
        remember(unit.connection, **given, response=b"answer")
        unit.commit()
    clock.advance(timedelta(days=2))
    one, other = purge_job(application), purge_job(application)
    assert [one.run_once(), other.run_once(), one.run_once()] == [1, 0, 0]
    clock.advance(PURGES.every)
    with counted(application.database) as seen:
        assert other.run_once() == 0
    assert any(each.startswith("DELETE") for each in seen.sql)


def test_a_server_has_every_loop(redress: House) -> None:
    assert [loop.name for loop in loops(redress.application)] == [
        "deadlines",
        "outbox",
        "outward",
        "calendars",
        "posts",
        "reach",
        "archive",
        "purge",
    ]
