"""What the pipeline promises about one command: all or nothing, due things first, and the right refusal."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from access.keys.sealed_rows import sealed_values
from app.doctor import findings
from complaints.people.ownership import AskHandOver
from complaints.plan.actions import CompleteAction
from complaints.tables import action_item
from engine.case_work import SYSTEM
from engine.commands.claim import AssignTask, ClaimTask, ReleaseTask
from engine.commands.clocks import PauseCase, ResumeCase
from engine.commands.complete import CompleteTask
from engine.commands.send_back import SendBack
from engine.commands.take_next import TakeNext
from engine.errors import Conflict, Forbidden, MatchRequired, NotFound, Stale, StepFailed, Unfit
from engine.projection import write_items
from engine.tables import event_log, incident, work_item
from storage.counting import counted
from storage.outbox import outbox
from tests.pipeline.conftest import ACKNOWLEDGED, VERIFIED, Case


def test_a_completion_is_one_commit_and_at_most_eight_statements(case: Case) -> None:
    actor, command = case.on.actor("li.na"), CompleteTask(case.item("acknowledge").id, ACKNOWLEDGED)
    with counted(case.on.application.database) as count:
        case.pipeline.run(command, actor)
    assert count.statements <= 8
    assert count.commits == 1


def test_columns_that_indexes_go_by_are_written_only_where_they_moved(case: Case) -> None:
    before = case.row()
    with counted(case.on.application.database) as count:
        case.do("acknowledge", "li.na", ACKNOWLEDGED)
    after = case.row()
    [change] = [sql for sql in count.sql if sql.startswith("UPDATE instance SET")]
    indexed = ("status", "case_owner", "priority", "impact", "ended_at", "archived_at", "next_due", "version_id")
    moved = [name for name in indexed if getattr(before, name) != getattr(after, name)]
    assert [name for name in indexed if f" {name}=" in change or f",{name}=" in change] == moved
    assert "case_owner" in moved
    assert "impact" not in moved


def test_who_acknowledges_first_owns_the_case(case: Case) -> None:
    case.do("acknowledge", "wang.fang", ACKNOWLEDGED)
    assert case.row().case_owner == "wang.fang"
    assert case.item("verify").assignee == "wang.fang"


def test_a_second_completion_says_who_was_faster_and_when(case: Case) -> None:
    case.do("acknowledge", "li.na", ACKNOWLEDGED)
    with pytest.raises(Conflict) as refusal:
        case.do("acknowledge", "wang.fang", ACKNOWLEDGED)
    assert refusal.value.details["by"] == "li.na"
    assert refusal.value.details["at"] == case.clock.now().isoformat()


def test_a_form_that_does_not_fit_changes_nothing(case: Case) -> None:
    before = (case.row(), case.kinds())
    with pytest.raises(Unfit) as refusal:
        case.do("acknowledge", "li.na", {"contact_way": "pigeon", "nonsense": 1})
    fields = {f["field"] for f in refusal.value.details["fields"]}
    assert {"/contact_way", "/nonsense", "/acknowledgement_text"} <= fields
    assert (case.row(), case.kinds()) == before


def test_somebody_of_another_team_does_not_see_the_case(case: Case) -> None:
    with pytest.raises(NotFound):
        case.do("acknowledge", "gao.yan", ACKNOWLEDGED)


def test_somebody_who_sees_the_case_but_not_the_task_is_told_whose_it_is(case: Case) -> None:
    with pytest.raises(Forbidden):
        case.do("acknowledge", "liu.gang", ACKNOWLEDGED)


def test_what_a_person_saw_must_still_hold(case: Case) -> None:
    item = case.item("acknowledge")
    with pytest.raises(Stale):
        case.pipeline.run(CompleteTask(item.id, ACKNOWLEDGED, item.version + 1), case.on.actor("li.na"))


def test_what_is_due_fires_before_the_command(case: Case) -> None:
    case.clock.advance(timedelta(minutes=61))
    case.do("acknowledge", "li.na", ACKNOWLEDGED)
    lines = [
        (r.kind, r.element or r.name.split("/")[-1] if r.name or r.element else None)
        for r in case.rows(select(event_log).where(event_log.c.case_id == case.id).order_by(event_log.c.sequence))
    ]
    order = [
        ("fired", "remind"),
        ("fired", "overdue"),
        ("entered", "late_acknowledgement"),
        ("completed", "acknowledge"),
    ]
    assert [line for line in lines if line in order] == order
    assert ("cancelled", "late_acknowledgement") in lines


def test_a_firing_that_takes_the_task_away_stays_and_the_person_gets_a_conflict(case: Case) -> None:
    case.do("acknowledge", "li.na", ACKNOWLEDGED)
    case.do("verify", "li.na", {"outcome": "ask_back", "question": "Which lesson?"})
    case.clock.advance(timedelta(days=30))
    case.on.application.sweep.run_until_done()
    case.do("verify", "li.na", {"outcome": "unfounded", "grounds": "It is not so."})
    case.do("explain_exit", "li.na", {"exit_text": "We looked into it."})
    case.on.application.sweep.run_until_done()
    case.clock.advance(timedelta(days=30))
    before = case.row().row_version
    with pytest.raises(Conflict):
        case.pipeline.run(PauseCase(case.id, "why"), case.on.actor("li.na"))
    assert case.row().row_version == before + 1
    assert case.row().ended_at is not None


def test_what_the_process_has_paused_nobody_ends_by_hand_and_no_letter_says_so(case: Case) -> None:
    case.do("acknowledge", "li.na", ACKNOWLEDGED)
    case.do("verify", "li.na", {"outcome": "ask_back", "question": "Which lesson?"})
    case.clock.advance(timedelta(hours=1))
    case.on.application.sweep.run_until_done()
    with pytest.raises(Conflict, match="write down what they said"):
        case.pipeline.run(ResumeCase(case.id), case.on.actor("li.na"))
    assert "resumed" not in {row.kind for row in case.rows(select(outbox))}


def test_the_complainant_hears_when_the_clocks_are_paused_by_hand_and_when_they_run_on(case: Case) -> None:
    li_na = case.on.actor("li.na")
    case.do("acknowledge", "li.na", ACKNOWLEDGED)
    case.pipeline.run(PauseCase(case.id, "The recording is on its way."), li_na)
    case.pipeline.run(ResumeCase(case.id), li_na)
    letters = [row for row in case.rows(select(outbox)) if row.kind in ("paused", "resumed")]
    assert [(row.kind, row.recipient) for row in letters] == [("paused", "complainant"), ("resumed", "complainant")]
    assert [row.payload["values"].get("why") for row in letters] == ["The recording is on its way.", None]
    with pytest.raises(Conflict, match=r"^(?!The process itself)"):
        case.pipeline.run(ResumeCase(case.id), li_na)


def test_a_failing_firing_is_an_incident_and_the_command_goes_on(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    from engine import firing as module

    def broken(work: object) -> None:
        raise StepFailed("the diagram is broken here", element="x")

    case.clock.advance(timedelta(minutes=46))
    monkeypatch.setattr(module, "fire_next", broken)
    case.pipeline.run(ClaimTask(case.item("acknowledge").id), case.on.actor("li.na"))
    assert case.row().case_owner == "li.na"
    found = case.rows(select(incident))
    assert [(r.case_id, r.attempts, r.about, r.resolved_at) for r in found] == [
        (case.id, 1, "acknowledge/1/remind/1", None)
    ]
    assert case.on.application.sweep.due_cases() == []


def test_claiming_makes_the_owner_and_a_second_claim_says_who_has_it(case: Case) -> None:
    task = case.item("acknowledge").id
    case.pipeline.run(ClaimTask(task), case.on.actor("li.na"))
    case.pipeline.run(ClaimTask(task), case.on.actor("li.na"))
    assert (case.row().case_owner, case.item("acknowledge").assignee) == ("li.na", "li.na")
    with pytest.raises(Conflict) as refusal:
        case.pipeline.run(ClaimTask(task), case.on.actor("wang.fang"))
    assert refusal.value.details["by"] == "li.na"
    with pytest.raises(Conflict):
        case.pipeline.run(ReleaseTask(task), case.on.actor("li.na"))


def test_a_supervisor_assigns_within_the_team_and_with_a_reason(case: Case) -> None:
    task, boss = case.item("acknowledge").id, case.on.actor("chen.jing")
    with pytest.raises(Forbidden):
        case.pipeline.run(AssignTask(task, "wang.fang", "busy"), case.on.actor("li.na"))
    for to, reason in (("wang.fang", " "), ("gao.yan", "busy"), ("nobody", "busy")):
        with pytest.raises(Unfit):
            case.pipeline.run(AssignTask(task, to, reason), boss)
    case.pipeline.run(AssignTask(task, "wang.fang", "busy"), boss)
    assert case.item("acknowledge").assignee == "wang.fang"


def test_the_next_task_is_the_most_urgent_one(case: Case) -> None:
    first = case.item("acknowledge").id
    case.clock.advance(timedelta(minutes=5))
    second = case.file(flags={"safety": True}).item("acknowledge").id
    assert case.pipeline.run(TakeNext(), case.on.actor("wang.fang")) == first
    assert case.pipeline.run(TakeNext(), case.on.actor("wang.fang")) == second
    with pytest.raises(NotFound):
        case.pipeline.run(TakeNext(), case.on.actor("wang.fang"))


def test_a_step_is_sent_back_while_nobody_outside_has_heard(case: Case) -> None:
    case.do("acknowledge", "li.na", ACKNOWLEDGED)
    facts, clocks = case.row().facts, case.row().next_due
    case.do("verify", "li.na", {**VERIFIED, "safety": False, "people": 12})
    assert "verify" not in case.open()
    case.clock.advance(timedelta(seconds=10))
    case.pipeline.run(SendBack(case.item("verify").id), case.on.actor("li.na"))
    row = case.row()
    assert case.open() == {"verify"}
    assert (row.facts, row.next_due) == (facts, clocks)
    assert case.item("verify").assignee == "li.na"
    assert list(findings(case.on.application)) == []
    case.do("verify", "li.na", VERIFIED)
    assert "respond" in case.open()


def test_notices_of_a_step_are_held_and_deleted_when_it_is_sent_back(case: Case) -> None:
    case.do("acknowledge", "li.na", ACKNOWLEDGED)
    told = [n for n in case.notices() if n.kind == "acknowledged"]
    assert [n.held_until > case.clock.now() for n in told] == [True]
    case.pipeline.run(SendBack(case.item("acknowledge").id), case.on.actor("li.na"))
    assert [n.kind for n in case.notices() if n.kind == "acknowledged" and n.cancelled_at is None] == []
    assert case.row().case_owner is None


def test_a_step_cannot_be_sent_back_once_others_have_built_on_it_or_its_notices_are_out(case: Case) -> None:
    case.do("acknowledge", "li.na", ACKNOWLEDGED)
    acknowledged = case.item("acknowledge").id
    case.do("verify", "li.na", VERIFIED)
    with pytest.raises(Conflict):
        case.pipeline.run(SendBack(acknowledged), case.on.actor("li.na"))
    verified = case.item("verify").id
    with pytest.raises(Forbidden):
        case.pipeline.run(SendBack(verified), case.on.actor("wang.fang"))
    with pytest.raises(Unfit):
        case.pipeline.run(SendBack(verified), case.on.actor("chen.jing"))
    case.clock.advance(timedelta(hours=1))
    with pytest.raises(Conflict):
        case.pipeline.run(SendBack(verified), case.on.actor("li.na"))


def test_a_step_that_makes_the_case_urgent_is_not_held_itself_and_that_stays_the_reason(case: Case) -> None:
    case.do("acknowledge", "li.na", ACKNOWLEDGED)
    case.do("verify", "li.na", {**VERIFIED, "safety": True})
    assert (case.row().priority, case.row().undo) == ("urgent", None)
    case.clock.advance(timedelta(seconds=10))
    case.pipeline.run(AskHandOver(case.id, "wang.fang", "holidays"), case.on.actor("li.na"))
    with pytest.raises(Conflict, match="In a case like this the process holds no notices back"):
        case.pipeline.run(SendBack(case.item("verify").id), case.on.actor("li.na"))


def test_a_decision_names_the_version_that_was_seen(case: Case) -> None:
    case.file(people=12)
    case.do("acknowledge", "li.na", ACKNOWLEDGED)
    case.do("verify", "li.na", VERIFIED)
    case.do("respond", "li.na", {"response_text": "We look into it."})
    for element, by, data in (
        ("academic_evidence", "zhao.lei", {"evidence_summary": "It is so."}),
        ("inspection", "zhou.qiang", {"quality_problem": "yes", "inspection_report": "It is so."}),
    ):
        case.do(element, by, data)
    plan = {"next": "submit", "root_cause": "other", "root_cause_text": "x", "finding": "x", "remedy": "x"}
    case.do("plan", "li.na", plan)
    decide = case.item("decide_leadership")
    with pytest.raises(MatchRequired):
        case.pipeline.run(CompleteTask(decide.id, {"decision": "approve", "reasons": "x"}), case.on.actor("liu.gang"))
    assert list(findings(case.on.application)) == []


def test_a_team_that_was_given_an_action_sees_the_case_and_can_settle_it(case: Case) -> None:
    case.do("acknowledge", "li.na", ACKNOWLEDGED)
    case.do("verify", "li.na", VERIFIED)
    case.do("respond", "li.na", {"response_text": "We look into it."})
    case.do("academic_evidence", "zhao.lei", {"evidence_summary": "It is so."})
    case.do("inspection", "zhou.qiang", {"quality_problem": "no", "inspection_report": "It is so."})
    plan = {"next": "submit", "root_cause": "other", "root_cause_text": "x", "finding": "x", "remedy": "x"}
    interim = [{"title": "Repair the projector", "owner_team": "facilities", "due_on": "2026-03-09"}]
    with pytest.raises(NotFound):
        case.pipeline.run(CompleteAction(case.id, "x", "done"), case.on.actor("he.tao"))
    case.do("plan", "li.na", {**plan, "interim_measures": interim})
    action = case.rows(select(action_item.c.id).where(action_item.c.case_id == case.id))[0].id
    case.pipeline.run(CompleteAction(case.id, action, "done"), case.on.actor("he.tao"))
    with pytest.raises(NotFound):
        case.pipeline.run(CompleteAction(case.id, action, "done"), case.on.actor("gao.yan"))


def test_a_task_that_nobody_else_would_find_is_not_given_back_and_one_that_nobody_has_neither(case: Case) -> None:
    item = case.item("acknowledge")
    with pytest.raises(Forbidden, match="Only who has a task can give it back"):
        case.pipeline.run(ReleaseTask(item.id), SYSTEM)
    case.pipeline.run(ClaimTask(item.id), case.on.actor("li.na"))
    with case.on.application.database.write() as unit:
        unit.connection.execute(update(work_item).values(team=None, post=None, owner_bound=False))
        unit.commit()
    before = case.item("acknowledge")
    for actor in (case.on.actor("li.na"), SYSTEM):
        with pytest.raises(Conflict, match="Nobody else would find this task"):
            case.pipeline.run(ReleaseTask(item.id), actor)
    assert case.item("acknowledge") == before


def test_a_task_that_is_done_is_never_written_over(case: Case) -> None:
    """Neither by a task that would come twice with one number, nor by another completion."""
    case.do("acknowledge", "li.na", ACKNOWLEDGED)
    (row,) = case.rows(select(work_item).where(work_item.c.element == "acknowledge"))
    again = {**row._mapping, "data": {"acknowledgement_text": "Another."}}
    for state in ("open", "done"):
        with case.on.application.database.write() as unit:
            sealed = sealed_values(
                case.on.application.keys.of_case(unit.connection, case.id), work_item, {**again, "state": state}
            )
            assert write_items(unit.connection, [sealed]) == 0
            unit.commit()
    assert case.rows(select(work_item).where(work_item.c.id == row.id)) == [row]
