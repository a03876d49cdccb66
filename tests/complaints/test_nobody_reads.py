"""Notices that nobody can read: one incident for each duty, however often it is told, until somebody is there."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from complaints.notices import delivery, new_readers
from complaints.notices.delivery_loop import RETRY_AFTER
from complaints.notices.new_readers import Unheard, settle_unheard, unheard
from engine.case_work import SYSTEM
from engine.commands.house_work import HouseWork
from engine.tables import case_clock, incident, instance
from storage.dead_letters import dead_letters
from storage.outbox import outbox
from tests.complaints.office import HOUR, MONDAY, Office
from tests.complaints.test_delivery import due, readers, tell
from tests.support.keys import put
from tests.support.query_plans import watched

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


def looked(office: Office) -> Unheard:
    """Look, as a process does every 45 seconds, and settle what can be settled; return it."""
    with office.database.read() as connection:
        found = unheard(connection, office.keys)
    office.pipeline.run(HouseWork(lambda desk: settle_unheard(desk, found)), SYSTEM)
    return found


def given_up(office: Office, kind: str = "many") -> list[str]:
    """Return the clocks of the notices that were given up, in order."""
    with office.database.read() as connection:
        found = [each.id for each in dead_letters(connection) if each.kind == kind]
    rows = {row.id: row.payload["values"].get("clock", "") for row in office.rows(outbox)}
    return [rows[each] for each in found]


def failing(office: Office, case: str, kind: str = "many") -> list[Any]:
    """Return the open incidents about a kind of notice."""
    rows = office.rows(incident, case)
    return [row for row in rows if row.resolved_at is None and row.doing == f"deliver {kind} to {TEAM}"]


def test_a_duty_that_is_told_every_day_is_one_incident(office: Office, deserted: str) -> None:
    for clock in ("resolve", "resolve", "callback", "resolve"):
        tell(office, deserted, "many", TEAM, clock=clock)
        until_given_up(office)
    assert given_up(office) == ["callback", "resolve"]
    assert len(failing(office, deserted)) == 2


def test_what_does_not_come_again_stays_on_the_list(office: Office, deserted: str) -> None:
    for _ in range(3):
        tell(office, deserted, "offered", TEAM)
        until_given_up(office)
    assert len(given_up(office, "offered")) == len(failing(office, deserted, "offered")) == 3


def test_who_comes_is_told_what_nobody_could_read(office: Office, deserted: str) -> None:
    for _ in range(2):
        tell(office, deserted, "many", TEAM, clock="resolve")
        until_given_up(office)
    assert not looked(office)
    office.join("hal", "service")
    kinds = {row.id: row.kind for row in office.rows(outbox)}
    assert "many" in {kinds[each] for each in looked(office).readable}
    until_given_up(office)
    assert ("hal", "many") in readers(office, deserted)
    assert (given_up(office), failing(office, deserted)) == ([], [])
    assert not looked(office)


def test_a_duty_that_is_over_is_told_nobody_any_more(office: Office, deserted: str) -> None:
    for clock in ("hear", "look"):
        tell(office, deserted, "many", TEAM, clock=clock)
        until_given_up(office)
    with office.database.write() as unit:
        common = {
            "case_id": deserted, "scope": "", "round": 1, "mode": "wall", "budget": 60, "started_at": MONDAY,
            "late": False, "revision": 1, "provisional": False, "reasons": [],
        }  # fmt: skip
        for key, name, state in (("h1", "hear", "met"), ("l1", "look", "met"), ("l2", "look", "running")):
            put(office.keys, unit.connection, case_clock, {**common, "key": key, "name": name, "state": state})
        unit.commit()
    assert [each.kind for each in looked(office).over if each.kind == "many"] == ["many"]
    assert given_up(office) == ["look"]
    assert len(failing(office, deserted)) == 1
    office.join("hal", "service")
    assert looked(office).readable


def test_of_a_case_that_has_ended_nobody_is_told_months_later(office: Office, deserted: str) -> None:
    for kind in ("many", "offered"):
        tell(office, deserted, kind, TEAM)
        until_given_up(office)
    with office.database.write() as unit:
        ended = update(instance).where(instance.c.case_id == deserted).values(ended_at=office.clock.now())
        unit.connection.execute(ended)
        unit.commit()
    assert {each.kind for each in looked(office).over} >= {"many", "offered"}
    assert not looked(office)
    assert (failing(office, deserted), failing(office, deserted, "offered")) == ([], [])
    office.join("hal", "service")
    assert not looked(office)
    due(office)
    assert readers(office, deserted) == []


def test_what_many_notices_cost_is_a_question_for_some_hundreds_of_them(
    office: Office, deserted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(new_readers, "TOGETHER", 3)
    for _ in range(7):
        tell(office, deserted, "offered", TEAM)
        until_given_up(office)
    office.join("hal", "service")
    with watched(office.database) as seen, office.database.read() as connection:
        found = unheard(connection, office.keys)
    assert len(found.readable) == 3, "no more in one transaction"
    rows = len([row for row in office.rows(outbox) if row.given_up_as])
    assert sum(seen.times.values()) <= 2 + 3 * -(-rows // 3)


def test_who_is_kept_apart_from_the_case_is_not_told_for_it(office: Office, deserted: str) -> None:
    tell(office, deserted, "many", TEAM, clock="resolve")
    until_given_up(office)
    office.join("hal", "service")
    office.bar(deserted, "hal")
    assert not looked(office)


def test_a_later_one_that_is_read_stands_for_those_that_nobody_read(office: Office, deserted: str) -> None:
    tell(office, deserted, "many", TEAM, clock="resolve")
    until_given_up(office)
    assert len(failing(office, deserted)) == 1
    office.join("hal", "service")
    tell(office, deserted, "many", TEAM, clock="resolve")
    due(office)
    assert readers(office, deserted).count(("hal", "many")) == 1
    assert (given_up(office), failing(office, deserted)) == ([], [])
