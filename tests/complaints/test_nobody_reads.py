"""Notices that nobody can read: one incident for each duty, however often it is told, until somebody is there."""

from __future__ import annotations

from typing import Any

import pytest

from complaints.notices import delivery
from complaints.notices.delivery_loop import RETRY_AFTER
from complaints.notices.new_readers import readable, tell_new_readers
from engine.case_work import SYSTEM
from engine.commands.house_work import HouseWork
from engine.tables import incident
from storage.dead_letters import dead_letters
from storage.outbox import outbox
from tests.complaints.office import HOUR, Office
from tests.complaints.test_delivery import due, readers, tell

TEAM = "team:service"


@pytest.fixture
def deserted(office: Office, monkeypatch: pytest.MonkeyPatch) -> str:
    """A case of which the team that is told has nobody any more; `many` comes every day."""
    monkeypatch.setattr(delivery, "comes_daily", lambda _process, template, _values: template == "many")
    case = office.file(by=None)
    for each in ("ann", "bea"):
        office.leave(each)
    until_given_up(office)
    return case


def until_given_up(office: Office) -> None:
    """Try what fails as often as it is tried by itself."""
    for _ in range(len(RETRY_AFTER) + 1):
        due(office)
        office.clock.advance(HOUR)


def unheard(office: Office, kind: str = "many") -> list[str]:
    """Return the clocks of the notices that were given up, in order."""
    with office.database.read() as connection:
        given_up = [each.id for each in dead_letters(connection) if each.kind == kind]
    rows = {row.id: row.payload["values"].get("clock", "") for row in office.rows(outbox)}
    return [rows[each] for each in given_up]


def failing(office: Office, case: str, kind: str = "many") -> list[Any]:
    """Return the open incidents about a kind of notice."""
    rows = office.rows(incident, case)
    return [row for row in rows if row.resolved_at is None and row.doing == f"deliver {kind} to {TEAM}"]


def test_a_duty_that_is_told_every_day_is_one_incident(office: Office, deserted: str) -> None:
    for clock in ("resolve", "resolve", "callback", "resolve"):
        tell(office, deserted, "many", TEAM, clock=clock)
        until_given_up(office)
    assert unheard(office) == ["callback", "resolve"]
    assert len(failing(office, deserted)) == 2


def test_what_does_not_come_again_stays_on_the_list(office: Office, deserted: str) -> None:
    for _ in range(3):
        tell(office, deserted, "offered", TEAM)
        until_given_up(office)
    assert len(unheard(office, "offered")) == len(failing(office, deserted, "offered")) == 3


def test_who_comes_is_told_what_nobody_could_read(office: Office, deserted: str) -> None:
    for _ in range(2):
        tell(office, deserted, "many", TEAM, clock="resolve")
        until_given_up(office)
    with office.database.read() as connection:
        assert readable(connection) == []
    office.join("hal", "service")
    with office.database.read() as connection:
        assert len(readable(connection)) >= 1
    office.pipeline.run(HouseWork(tell_new_readers), SYSTEM)
    until_given_up(office)
    assert ("hal", "many") in readers(office, deserted)
    assert (unheard(office), failing(office, deserted)) == ([], [])
    assert office.pipeline.run(HouseWork(tell_new_readers), SYSTEM) == []


def test_who_is_kept_apart_from_the_case_is_not_told_for_it(office: Office, deserted: str) -> None:
    tell(office, deserted, "many", TEAM, clock="resolve")
    until_given_up(office)
    office.join("hal", "service")
    office.bar(deserted, "hal")
    assert office.pipeline.run(HouseWork(tell_new_readers), SYSTEM) == []


def test_a_later_one_that_is_read_stands_for_those_that_nobody_read(office: Office, deserted: str) -> None:
    tell(office, deserted, "many", TEAM, clock="resolve")
    until_given_up(office)
    assert len(failing(office, deserted)) == 1
    office.join("hal", "service")
    tell(office, deserted, "many", TEAM, clock="resolve")
    due(office)
    assert readers(office, deserted).count(("hal", "many")) == 1
    assert (unheard(office), failing(office, deserted)) == ([], [])
