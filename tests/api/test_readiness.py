"""`/readyz` tells the truth, and names what is wrong."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from api.app import create_app
from app.beating import Heart, beating
from app.container import build
from app.serve import loops
from engine.clock import MovableClock
from engine.ids import CountedIds
from engine.tables import house_state
from escalation.heartbeat import LATELY, heartbeats
from escalation.metronome import Loop
from escalation.pulse import Pulse
from storage import migrate
from storage.database import Database
from tests.support.application import OPENING, House, house_at, settings
from tests.support.stores import store_url

PATIENCE = 30.0
GOOD = {"database": "ok", "migrations": "ok", "processes": "ok"}
LOOPS = {"deadlines": "ok", "outbox": "ok"}


@pytest.fixture(scope="module", params=["sqlite-file", "postgresql"])
def migrated(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """An installation whose tables came about by migrations."""
    url = store_url(request.param, request, tmp_path_factory.mktemp("store"))
    migrate.upgrade(url)
    found = house_at(url)
    yield found
    found.application.database.close()


def checks(redress: House) -> dict[str, str]:
    """Return the checks of a server that is not ready. Fails if it is."""
    found: dict[str, str] = redress.public.refused(503, "GET", "/readyz")["checks"]
    return found


def at_work(redress: House) -> None:
    """Let both loops be seen at work."""
    pulse = redress.application.pulse
    pulse.expect(["deadlines", "outbox"])
    for loop in pulse.loops:
        with pulse.passing(loop):
            pass


@pytest.fixture
def stored(migrated: House) -> Iterator[House]:
    """The same, with no loops."""
    yield migrated
    migrated.application.pulse.expect(())


def test_a_server_whose_loops_are_at_work_is_ready(stored: House) -> None:
    at_work(stored)
    assert stored.public.get("/readyz") == {"status": "ready", "checks": {**GOOD, **LOOPS}}


def test_a_loop_that_hangs_or_fails_is_named_in_the_callers_language(redress: House) -> None:
    seconds = [0.0]
    redress.application.pulse.__dict__.update(Pulse(lambda: seconds[0]).__dict__)
    at_work(redress)
    assert redress.public.get("/readyz")["status"] == "ready"
    seconds[0] = 21
    with redress.application.pulse.passing("deadlines"):
        pass
    problem = redress.public.refused(503, "GET", "/readyz", headers={"Accept-Language": "ko"})
    assert problem["checks"] == {**GOOD, "deadlines": "ok", "outbox": "not at work for 20 seconds"}
    assert (problem["code"], problem["title"]) == ("not-ready", "서버가 준비되지 않았습니다")


def test_before_the_first_beat_a_server_is_not_ready(redress: House) -> None:
    redress.application.pulse.expect(["deadlines", "outbox"])
    silent = "not at work for 20 seconds"
    assert checks(redress) == {**GOOD, "deadlines": silent, "outbox": silent}


def test_without_loops_of_its_own_a_server_asks_for_the_heartbeat_of_another(stored: House) -> None:
    nobody = {**GOOD, "workers": "none heard of for 20 seconds"}
    assert checks(stored) == nobody
    worker = Heart(stored.application, "worker")
    assert worker.beat() is False, "nobody has seen its loops at work"
    at_work(stored)
    assert worker.beat() is True
    stored.application.pulse.expect(())
    assert stored.public.get("/readyz") == {"status": "ready", "checks": {**GOOD, "workers": "ok"}}
    clock = stored.application.clock
    assert isinstance(clock, MovableClock)
    clock.advance(LATELY)
    assert stored.public.get("/readyz")["status"] == "ready"
    clock.advance(timedelta(seconds=1))
    assert checks(stored) == nobody
    worker.stop()


def test_a_schema_of_another_program_is_told_with_both_revisions(stored: House) -> None:
    at_work(stored)
    database, head = stored.application.database, migrate.head()
    try:
        _write(database, "UPDATE alembic_version SET version_num = 'older'")
        assert checks(stored) == {"database": "ok", "migrations": f"at older, needed {head}", **LOOPS}
        _write(database, "ALTER TABLE alembic_version RENAME TO elsewhere")
        assert checks(stored)["migrations"] == f"at none, needed {head}"
        _write(database, "ALTER TABLE elsewhere RENAME TO alembic_version")
    finally:
        _write(database, f"UPDATE alembic_version SET version_num = '{head}'")
    assert stored.public.get("/readyz")["status"] == "ready"


def _write(database: Database, statement: str) -> None:
    with database.write() as unit:
        unit.connection.execute(text(statement))
        unit.commit()


def test_a_database_out_of_reach_is_told_and_the_process_is_alive() -> None:
    nowhere = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"
    application = build(settings(database_url=nowhere), clock=MovableClock(OPENING), ids=CountedIds())
    redress = House(application, create_app(application), {})
    assert checks(redress) == {"database": "unreachable"}
    assert redress.public.get("/healthz") == {"status": "alive"}


def test_not_ready_before_a_process_is_published(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'redress.db'}"
    migrate.upgrade(url)
    application = build(settings(database_url=url), clock=MovableClock(OPENING), ids=CountedIds())
    redress = House(application, create_app(application), {})
    at_work(redress)
    assert checks(redress) == {**GOOD, "processes": "none published", **LOOPS}
    application.database.close()


def test_a_process_that_runs_the_loops_says_so_and_says_goodbye(redress: House) -> None:
    application, beaten = redress.application, threading.Event()

    def watch(_going_on: Any) -> int:
        if not application.pulse.silent():
            beaten.set()
        return 0

    with beating(application, "serve", [*loops(application), Loop("watch", watch)]):
        assert beaten.wait(PATIENCE)
        assert redress.public.get("/readyz") == {"status": "ready", "checks": {**GOOD, **LOOPS}}
        heart = Heart(application, "serve")
        heart.beat()
    with application.database.read() as connection:
        (left,) = heartbeats(connection)
        assert (left.id, left.role, left.since, left.at) == (heart.own.id, "serve", OPENING, OPENING)
    heart.stop()
    with application.database.read() as connection:
        assert [key for key in connection.execute(select(house_state.c.key)).scalars() if "heart" in key] == []
