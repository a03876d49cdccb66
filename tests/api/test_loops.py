"""What the metronome of a server calls besides deadlines."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import inspect, text

from access import teams
from access.keys.sealed_rows import seal
from app.serve import (
    COUNTS,
    PURGES,
    REACH_SECONDS,
    REACHES,
    loops,
    note_reach,
    purge,
    purge_job,
    reach_job,
    statistics_job,
)
from engine.clock import MovableClock
from escalation.scheduled import ScheduledJob, take
from storage import outbox
from storage.counting import counted
from storage.dead_letters import dead_letters
from storage.idempotency import recall, remember
from storage.outbox import Message
from tests.support.application import House, house, house_at


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
        "anchor",
        "archive",
        "purge",
        "statistics",
    ]


def test_a_file_counts_its_rows_once_a_day(tmp_path: Path) -> None:
    redress = house_at(f"sqlite:///{tmp_path / 'redress.db'}")
    application, clock = redress.application, redress.application.clock
    assert isinstance(clock, MovableClock)

    def counted_complaints() -> list[str]:
        with application.database.read() as connection:
            if not inspect(connection).has_table("sqlite_stat1"):
                return []
            asked = text("SELECT stat FROM sqlite_stat1 WHERE tbl = 'complaint' LIMIT 1")
            return [stat.split()[0] for stat in connection.execute(asked).scalars()]

    redress.file()
    job = statistics_job(application)
    assert (counted_complaints(), job.run_once(), counted_complaints()) == ([], 0, ["1"])
    redress.file()
    job.run_once()
    assert counted_complaints() == ["1"]
    clock.advance(COUNTS.every)
    job.run_once()
    assert counted_complaints() == ["2"]
    application.database.close()


def test_one_of_several_processes_looks_for_steps_that_nobody_can_do_and_another_soon_when_it_died() -> None:
    redress = house()
    application = redress.application

    def asked(job: ScheduledJob) -> int:
        """Return how often the steps were read."""
        with counted(application.database) as seen:
            job.run_once()
        return sum("FROM work_item" in each for each in seen.sql)

    one, other = reach_job(application), reach_job(application)
    assert (asked(one) > 0, asked(other), asked(one)) == (True, 0, 0)
    redress.later(seconds=REACHES.every.total_seconds())
    with application.database.write() as unit:
        assert take(unit.connection, REACHES, application.now()) is not None, "another began, and died"
        unit.commit()
    assert asked(one) == 0
    redress.later(seconds=REACHES.every.total_seconds())
    assert REACHES.every.total_seconds() + REACH_SECONDS < 60
    assert (asked(other) > 0, asked(one)) == (True, 0)


def test_the_same_look_tells_new_readers_what_nobody_could_read() -> None:
    redress = house()
    application, case = redress.application, redress.file()["id"]
    unheard = Message(
        id="unheard", case_id=case, cause="x", kind="reminder", recipient="team:deserted", payload={"values": {}},
        created_at=application.now(), deliver_after=application.now(),
    )  # fmt: skip
    with application.database.write() as unit:
        sealed = seal(application.keys.of_case(unit.connection, case), unheard.payload)
        outbox.write(unit.connection, [replace(unheard, payload=sealed)])
        why = {"error": "nobody", "given_up_as": outbox.NOBODY_READS}
        outbox.give_up(unit.connection, unheard.id, now=application.now(), **why)
        unit.commit()

    def given_up() -> list[str]:
        with application.database.read() as connection:
            return [each.id for each in dead_letters(connection)]

    assert (note_reach(application), given_up()) == (0, ["unheard"])
    with application.database.write() as unit:
        teams.join(unit.connection, "li.na", "deserted")
        unit.commit()
    assert (note_reach(application), given_up()) == (1, [])
    assert note_reach(application) == 0
