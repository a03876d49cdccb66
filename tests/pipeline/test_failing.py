"""What fails rests alone and is on record: nothing else of the case waits for it, no person's step falls with it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError, OperationalError

from app.doctor import findings
from complaints.notes import AddNote
from engine.case_work import CaseWork
from engine.commands.claim import ClaimTask
from engine.commands.complete import CompleteTask
from engine.dated import set_dated
from engine.errors import NotFound, Refusal, StepFailed
from engine.kernel import step as kernel
from engine.model.step import Complete, Open
from engine.projection import save
from engine.tables import deadline, event_log, incident, instance, work_item
from escalation.placement import PostPlacement
from escalation.posts import Posts
from storage.errors import StoreBusy
from tests.pipeline.conftest import ACKNOWLEDGED, Case

Recipients = Callable[[CaseWork, str], tuple[str, ...]]


def failing_for(case: Case, monkeypatch: pytest.MonkeyPatch, *whom: str) -> None:
    """Let nobody be found any more for these recipients of notices: it fails while a change is written down."""
    placement = case.pipeline.services.placement
    found: Recipients = placement.recipients

    def recipients(work: CaseWork, to: str) -> tuple[str, ...]:
        if to in whom:
            raise KeyError(to)
        return found(work, to)

    monkeypatch.setattr(placement, "recipients", recipients)


def incidents(case: Case) -> list[tuple[str, str | None, int, bool]]:
    """What failed: doing, about, how often, and whether it is over."""
    rows = case.rows(select(incident).order_by(incident.c.at, incident.c.about))
    return [(row.doing, row.about, row.attempts, row.resolved_at is not None) for row in rows]


def fired(case: Case) -> list[str]:
    """What has fired, in order."""
    where = (event_log.c.case_id == case.id, event_log.c.kind == "fired")
    return [row.name for row in case.rows(select(event_log.c.name).where(*where).order_by(event_log.c.sequence))]


def sweep(case: Case, **later: float) -> None:
    """Let time pass and fire what is due."""
    case.clock.advance(timedelta(**later))
    case.on.application.sweep.run_until_done()


def test_a_firing_that_cannot_be_written_down_takes_no_persons_step_with_it(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing_for(case, monkeypatch, "owner")
    case.clock.advance(timedelta(minutes=46))
    case.pipeline.run(ClaimTask(case.item("acknowledge").id), case.on.actor("li.na"))
    assert case.row().case_owner == "li.na"
    assert incidents(case) == [("fire due", "acknowledge/1/remind/1", 1, False)]


def test_what_fails_keeps_no_other_deadline_of_its_case_waiting(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    failing_for(case, monkeypatch, "owner")
    sweep(case, minutes=46)
    assert (fired(case), case.on.application.sweep.due_cases()) == ([], [])
    sweep(case, minutes=14)
    assert fired(case) == ["acknowledge/1/overdue"]
    assert "late_acknowledgement" in case.open()
    # Tried again after 30 seconds and two minutes more, each time in vain; told by the doctor until it goes well.
    assert [(about, attempts) for _, about, attempts, _ in incidents(case)] == [("acknowledge/1/remind/1", 2)]
    (said,) = findings(case.on.application)
    assert said.startswith(
        f"case {case.id}: fire due at acknowledge/remind failed 2 times since 2026-03-03T04:46:00+00:00"
    )
    monkeypatch.undo()
    sweep(case, minutes=10)
    assert fired(case) == ["acknowledge/1/overdue", "acknowledge/1/remind"]
    assert (incidents(case)[0][3], case.row().troubled, list(findings(case.on.application))) == (True, False, [])


def test_of_what_is_due_together_only_what_fails_rests(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the hour the ladder tells the head, and the timer of the diagram opens a task: at the same instant."""
    failing_for(case, monkeypatch, "post:head_of_customer_service")
    sweep(case, minutes=60)
    assert fired(case) == ["acknowledge/1/remind"]
    assert case.open() == {"acknowledge", "late_acknowledgement"}
    assert incidents(case) == [("fire due", "acknowledge/1/overdue/1", 1, False)]
    monkeypatch.undo()
    sweep(case, seconds=30)
    assert fired(case) == ["acknowledge/1/remind", "acknowledge/1/overdue"]
    assert [over for *_, over in incidents(case)] == [True]


