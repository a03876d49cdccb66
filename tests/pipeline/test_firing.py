"""Firing is a change of its own: a failing one leaves nothing behind, and a person's step never takes one back."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from app.doctor import findings
from complaints.people.ownership import AcceptHandOver, AskHandOver
from complaints.tables import note
from engine import firing
from engine.case_work import SYSTEM, CaseWork
from engine.commands.claim import ClaimTask, ReleaseTask
from engine.commands.house_work import HouseWork
from engine.commands.send_back import SendBack
from engine.commands.take_next import TakeNext
from engine.dated import set_dated
from engine.errors import Conflict, Forbidden, NotFound, Refusal
from engine.pipeline import Desk
from engine.projection import save
from engine.tables import deadline, incident, instance
from storage.errors import StoreBusy
from tests.pipeline.conftest import ACKNOWLEDGED, Case
from tests.support.keys import put
from tests.support.stores import every_row


def test_a_firing_that_fails_leaves_no_row_behind_and_is_tried_again(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = firing.fire_next

    def half(work: CaseWork) -> None:
        work.insert(note, {"id": "half", "case_id": work.case_id, "at": work.now, "author": "x", "text": "half"})
        whole(work)
        raise KeyError("an effect that nobody foresaw")

    case.clock.advance(timedelta(minutes=46))
    monkeypatch.setattr(firing, "fire_next", half)
    case.pipeline.run(ClaimTask(case.item("acknowledge").id), case.on.actor("li.na"))
    assert case.row().case_owner == "li.na"
    assert case.rows(select(note)) == []
    assert "fired" not in case.kinds()
    assert [r.doing for r in case.rows(select(incident).where(incident.c.resolved_at.is_(None)))] == ["fire due"]
    case.clock.advance(timedelta(seconds=29))
    assert case.on.application.sweep.run_until_done() == 0
    monkeypatch.undo()
    case.clock.advance(timedelta(seconds=1))
    assert case.on.application.sweep.run_until_done() == 1
    assert "fired" in case.kinds()
    assert case.rows(select(incident).where(incident.c.resolved_at.is_(None))) == []
    assert (case.row().troubled, list(findings(case.on.application))) == (False, [])


def test_a_store_that_is_busy_while_something_fires_is_no_failure_of_the_case(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = sqlite3.OperationalError("database is locked")
    held.sqlite_errorcode = sqlite3.SQLITE_BUSY

    def busy(work: CaseWork, *, fence: int) -> None:
        monkeypatch.undo()
        raise OperationalError("UPDATE instance", {}, held)

    case.clock.advance(timedelta(minutes=46))
    monkeypatch.setattr(firing, "save", busy)
    with pytest.raises(StoreBusy):
        case.pipeline.run(ClaimTask(case.item("acknowledge").id), case.on.actor("li.na"))
    assert case.rows(select(incident)) == []
    assert case.on.application.sweep.run_until_done() == 1


def test_a_row_that_says_a_record_is_due_where_there_is_none_is_written_again(case: Case) -> None:
    with case.on.application.database.write() as unit:
        unit.connection.execute(update(instance).values(next_dated=case.clock.now(), next_due=case.clock.now()))
        unit.commit()
    case.clock.advance(timedelta(minutes=1))
    with case.on.application.database.write() as unit:
        work = case.pipeline.load(unit.connection, case.id, SYSTEM)
        assert firing.fire_what_is_due(work) == 0
        unit.commit()
    assert case.row().next_dated is None
    assert case.on.application.sweep.due_cases() == []


def test_a_dated_record_whose_handler_fails_stays_due(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(work: CaseWork, record: str, due_at: Any) -> None:
        raise RuntimeError("no")

    services = case.pipeline.services
    monkeypatch.setitem(services.dated, "promise", broken)
    database, actor = case.on.application.database, case.on.actor("li.na")
    with database.write() as unit:
        work = case.pipeline.load(unit.connection, case.id, actor)
        set_dated(work, "promise", "p", case.clock.now() + timedelta(minutes=5))
        save(work, fence=work.row["row_version"])
        unit.commit()
    case.clock.advance(timedelta(minutes=6))
    case.on.application.sweep.run_until_done()
    kept = case.rows(select(deadline.c.key).where(deadline.c.case_id == case.id, deadline.c.source == "dated"))
    assert [r.key for r in kept] == ["promise:p"]


def test_a_case_that_cannot_even_be_opened_does_not_stop_the_others(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    poisoned, well = case.id, case.file().id
    work_of = case.pipeline.work

    def poison(connection: Any, row: Any, actor: Any, now: Any) -> CaseWork:
        if row.case_id == poisoned:
            raise ValueError("this version cannot be compiled")
        return work_of(connection, row, actor, now)

    monkeypatch.setattr(case.pipeline, "work", poison)
    case.clock.advance(timedelta(minutes=46))
    case.on.application.sweep.run_until_done()
    assert [r.case_id for r in case.rows(select(incident))] == [poisoned]
    case.on.case_id = well
    assert "fired" in case.kinds()
    assert case.on.application.sweep.due_cases() == []


def test_what_fired_before_a_step_stays_when_the_step_is_sent_back(case: Case) -> None:
    case.clock.advance(timedelta(minutes=61))
    case.do("acknowledge", "li.na", ACKNOWLEDGED)
    reminders = [n for n in case.notices() if n.kind in ("acknowledge_reminder", "acknowledge_overdue")]
    assert {n.held_until for n in reminders} == {None}
    case.pipeline.run(SendBack(case.item("acknowledge").id), case.on.actor("li.na"))
    assert case.open() == {"acknowledge", "late_acknowledgement"}
    assert [n.cancelled_at for n in case.notices() if n.id in {r.id for r in reminders}] == [None] * len(reminders)
    assert list(findings(case.on.application)) == []


def test_a_step_is_not_sent_back_after_the_case_was_handed_over(case: Case) -> None:
    case.do("acknowledge", "li.na", ACKNOWLEDGED)
    case.pipeline.run(AskHandOver(case.id, "wang.fang", "holidays"), case.on.actor("li.na"))
    case.pipeline.run(AcceptHandOver(case.id), case.on.actor("wang.fang"))
    with pytest.raises(Conflict):
        case.pipeline.run(SendBack(case.item("acknowledge").id), case.on.actor("li.na"))
    assert case.row().case_owner == "wang.fang"


def test_taking_the_next_task_leaves_cases_alone_that_it_may_not_take(case: Case) -> None:
    case.clock.advance(timedelta(minutes=61))
    before = (case.row(), case.kinds())
    with pytest.raises(NotFound):
        case.pipeline.run(TakeNext(), case.on.actor("gao.yan"))
    assert (case.row(), case.kinds()) == before


@pytest.mark.parametrize(("by", "refusal"), [("li.na", Conflict), ("wang.fang", Forbidden)])
def test_after_a_refusal_within_other_work_the_case_stands_as_before_and_what_is_due_fires_later(
    case: Case, by: str, refusal: type[Refusal]
) -> None:
    """The first is overtaken by what fires, and what fired does not stay: whoever asked commits other things."""
    item = case.item("acknowledge")
    case.pipeline.run(ClaimTask(item.id), case.on.actor("li.na"))
    case.clock.advance(timedelta(minutes=46))
    before = every_row(case.on.application.database, case.on.application.keys)
    actor, said = case.on.actor(by), []

    def work(desk: Desk) -> None:
        with pytest.raises(refusal) as caught:
            desk.pipeline.within(desk.connection, ReleaseTask(item.id), actor)
        said.append(caught.value.message)
        other = {"id": "n", "case_id": case.id, "at": desk.now, "author": "x", "text": "Other."}
        put(desk.services.keys, desk.connection, note, other)

    case.pipeline.run(HouseWork(work), SYSTEM)
    after = every_row(case.on.application.database, case.on.application.keys)
    assert len(said) == 1
    assert {name for name, rows in after.items() if rows != before[name]} == {"note"}
    assert case.on.application.sweep.run_until_done() == 1
    assert case.kinds().count("fired") == 1
