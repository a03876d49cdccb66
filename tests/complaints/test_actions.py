"""Actions and remedies: done with who and when, opened again, overdue told once; counts follow in the same change."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from complaints.people.affected import AddAffected, AffectedPerson
from complaints.plan.actions import CompleteAction, ReopenAction
from complaints.plan.remedies import CompleteRemedy
from complaints.tables import action_item, promise, refund_line, remedy
from engine.commands.complete import CompleteTask
from engine.commands.send_back import SendBack
from engine.errors import Conflict, Forbidden, NotFound, Unfit
from engine.tables import deadline, work_item
from tests.complaints.office import DAY, MONDAY, Office
from tests.complaints.walk import reach_closed, reach_plan, reach_resolved

PLAN: dict[str, Any] = {
    "actions": [
        {"title": "New book", "owner_team": "academic", "due_on": "2026-03-04", "blocking": True},
        {"title": "Tell all", "due_on": "2026-03-03", "blocking": False},
    ],
    "remedies": [{"kind": "course_extension", "days": 7, "note": "Seven days."}],
    "refunds": [{"payee": "Gil", "amount": {"amount": "20", "currency": "CNY"}}],
}
DUE = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
"""18:00 in Shanghai."""


def planned(office: Office) -> tuple[str, str, str]:
    """Return a case with the plan, its blocking action and the other."""
    case = reach_resolved(office, PLAN)
    book, tell = sorted(office.rows(action_item, case), key=lambda row: str(row.title))
    return case, book.id, tell.id


def test_a_blocking_action_counts_until_it_is_done(office: Office) -> None:
    case, book, tell = planned(office)
    assert office.facts(case)["open_actions"] == 1
    assert office.do(CompleteAction(case, tell)) == {"open_actions": 1}
    assert office.do(CompleteAction(case, book, "On the shelf.")) == {"open_actions": 0}
    assert office.facts(case)["open_actions"] == 0
    row = office.rows(action_item, case, id=book)[0]
    assert (row.done_at, row.done_by, row.done_note) == (MONDAY, office.people["ann"], "On the shelf.")
    assert office.column(select(deadline.c.key).where(deadline.c.source == "dated")) == []


def test_completing_twice_says_who_was_faster(office: Office) -> None:
    case, book, _ = planned(office)
    office.do(CompleteAction(case, book))
    with pytest.raises(Conflict) as caught:
        office.do(CompleteAction(case, book), "dan")
    assert caught.value.details == {"action": book, "by": office.people["ann"], "at": MONDAY.isoformat()}


def test_the_team_of_an_action_settles_it_and_others_do_not(office: Office) -> None:
    case, book, tell = planned(office)
    with office.database.write() as unit:
        # Academic affairs were asked in this case, so they see it.
        unit.connection.execute(work_item.update().where(work_item.c.element == "look").values(team="academic"))
        unit.commit()
    assert office.do(CompleteAction(case, book), "cho") == {"open_actions": 0}
    for by in ("cho", "bea", None):
        with pytest.raises(Forbidden):
            office.do(CompleteAction(case, tell), by)


def test_an_action_that_is_not_done_after_all_counts_again(office: Office) -> None:
    case, book, _ = planned(office)
    with pytest.raises(Conflict):
        office.do(ReopenAction(case, book, "Not there."))
    office.do(CompleteAction(case, book, "Done."))
    with pytest.raises(Unfit):
        office.do(ReopenAction(case, book, ""))
    assert office.do(ReopenAction(case, book, "Not there.")) == {"open_actions": 1}
    row = office.rows(action_item, case, id=book)[0]
    assert (row.done_at, row.done_by, row.done_note) == (None, None, None)
    assert office.rows(deadline, case, key=f"action:{book}")[0].due_at == DUE


def test_an_overdue_action_is_told_to_owner_and_team_once(office: Office) -> None:
    case, book, tell = planned(office)
    office.do(CompleteAction(case, tell))
    before = len(list(office.told(case)))
    office.advance(3 * DAY)
    office.advance(3 * DAY)
    told = list(office.told(case))[before:]
    assert told == [("ann", "action_overdue"), ("team:academic", "action_overdue")]
    office.do(CompleteAction(case, book))
    office.do(ReopenAction(case, book, "Not there."))
    office.advance(DAY)
    assert office.log(case, "action-overdue") == [("action-overdue", book)]


def test_a_case_that_is_closed_opens_no_action_again(office: Office) -> None:
    case = reach_closed(office)
    done = {
        "id": "old", "case_id": case, "kind": "action", "title": "T", "blocking": False, "created_at": MONDAY,
        "cause": "1:x", "done_at": MONDAY, "done_by": "x",
    }  # fmt: skip
    office.put(action_item, done)
    with pytest.raises(Conflict):
        office.do(ReopenAction(case, "old", "Not there."))


def test_actions_and_remedies_of_another_case_are_not_found(office: Office) -> None:
    case, book, _ = planned(office)
    other = office.file()
    given = office.rows(remedy, case)[0].id
    for command in (CompleteAction(other, book), ReopenAction(other, book, "x"), CompleteRemedy(other, given, "x")):
        with pytest.raises(NotFound):
            office.do(command)


def test_each_person_gets_a_remedy_and_each_is_proved(office: Office) -> None:
    case = reach_plan(office)
    office.do(AddAffected(case, (AffectedPerson("Hana"), AffectedPerson("Ivo"))))
    office.do(CompleteTask(office.task(case, "plan").id, PLAN))
    first, second = (row.id for row in office.rows(remedy, case))
    assert office.facts(case)["open_remedies"] == 2
    with pytest.raises(Unfit):
        office.do(CompleteRemedy(case, first, " "), "bea")
    assert office.do(CompleteRemedy(case, first, "Receipt 1"), "bea") == {"open_remedies": 1}
    with pytest.raises(Conflict) as caught:
        office.do(CompleteRemedy(case, first, "Receipt 2"))
    assert caught.value.details["by"] == office.people["bea"]
    assert office.do(CompleteRemedy(case, second, "Receipt 3")) == {"open_remedies": 0}
    assert office.facts(case)["open_remedies"] == 0
    row = office.rows(remedy, case, id=first)[0]
    assert (row.done_at, row.note) == (MONDAY, "Seven days.\nReceipt 1")


def test_a_plan_sent_back_leaves_nothing_behind(office: Office) -> None:
    case = reach_plan(office)
    before = office.facts(case)
    task = office.task(case, "plan")
    office.do(CompleteTask(task.id, PLAN))
    assert [len(office.rows(table, case)) for table in (action_item, remedy, refund_line)] == [2, 1, 1]
    office.do(SendBack(task.id))
    assert [office.rows(table, case) for table in (action_item, remedy, refund_line, promise)] == [[], [], [], []]
    assert office.facts(case) == before
    assert office.column(select(deadline.c.key).where(deadline.c.source == "dated")) == []
    assert office.case(case).next_dated is None


def test_sending_back_takes_only_its_own_rows(office: Office) -> None:
    case = office.file()
    look = office.task(case, "look")
    office.do(CompleteTask(look.id, {"next": "go", "promises": [{"what": "Call", "due_at": "2026-03-02T05:00:00Z"}]}))
    plan = office.task(case, "plan")
    office.do(CompleteTask(plan.id, PLAN))
    office.do(SendBack(plan.id))
    assert [row.what for row in office.rows(promise, case)] == ["Call"]
