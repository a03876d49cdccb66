"""The look at a database under load sees what is lost, what is there twice, and what was due and did not fire."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from engine import case_log
from engine.case_log import Change
from engine.clock import MovableClock
from engine.model.step import Event
from engine.tables import event_log, instance
from storage.database import Database
from tests.faults.load.audit import fired_since, overdue, wrong_with
from tests.faults.load.kills import LoadKills
from tests.faults.load.people import Told
from tests.support.application import OPENING, House, house
from tests.support.keys import stored_keys
from tests.support.postgres import PostgresServer

ACKNOWLEDGED = {"acknowledgement_text": "您好。"}


@pytest.fixture
def redress() -> Iterator[House]:
    """An installation."""
    found = house()
    yield found
    found.application.database.close()


@pytest.fixture
def told(redress: House) -> Told:
    """What somebody was told who filed, acknowledged, and wrote a letter."""
    filed = redress.file(subject="one")
    redress.do("li.na", "acknowledge", filed["id"], ACKNOWLEDGED)
    redress.complainant(filed["tracking_code"]).post("/api/track/messages", {"text": "x"})
    return Told({"one": filed["id"]}, {filed["id"]}, {filed["id"]})


def again(database: Database, **of: str) -> None:
    """Write a line of the log with these values once more."""
    with database.write() as unit:
        row = unit.connection.execute(select(event_log).filter_by(**of)).first()
        assert row is not None
        line = Event(row.kind, row.element, row.name, row.task, row.detail)
        case_log.write(
            unit.connection,
            Change(row.case_id, stored_keys().of_case(unit.connection, row.case_id), row.at, row.actor, [line]),
        )
        unit.commit()


def test_what_people_were_told_is_there_once(redress: House, told: Told) -> None:
    assert wrong_with(redress.application.database, told) == (0, 0, [])


def test_what_is_not_there_is_lost(redress: House, told: Told) -> None:
    other = redress.file(subject="two")["id"]
    more = Told({**told.filed, "two": other, "three": "x"}, told.acknowledged | {other}, told.letters | {other})
    lost, doubled, said = wrong_with(redress.application.database, more)
    assert (lost, doubled) == (3, 0)
    assert said == [
        "1 complaints lost, three for one", f"1 completions lost, {other} for one", f"1 letters lost, {other} for one",
    ]  # fmt: skip


def test_what_is_there_twice_is_doubled(redress: House, told: Told) -> None:
    redress.file(subject="one")
    again(redress.application.database, kind="completed", element="acknowledge")
    lost, doubled, said = wrong_with(redress.application.database, told)
    assert (lost, doubled) == (0, 2)
    assert said == ["1 complaints doubled, one for one", f"1 completions doubled, {told.filed['one']} for one"]


def test_a_rung_that_fired_twice_is_doubled_and_how_late_it_was_is_known(redress: House, told: Told) -> None:
    database, clock = redress.application.database, redress.application.clock
    redress.file(subject="two")
    assert isinstance(clock, MovableClock)
    with database.read() as connection:
        first = connection.execute(select(instance.c.next_due).order_by(instance.c.next_due)).scalars().all()[0]
    assert overdue(database, first) == 0
    assert overdue(database, first + timedelta(seconds=1)) == 1
    clock.advance_to(first + timedelta(seconds=7))
    redress.application.sweep.run_until_done()
    assert overdue(database, clock.now()) == 0
    assert fired_since(database, OPENING) == [7.0]
    assert fired_since(database, clock.now()) == []
    again(database, kind="fired")
    lost, doubled, said = wrong_with(database, told)
    assert (lost, doubled, [each[:17] for each in said]) == (0, 1, ["1 firings doubled"])


def test_an_ended_case_is_never_overdue(redress: House) -> None:
    database, case = redress.application.database, redress.file()["id"]
    with database.write() as unit:
        unit.connection.execute(update(instance).where(instance.c.case_id == case).values(ended_at=OPENING))
        unit.commit()
    assert overdue(database, OPENING + timedelta(days=99)) == 0


@pytest.mark.long
@pytest.mark.parametrize("store", ["sqlite", "postgresql"])
def test_killed_under_load_nothing_is_lost_doubled_or_stuck(
    store: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'redress.db'}"
    if store == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        url = server.create()
    (tmp_path / "servers").mkdir()
    kills = LoadKills(tmp_path / "servers", url, store, seed=1)
    with kills.running():
        found = [kills.kill(number, examine=number == 2) for number in range(3)]
    assert [replace(each, takeover=None, what="") for each in found if not each.holds] == []
    assert max(each.takeover or 0.0 for each in found) < 30
