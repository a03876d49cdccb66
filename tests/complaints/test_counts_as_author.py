"""Whoever changes planned refunds counts as their author: what they must stay apart from is placed anew."""

from __future__ import annotations

from typing import Any

from access import posts, teams
from complaints.people.ownership import AcceptHandOver, AskHandOver
from engine.commands.claim import AssignTask
from engine.commands.complete import CompleteTask
from engine.tables import event_log, work_item
from tests.complaints.office import Office
from tests.complaints.test_change_facts import LINES, change
from tests.complaints.walk import reach_plan

IF_ANYBODY = 'name="exclude"', 'name="apart_from"'
"""What is drawn otherwise where whoever planned may pay when nobody else is there."""


def let_supervise(office: Office, name: str) -> None:
    """Let somebody change the facts of cases that others own."""
    with office.database.write() as unit:
        teams.give_role(unit.connection, office.people[name], "supervisor")
        unit.commit()


def waived(office: Office, case: str) -> list[tuple[str | None, str | None, Any]]:
    """Return the log's lines of who need not stay apart: element, task, people."""
    return [(row.element, row.name, row.detail) for row in office.rows(event_log, case, kind="four-eyes-waived")]


def test_a_task_goes_back_from_who_changes_the_refunds_that_it_must_stay_apart_from(office: Office) -> None:
    case = reach_plan(office)
    office.do(CompleteTask(office.task(case, "plan").id, {"refunds": LINES}))
    pay = office.task(case, "pay")
    office.do(AssignTask(pay.id, office.people["bea"], "Four eyes."), "eve")
    change(office, case, "eve", refunds=LINES)
    assert office.task(case, "pay").excluded == [office.people["ann"]]
    office.do(AskHandOver(case, office.people["bea"], "She knows more."))
    office.do(AcceptHandOver(case), "bea")
    assert office.task(case, "pay").assignee == office.people["bea"]
    change(office, case, "bea", refunds=LINES[1:])
    found = office.task(case, "pay")
    assert (found.excluded, found.assignee) == (sorted([office.people["ann"], office.people["bea"]]), None)


def test_what_the_whole_team_of_an_excluded_owner_must_stay_apart_from_goes_outside(office: Office) -> None:
    case = reach_plan(office)
    office.bar(case, "bea")
    office.do(CompleteTask(office.task(case, "plan").id, {"refunds": LINES}))
    pay = office.task(case, "pay")
    assert (pay.excluded, pay.assignee, pay.post) == ([office.people["ann"]], None, "outside_post")


def test_a_task_that_waits_for_a_team_goes_outside_once_its_last_member_counts_as_author(office: Office) -> None:
    case = reach_plan(office)
    office.do(CompleteTask(office.task(case, "plan").id, {"refunds": LINES}))
    pay = office.task(case, "pay")
    assert (pay.assignee, pay.post) == (None, None)
    let_supervise(office, "bea")
    change(office, case, "bea", refunds=LINES[1:])
    found = office.task(case, "pay")
    both = sorted([office.people["ann"], office.people["bea"]])
    assert (found.excluded, found.assignee, found.post) == (both, None, "outside_post")
    assert found.version == pay.version + 1
    office.join("cho", "service")
    office.do(AskHandOver(case, office.people["cho"], "She may pay."))
    office.do(AcceptHandOver(case), "cho")
    assert (office.task(case, "pay").assignee, office.task(case, "pay").post) == (office.people["cho"], None)


