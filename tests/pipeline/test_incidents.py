"""How often what fails is tried again, what chance has to do with it, and what an operator's decision comes to."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from app.doctor import findings
from complaints.change_facts import ChangeFacts
from complaints.incidents.dismiss import DismissIncident
from complaints.incidents.reroute import GiveElsewhere, RerouteStep
from complaints.incidents.retry import RetryIncident
from complaints.people.reach import FINDING, note_nobodys_tasks_of_all
from engine.case_work import NEVER, SYSTEM, CaseWork
from engine.commands.claim import ClaimTask
from engine.commands.house_work import HouseWork
from engine.errors import Conflict, Forbidden
from engine.ids import ALPHABET, RandomIds, fraction
from engine.incidents import LONGEST_PAUSE, TRIES, retry_at
from engine.tables import conflict_of_interest, deadline, event_log, incident, instance, work_item
from tests.pipeline.conftest import ACKNOWLEDGED, Case
from tests.pipeline.test_failing import failing_for, fired, sweep

AT = datetime(2026, 3, 3, 4, 0, tzinfo=UTC)
REMIND = "acknowledge/1/remind/1"


class Told:
    """Identifiers that say what they are told to."""

    def __init__(self, codes: Iterable[str]) -> None:
        self._codes = deque(codes)

    def new(self) -> str:
        return "x" * 20

    def code(self, length: int) -> str:
        (code, *_) = [self._codes.popleft()]
        assert len(code) == length
        return code


def one(case: Case) -> Any:
    """Return the incident of the reminder."""
    (row,) = case.rows(select(incident).where(incident.c.about == REMIND))
    return row


def logged(case: Case) -> list[str]:
    """Return the lines about incidents, in order."""
    return [kind for kind in case.kinds() if kind.startswith("incident")]


# --- pauses ------------------------------------------------------------------------------------------------------
def test_pauses_grow_fourfold_up_to_the_longest_and_chance_shortens_each_by_a_quarter_at_most() -> None:
    longest = [retry_at(AT, n, Told(["0000"])) - AT for n in range(1, TRIES)]
    assert longest == [timedelta(seconds=s) for s in (30, 120, 480, 1920)] + [LONGEST_PAUSE]
    half = [retry_at(AT, n, Told(["G000"])) - AT for n in range(1, TRIES)]
    assert half == [pause * 0.875 for pause in longest]
    shortest = [retry_at(AT, n, Told(["ZZZZ"])) - AT for n in range(1, TRIES)]
    assert all(pause * 0.75 < short < pause * 0.7501 for pause, short in zip(longest, shortest, strict=True))
    assert [retry_at(AT, n, Told([])) for n in (TRIES, TRIES + 1, 1000)] == [NEVER] * 3


@given(st.text(ALPHABET, min_size=4, max_size=4))
def test_every_code_is_a_fraction_below_one(code: str) -> None:
    found = fraction(Told([code]))
    assert 0 <= found < 1
    assert round(found * 32**4) == sum(ALPHABET.index(c) * 32**place for place, c in enumerate(reversed(code)))


def test_what_failed_at_one_instant_is_not_tried_again_at_one_instant() -> None:
    ids = RandomIds()
    tries = {retry_at(AT, 5, ids) for _ in range(200)}
    assert len(tries) > 190
    assert max(tries) - min(tries) > timedelta(minutes=15)


# --- a poison case -----------------------------------------------------------------------------------------------
def test_after_the_sixth_failure_the_sweep_leaves_it_alone_and_everything_else_goes_on(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing_for(case, monkeypatch, "owner")
    poisoned = case.id
    tried: list[tuple[int, int]] = []
    case.clock.advance(timedelta(minutes=45))
    for minute in range(6 * 60):
        sweep(case, minutes=1)
        if not tried or tried[-1][1] != one(case).attempts:
            tried.append((minute, one(case).attempts))
    # At the minute after each pause, which is at most 30 s, 2, 8, 32 minutes and 2 hours.
    assert tried == [(0, 1), (1, 2), (3, 3), (11, 4), (43, 5), (163, 6)]
    where = (event_log.c.element == "acknowledge/remind", event_log.c.kind.startswith("incident"))
    lines = case.rows(select(event_log.c.kind).where(*where).order_by(event_log.c.sequence))
    assert [line.kind for line in lines] == ["incident"] * 5 + ["incident-waiting"]
    assert "acknowledge/1/overdue" in fired(case)
    assert "late_acknowledgement" in case.open()
    (row,) = case.rows(select(deadline.c.retry_at).where(deadline.c.key == REMIND))
    assert (row.retry_at, one(case).next_try_at, one(case).resolved_at) == (NEVER, None, None)
    assert case.row().next_due < NEVER
    # Others are swept, and people work on the case itself.
    well = case.file().id
    monkeypatch.undo()
    sweep(case, minutes=46)
    assert fired(case) == ["acknowledge/1/remind"]
    case.on.case_id = poisoned
    # A later reminder has failed as often since; an operator brings it back, and the first is over with its step.
    (other,) = case.rows(select(incident).where(incident.c.resolved_at.is_(None), incident.c.about != REMIND))
    assert (other.about, other.attempts, other.next_try_at) == ("respond/1/remind/1", TRIES, None)
    assert case.pipeline.run(RetryIncident(other.id), case.on.actor("ops"))["outcome"] == "done"
    assert case.row().troubled is True
    case.do("acknowledge", "li.na", ACKNOWLEDGED)
    assert (case.row().troubled, one(case).resolved_at) == (False, case.clock.now())
    assert [line for line in findings(case.on.application) if poisoned in line or well in line] == []


def test_a_case_that_cannot_be_opened_waits_for_an_operator_who_brings_it_back(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    work_of = case.pipeline.work

    def poison(*_: Any) -> CaseWork:
        raise ValueError("this version cannot be compiled")

    monkeypatch.setattr(case.pipeline, "work", poison)
    sweep(case, minutes=46)
    for _ in range(TRIES - 1):
        sweep(case, hours=2)
    (row,) = case.rows(select(incident))
    assert (row.about, row.attempts, row.next_try_at, case.row().next_due) == (None, TRIES, None, None)
    assert case.on.application.sweep.due_cases() == []
    ops = case.on.actor("ops")
    assert case.pipeline.run(RetryIncident(row.id), ops)["outcome"] == "failed"
    (row,) = case.rows(select(incident))
    assert (row.attempts, row.reason) == (TRIES + 1, "The case failed: ValueError.")
    monkeypatch.setattr(case.pipeline, "work", work_of)
    assert case.pipeline.run(RetryIncident(row.id), ops)["outcome"] == "done"
    assert "acknowledge/1/remind" in fired(case)
    assert (case.row().troubled, logged(case)) == (False, ["incident-retried"] * 2)


# --- dismissed ---------------------------------------------------------------------------------------------------
def test_what_is_dismissed_sleeps_until_its_clock_comes_to_another_due_time(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing_for(case, monkeypatch, "owner")
    sweep(case, minutes=46)
    ops = case.on.actor("ops")
    case.pipeline.run(DismissIncident(one(case).id, "Nobody needs it."), ops)
    monkeypatch.undo()
    sweep(case, hours=3)
    case.pipeline.run(ClaimTask(case.item("acknowledge").id), case.on.actor("li.na"))
    assert ("acknowledge/1/remind" in fired(case), case.row().troubled) == (False, True)
    # Even where the row of the deadline is written anew.
    with case.on.application.database.write() as unit:
        unit.connection.execute(update(deadline).where(deadline.c.key == REMIND).values(retry_at=None))
        unit.commit()
    case.pipeline.run(ChangeFacts(case.id, {"people": 2}, case.row().facts_version, "r"), case.on.actor("li.na"))
    sweep(case, minutes=1)
    assert "acknowledge/1/remind" not in fired(case)
    case.do("acknowledge", "li.na", ACKNOWLEDGED)
    assert case.row().troubled is False
    with pytest.raises(Conflict, match="is over"):
        case.pipeline.run(DismissIncident(one(case).id, "again"), ops)


def test_a_dismissed_case_that_cannot_be_opened_is_not_swept_and_any_change_brings_it_back(case: Case) -> None:
    case.pipeline.leave_alone(case.id, RuntimeError("x"))
    (row,) = case.rows(select(incident))
    case.pipeline.run(DismissIncident(row.id, "A test."), case.on.actor("ops"))
    sweep(case, minutes=46)
    assert (fired(case), case.row().next_due) == ([], None)
    case.pipeline.run(ClaimTask(case.item("acknowledge").id), case.on.actor("li.na"))
    assert (fired(case), case.row().troubled) == (["acknowledge/1/remind"], False)


# --- a step that nobody can do -----------------------------------------------------------------------------------
def test_a_step_that_nobody_can_do_is_given_elsewhere_and_cannot_be_dismissed(case: Case) -> None:
    task = case.item("acknowledge").id
    with case.on.application.database.write() as unit:
        for each in ("li.na", "wang.fang", "kim.minji", "chen.jing"):
            unit.connection.execute(conflict_of_interest.insert().values(case_id=case.id, person=each))
        unit.connection.execute(update(work_item).where(work_item.c.id == task).values(post=None))
        unit.commit()
    case.pipeline.run(HouseWork(note_nobodys_tasks_of_all), SYSTEM)
    (row,) = case.rows(select(incident))
    ops = case.on.actor("ops")
    assert (row.doing, row.about) == (FINDING, task)
    with pytest.raises(Conflict, match="stands still"):
        case.pipeline.run(DismissIncident(row.id, "r"), ops)
    assert case.pipeline.run(RetryIncident(row.id), ops)["outcome"] == "failed"
    case.pipeline.run(RerouteStep(row.id, "team:leadership", "All of service are named."), ops)
    (row,) = case.rows(select(incident))
    assert (row.resolved_at, case.item("acknowledge").team) == (case.clock.now(), "leadership")
    case.do("acknowledge", "huang.lan", ACKNOWLEDGED)
    assert "verify" in case.open()


def test_nobody_but_an_operator_gives_a_step_elsewhere(case: Case) -> None:
    command = GiveElsewhere(case.id, case.item("acknowledge").id, "team:legal", "r")
    for login in ("li.na", "chen.jing"):
        with pytest.raises(Forbidden):
            case.pipeline.run(command, case.on.actor(login))
    assert case.rows(select(event_log).where(event_log.c.kind == "rerouted")) == []


def test_a_persons_step_that_failed_is_repeated_by_the_person_alone(case: Case) -> None:
    task = case.item("acknowledge").id
    with case.on.application.database.write() as unit:
        unit.connection.execute(update(instance).values(troubled=True))
        values = {"id": "i", "case_id": case.id, "at": case.clock.now(), "doing": "carry out: complete task",
                  "about": task, "actor": "li.na", "reason": "no", "attempts": 1}  # fmt: skip
        unit.connection.execute(incident.insert().values(values))
        unit.commit()
    ops = case.on.actor("ops")
    with pytest.raises(Conflict, match="whoever did the step"):
        case.pipeline.run(RetryIncident("i"), ops)
    case.pipeline.run(DismissIncident("i", "Seen; a bad form."), ops)
    (row,) = case.rows(select(incident))
    assert (row.dismissed_by, row.dismissed_reason) == ("ops", "Seen; a bad form.")
    case.do("acknowledge", "li.na", ACKNOWLEDGED)
    assert case.row().troubled is False
