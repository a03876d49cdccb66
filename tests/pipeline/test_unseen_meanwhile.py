"""Who is kept apart while their command waits for the case is refused. PostgreSQL: there several write at once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from sqlalchemy import insert, select, text

from engine.commands.claim import ClaimTask
from engine.errors import NotFound
from engine.tables import conflict_of_interest, instance
from storage.database import Database
from tests.complaints.office import Office
from tests.support.postgres import PostgresServer

LOOKS = 400
"""How often it is looked whether the other one waits; then something else is wrong."""


@pytest.fixture
def office(postgres_server: PostgresServer) -> Iterator[Office]:
    """An institution on PostgreSQL."""
    found = Office(database=Database(postgres_server.create()))
    yield found
    found.database.close()


def until_somebody_waits(office: Office) -> None:
    """Return once a transaction of this database waits for the lock of another one."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    for _ in range(LOOKS):
        with office.database.read() as connection:
            if connection.execute(waiting).scalar_one():
                return
        Event().wait(0.01)
    raise AssertionError("nobody waits")


def test_who_is_kept_apart_while_they_wait_for_the_case_does_not_act(office: Office) -> None:
    case = office.file(None)
    task, bea = office.task(case, "look"), office.actor("bea")
    with ThreadPoolExecutor(1) as other, office.database.write() as unit:
        unit.connection.execute(select(instance.c.case_id).where(instance.c.case_id == case).with_for_update())
        waiting = other.submit(office.pipeline.run, ClaimTask(task.id), bea)
        until_somebody_waits(office)
        values = {"case_id": case, "person": office.people["bea"]}
        unit.connection.execute(insert(conflict_of_interest).values(values))
        unit.commit()
        with pytest.raises(NotFound):
            waiting.result(timeout=20)
    assert (office.case(case).case_owner, office.task(case, "look")) == (None, task)


def test_who_still_sees_the_case_after_the_wait_acts_and_it_is_known_who_is_kept_apart(office: Office) -> None:
    case = office.file(None)
    task, bea = office.task(case, "look"), office.actor("bea")
    office.bar(case, "cho")
    with ThreadPoolExecutor(1) as other, office.database.write() as unit:
        unit.connection.execute(select(instance.c.case_id).where(instance.c.case_id == case).with_for_update())
        waiting = other.submit(office.pipeline.run, ClaimTask(task.id), bea)
        until_somebody_waits(office)
        unit.commit()
        waiting.result(timeout=20)
    with office.database.write() as unit:
        assert office.pipeline.load(unit.connection, case, bea).barred == frozenset({office.people["cho"]})
    assert office.case(case).case_owner == office.people["bea"]