def test_a_task_that_waits_for_a_post_goes_to_the_one_above_once_its_holder_counts_as_author(office: Office) -> None:
    office.draw("pay", 'value="owner"', 'value="post:head_of_customer_service"')
    with office.database.write() as unit:
        posts.appoint(unit.connection, "academic_director", person_id=office.people["eve"])
        unit.commit()
    case = reach_plan(office)
    office.do(CompleteTask(office.task(case, "plan").id, {"refunds": LINES}))
    assert (office.task(case, "pay").assignee, office.task(case, "pay").post) == (None, "head_of_customer_service")
    change(office, case, "dan", refunds=LINES[1:])
    found = office.task(case, "pay")
    both = sorted([office.people["ann"], office.people["dan"]])
    assert (found.excluded, found.assignee, found.post) == (both, None, "academic_director")
    office.do(CompleteTask(found.id, {"next": "go"}, found.version), "eve")
    assert office.rows(work_item, case, element="pay")[0].done_by == office.people["eve"]


def test_who_has_a_task_keeps_it_when_somebody_else_counts_as_author(office: Office) -> None:
    case = reach_plan(office)
    office.do(CompleteTask(office.task(case, "plan").id, {"refunds": LINES}))
    pay = office.task(case, "pay")
    office.do(AssignTask(pay.id, office.people["bea"], "Four eyes."), "eve")
    change(office, case, "dan", refunds=LINES[1:])
    found = office.task(case, "pay")
    both = sorted([office.people["ann"], office.people["dan"]])
    assert (found.excluded, found.assignee, found.post) == (both, office.people["bea"], None)


def test_who_need_not_stay_apart_for_want_of_others_is_on_record_once_whatever_is_planned_later(
    office: Office,
) -> None:
    office.draw("pay", *IF_ANYBODY)
    case = reach_plan(office)
    office.bar(case, "bea")
    office.do(CompleteTask(office.task(case, "plan").id, {"refunds": LINES}))
    first = office.task(case, "pay")
    assert (first.excluded, first.assignee) == ([], office.people["ann"])
    for lines in (LINES[1:], LINES):
        change(office, case, refunds=lines)
    last = office.task(case, "pay")
    assert (last.excluded, last.assignee, last.version) == ([], office.people["ann"], first.version)
    assert len(office.rows(event_log, case, kind="four-eyes-waived")) == 1


def test_when_the_last_who_could_pay_counts_as_author_all_may_again_and_the_owner_gets_it(office: Office) -> None:
    office.draw("pay", *IF_ANYBODY)
    case = reach_plan(office)
    office.do(CompleteTask(office.task(case, "plan").id, {"refunds": LINES}))
    pay = office.task(case, "pay")
    assert (pay.excluded, pay.assignee, pay.post) == ([office.people["ann"]], None, None)
    let_supervise(office, "bea")
    change(office, case, "bea", refunds=LINES[1:])
    alone = office.task(case, "pay")
    both = sorted([office.people["ann"], office.people["bea"]])
    assert (alone.excluded, alone.assignee, alone.post, alone.version) == (
        [],
        office.people["ann"],
        None,
        pay.version + 1,
    )
    assert waived(office, case) == [("pay", pay.id, {"people": both})]
    office.join("cho", "service")
    # Now that somebody else is there, both stay apart once more.
    change(office, case, "bea", refunds=LINES)
    again = office.task(case, "pay")
    assert (again.excluded, again.assignee, again.post, again.version) == (both, None, None, alone.version + 1)
    assert len(waived(office, case)) == 1


def test_who_has_a_task_keeps_it_though_fewer_must_stay_apart_from_it(office: Office) -> None:
    office.draw("pay", *IF_ANYBODY)
    case = reach_plan(office)
    office.do(CompleteTask(office.task(case, "plan").id, {"refunds": LINES}))
    pay = office.task(case, "pay")
    office.do(AssignTask(pay.id, office.people["bea"], "Four eyes."), "eve")
    let_supervise(office, "bea")
    change(office, case, "bea", refunds=LINES[1:])
    found = office.task(case, "pay")
    assert (found.excluded, found.assignee, found.version) == ([], office.people["bea"], pay.version + 2)
    office.do(CompleteTask(found.id, {"next": "go"}, found.version), "bea")
    assert office.rows(work_item, case, element="pay")[0].done_by == office.people["bea"]