def test_an_incident_is_over_when_what_failed_is_not_due_any_more(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    failing_for(case, monkeypatch, "owner")
    sweep(case, minutes=46)
    case.do("acknowledge", "li.na", ACKNOWLEDGED)
    assert (incidents(case)[0][3], case.row().troubled) == (True, False)


def test_a_record_that_fails_keeps_neither_others_nor_clocks_waiting(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    def promise(work: CaseWork, record: str, due_at: Any) -> None:
        if record == "bad":
            raise RuntimeError("no")
        done.append(record)

    monkeypatch.setitem(case.pipeline.services.dated, "promise", promise)
    li_na = case.on.actor("li.na")
    with case.on.application.database.write() as unit:
        work = case.pipeline.load(unit.connection, case.id, li_na)
        for record, minutes in (("bad", 5), ("good", 5), ("later", 50)):
            set_dated(work, "promise", record, case.clock.now() + timedelta(minutes=minutes))
        save(work, fence=work.row["row_version"])
        unit.commit()
    sweep(case, minutes=51)
    assert (done, fired(case)) == (["good", "later"], ["promise:good", "acknowledge/1/remind", "promise:later"])
    assert incidents(case) == [("fire due", "promise:bad", 1, False)]
    kept = case.rows(select(deadline.c.key).where(deadline.c.case_id == case.id, deadline.c.source == "dated"))
    assert [row.key for row in kept] == ["promise:bad"]
    assert timedelta(seconds=22.5) <= case.row().next_dated - case.clock.now() <= timedelta(seconds=30)


def test_a_row_that_says_otherwise_than_the_state_is_written_again_and_is_no_failure(case: Case) -> None:
    right = case.row().next_due
    with case.on.application.database.write() as unit:
        wrong = case.clock.now() - timedelta(minutes=1)
        unit.connection.execute(update(instance).values(next_due=wrong, next_state_due=wrong))
        unit.commit()
    assert case.on.application.sweep.run_until_done() == 0
    assert (case.row().next_due, case.row().next_state_due, incidents(case)) == (right, right, [])


# --- posts that are gone -----------------------------------------------------------------------------------------
def without(posts: Posts, gone: str) -> Posts:
    """The posts as they are when one was taken out of posts.toml."""
    left = {
        name: replace(p, next=None if p.next == gone else p.next) for name, p in posts.posts.items() if name != gone
    }
    return replace(posts, posts=left)


def test_a_post_that_is_gone_is_acted_for_and_told_of(case: Case) -> None:
    left = without(case.on.application.posts, "head_of_customer_service")
    case.pipeline.services = replace(case.pipeline.services, placement=PostPlacement(left))
    case.clock.advance(timedelta(minutes=61))
    case.do("acknowledge", "li.na", ACKNOWLEDGED)
    assert (case.open(), incidents(case)) == ({"verify"}, [])
    (late,) = case.rows(
        select(work_item.c.post, work_item.c.state).where(work_item.c.element == "late_acknowledgement")
    )
    assert (late.post, late.state) == ("vice_principal_teaching", "cancelled")
    (told,) = (notice for notice in case.notices() if notice.kind == "acknowledge_overdue")
    assert told.recipient == "person:liu.gang"
    where = (event_log.c.case_id == case.id, event_log.c.kind == "post-unknown")
    (line,) = case.rows(select(event_log).where(*where))
    assert (line.name, line.detail) == ("head_of_customer_service", {"acting": "vice_principal_teaching"})


# --- a person's step that fails ----------------------------------------------------------------------------------
def broken(monkeypatch: pytest.MonkeyPatch, kind: type) -> None:
    """Let an automatic step fail behind every command of this kind."""
    whole = kernel.step

    def step(process: Any, state: Any, command: Any, **more: Any) -> Any:
        if isinstance(command, kind):
            raise StepFailed("outcom in [1]: the name outcom has no value in this case.", element="which_way")
        return whole(process, state, command, **more)

    monkeypatch.setattr("engine.case_work.step", step)


def test_a_persons_step_that_fails_changes_nothing_and_is_on_record(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, task = case.row(), case.item("acknowledge")
    broken(monkeypatch, Complete)
    for _ in range(2):
        with pytest.raises(StepFailed, match="outcom has no value") as refusal:
            case.do("acknowledge", "li.na", ACKNOWLEDGED)
    after = case.row()
    assert (after.row_version, after.state, case.item("acknowledge")) == (before.row_version, before.state, task)
    (row,) = case.rows(select(incident))
    assert (row.id, row.case_id, row.doing, row.about) == (
        refusal.value.details["incident"], case.id, "carry out: complete task", task.id,
    )  # fmt: skip
    assert (row.actor, row.element, row.attempts, row.resolved_at) == ("li.na", "which_way", 2, None)
    assert list(findings(case.on.application)) == [
        f"case {case.id}: carry out: complete task by li.na at which_way failed 2 times since"
        " 2026-03-03T04:00:00+00:00: outcom in [1]: the name outcom has no value in this case."
    ]
    monkeypatch.undo()
    case.do("acknowledge", "li.na", ACKNOWLEDGED)
    assert (incidents(case)[0][3], case.row().troubled, list(findings(case.on.application))) == (True, False, [])


def test_a_complaint_that_cannot_be_filed_is_on_record_until_one_can(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = len(case.rows(select(instance)))
    broken(monkeypatch, Open)
    with pytest.raises(StepFailed):
        Case(case.on).file()
    assert len(case.rows(select(instance))) == known
    (row,) = case.rows(select(incident))
    assert (row.case_id, row.doing, row.resolved_at) == (None, "carry out: file complaint", None)
    assert [line.partition(" failed ")[0] for line in findings(case.on.application)] == [
        "the house: carry out: file complaint by complainant at which_way"
    ]
    monkeypatch.undo()
    Case(case.on).file()
    assert [over for *_, over in incidents(case)] == [True]


def test_a_note_that_failed_troubles_its_case_until_one_can_be_written_there(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    li_na, first = case.on.actor("li.na"), case.id

    def burst(*_: Any, **__: Any) -> None:
        raise RuntimeError("x")

    monkeypatch.setattr("complaints.notes.words", burst)
    for _ in range(2):
        with pytest.raises(StepFailed):
            case.pipeline.run(AddNote(first, "He was calm."), li_na)
    assert (incidents(case), case.row().troubled) == ([("carry out: add note", None, 2, False)], True)
    monkeypatch.undo()
    # A note in another case says nothing about this one.
    other = Case(case.on).file().id
    case.pipeline.run(AddNote(other, "Hello."), li_na)
    case.on.case_id = first
    assert (incidents(case)[0][3], case.row().troubled) == (False, True)
    case.pipeline.run(AddNote(first, "He was calm."), li_na)
    assert (incidents(case)[0][3], case.row().troubled, list(findings(case.on.application))) == (True, False, [])


def test_a_note_that_works_again_leaves_what_else_troubles_its_case(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    def burst(*_: Any, **__: Any) -> None:
        raise RuntimeError("x")

    with monkeypatch.context() as broken_notes:
        broken_notes.setattr("complaints.notes.words", burst)
        with pytest.raises(StepFailed):
            case.pipeline.run(AddNote(case.id, "He was calm."), case.on.actor("li.na"))
    failing_for(case, monkeypatch, "owner")
    sweep(case, minutes=46)
    case.pipeline.run(AddNote(case.id, "He was calm."), case.on.actor("li.na"))
    assert [(doing, over) for doing, *_, over in incidents(case)] == [
        ("carry out: add note", True), ("fire due", False),
    ]  # fmt: skip
    assert case.row().troubled is True


def test_an_effect_that_raises_what_nobody_foresaw_leaves_nothing_half_done_and_is_on_record(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, task, told = case.row(), case.item("acknowledge"), len(case.notices())
    done: list[str] = []

    def burst(work: CaseWork, to: str, template: str, values: Any, cause: str, *, once: bool) -> None:
        work.connection.execute(update(instance).values(case_owner="nobody"))
        done.append(template)
        raise KeyError("13800000001")

    monkeypatch.setattr(CaseWork, "tell", burst)
    with pytest.raises(StepFailed) as refusal:
        case.do("acknowledge", "li.na", ACKNOWLEDGED)
    monkeypatch.undo()
    after = case.row()
    assert done
    assert (after.row_version, after.state, after.case_owner) == (before.row_version, before.state, before.case_owner)
    assert (case.item("acknowledge"), len(case.notices()), after.troubled) == (task, told, True)
    (row,) = case.rows(select(incident))
    assert (row.id, row.case_id, row.doing) == (refusal.value.details["incident"], case.id, "carry out: complete task")
    assert (row.actor, row.reason) == ("li.na", "The effect notify failed: KeyError.")
    assert row.element is not None
    case.do("acknowledge", "li.na", ACKNOWLEDGED)
    assert [over for *_, over in incidents(case)] == [True]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (RuntimeError("x"), "RuntimeError"),
        (IntegrityError("INSERT", {}, Exception("UNIQUE constraint failed")), "IntegrityError"),
    ],
)
def test_what_nobody_foresaw_in_a_command_is_on_record_too(
    case: Case, monkeypatch: pytest.MonkeyPatch, error: Exception, kind: str
) -> None:
    before = case.row()

    def burst(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr("engine.pipeline.save", burst)
    with pytest.raises(StepFailed):
        case.do("acknowledge", "li.na", ACKNOWLEDGED)
    monkeypatch.undo()
    (row,) = case.rows(select(incident))
    assert (row.case_id, row.reason, row.element) == (case.id, f"The step failed: {kind}.", None)
    assert (case.row().row_version, case.row().state) == (before.row_version, before.state)


def test_what_must_commit_with_a_step_and_fails_is_on_record_and_nothing_of_the_step_stays(case: Case) -> None:
    before, task = case.row(), case.item("acknowledge")

    def burst(*_: Any) -> None:
        raise RuntimeError("13800000001")

    complete = CompleteTask(task.id, ACKNOWLEDGED, task.version)
    with pytest.raises(StepFailed) as refusal:
        case.pipeline.run(complete, case.on.actor("li.na"), before_commit=burst)
    (row,) = case.rows(select(incident))
    assert (row.id, row.case_id, row.about, row.reason) == (
        refusal.value.details["incident"], case.id, task.id, "The step failed: RuntimeError.",
    )  # fmt: skip
    assert (case.row().row_version, case.row().state, case.item("acknowledge")) == (
        before.row_version, before.state, task,
    )  # fmt: skip


def test_a_store_that_is_busy_in_the_middle_of_an_effect_is_no_incident(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked = sqlite3.OperationalError("database is locked")
    locked.sqlite_errorcode = sqlite3.SQLITE_BUSY

    def burst(*_: Any, **__: Any) -> None:
        raise OperationalError("INSERT", {}, locked)

    monkeypatch.setattr(CaseWork, "tell", burst)
    with pytest.raises(StoreBusy):
        case.do("acknowledge", "li.na", ACKNOWLEDGED)
    assert incidents(case) == []


def test_a_refusal_is_no_incident(case: Case) -> None:
    for element, data in (("acknowledge", {}), ("acknowledge", {"unknown": 1})):
        with pytest.raises(Refusal):
            case.do(element, "li.na", data)
    with pytest.raises(NotFound):
        case.pipeline.run(ClaimTask(f"{case.id}-999"), case.on.actor("li.na"))
    assert incidents(case) == []
