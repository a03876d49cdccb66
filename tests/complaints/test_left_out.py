"""What a later plan leaves out is no longer part of it: actions and remedies that nobody has carried out yet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from complaints.correspondence.satisfaction import Satisfaction
from complaints.people.affected import AddAffected, AffectedPerson
from complaints.plan.action_lines import open_actions, settled
from complaints.plan.actions import CompleteAction, ReopenAction
from complaints.plan.plan_lines import record_plan, record_remedies
from complaints.plan.remedies import CompleteRemedy
from complaints.tables import action_item, remedy
from engine.commands.claim import AssignTask
from engine.commands.complete import CompleteTask
from engine.commands.send_back import SendBack
from engine.errors import Conflict
from engine.tables import deadline
from tests.complaints.office import Office
from tests.complaints.test_plan_lines import BOOK, FACTS, FOLDER, to_be_planned_again

APOLOGY, DAYS = {"kind": "apology", "note": "Sorry."}, {"kind": "course_extension", "days": 7, "note": "Seven days."}
NOON_OF_THE_FIFTH = datetime(2026, 3, 5, 4, 0, tzinfo=UTC)


def follows(facts: dict[str, Any], **form: Any) -> Mapping[str, Any]:
    """Let the actions of a plan be opened; return what is made of it."""
    consequence = open_actions({}, form, facts, {})
    facts.update(consequence.facts)
    return consequence.made


def titles(made: Mapping[str, Any]) -> list[str]:
    return [each["title"] for each in made["actions_dropped"]]


def test_an_open_action_that_the_next_plan_does_not_say_is_no_longer_part_of_it() -> None:
    facts = {**FACTS, "plan_revision": 1}
    assert titles(follows(facts, actions=[BOOK, {**FOLDER, "blocking": False}])) == []
    facts["plan_revision"] = 2
    assert titles(follows(facts, actions=[])) == ["New book", "New folder"]
    assert (facts["open_actions"], facts["actions_opened"]) == (0, [])
    assert titles(follows(facts, actions=[])) == []
    facts["plan_revision"] = 3
    assert [each["title"] for each in follows(facts, actions=[BOOK])["actions"]] == ["New book"]
    assert facts["open_actions"] == 1


def test_what_is_done_and_what_an_earlier_round_opened_stays() -> None:
    facts = {**FACTS, "plan_revision": 1}
    follows(facts, actions=[BOOK, FOLDER])
    facts["actions_opened"] = settled(facts["actions_opened"], "action", "New book", "academic", done=True)
    facts["open_actions"] = 1
    before = [dict(each) for each in facts["actions_opened"]]
    facts.update(plan_revision=2, reopened=1)
    assert titles(follows(facts)) == []
    assert (facts["open_actions"], facts["actions_opened"]) == (1, before)
    facts.update(reopened=0)
    assert titles(follows(facts)) == ["New folder"]
    assert facts["actions_opened"] == before[:1]


def test_an_action_of_an_earlier_round_that_was_said_again_belongs_to_this_one() -> None:
    facts = {**FACTS, "plan_revision": 1}
    follows(facts, actions=[BOOK])
    facts.update(plan_revision=2, reopened=1)
    assert titles(follows(facts, actions=[BOOK])) == []
    facts["plan_revision"] = 3
    assert titles(follows(facts)) == ["New book"]


def test_an_action_that_the_next_plan_says_as_a_condition_or_an_interim_measure_goes_on() -> None:
    facts = {**FACTS, "plan_revision": 1}
    follows(facts, actions=[BOOK, FOLDER])
    facts.update(record_plan({}, {"interim_measures": [FOLDER]}, facts, {"planned_currency": "CNY"}).facts)
    assert titles(follows(facts, conditions=[BOOK])) == []
    assert (facts["open_actions"], len(facts["actions_opened"])) == (2, 2)


def test_interim_measures_and_conditions_stay_though_the_next_plan_says_neither() -> None:
    facts = dict(FACTS)
    facts.update(record_plan({}, {"interim_measures": [FOLDER]}, facts, {"planned_currency": "CNY"}).facts)
    follows(facts, conditions=[BOOK])
    facts["plan_revision"] = 2
    assert titles(follows(facts)) == []
    assert facts["open_actions"] == 2


def test_what_was_opened_again_is_part_of_the_plan_as_it_stands() -> None:
    facts = {**FACTS, "plan_revision": 1}
    follows(facts, actions=[BOOK])
    facts.update(
        plan_revision=2, actions_opened=settled(facts["actions_opened"], "action", "New book", "academic", done=True)
    )
    assert titles(follows(facts)) == []
    facts["actions_opened"] = settled(
        facts["actions_opened"], "action", "New book", "academic", done=False, revision=2
    )  # fmt: skip
    assert titles(follows(facts)) == []


def test_a_remedy_that_the_next_plan_does_not_say_is_dropped_by_its_number() -> None:
    facts: dict[str, Any] = {**FACTS, "plan_revision": 1}
    made = []
    for revision, asked in enumerate(([APOLOGY, DAYS], [DAYS, APOLOGY, APOLOGY], [DAYS], []), start=1):
        facts["plan_revision"] = revision
        consequence = record_remedies({}, {"remedies": asked}, facts, {})
        facts.update(consequence.facts)
        new, again = ([each["line"] for each in consequence.made[name]] for name in ("remedies", "remedies_again"))
        made.append((new, again, consequence.made["remedies_dropped"]))
    assert made == [
        (["0.1.1", "0.1.2"], [], []),
        (["0.2.1"], ["0.1.2", "0.1.1"], []),
        ([], ["0.1.2"], ["0.1.1", "0.2.1"]),
        ([], [], ["0.1.1", "0.1.2", "0.2.1"]),
    ]
    facts.update(plan_revision=5, reopened=1)
    assert record_remedies({}, {}, facts, {}).made["remedies_dropped"] == []


def test_remedies_of_a_case_that_was_moved_are_numbered_beside_those_of_the_process_before() -> None:
    facts: dict[str, Any] = {**FACTS, "plan_revision": 1}
    lines = []
    for moves in (None, 1, 2):
        facts.update(plan_revision=1, reopened=moves or 0, **({"moves": moves} if moves else {}))
        consequence = record_remedies({}, {"remedies": [APOLOGY, DAYS]}, facts, {})
        facts.update(consequence.facts)
        lines += [each["line"] for each in consequence.made["remedies"]]
    assert lines == ["0.1.1", "0.1.2", "1.1.1", "1.1.2", "2.1.1", "2.1.2"]


PLAN: dict[str, Any] = {
    "actions": [{"title": "New book", "owner_team": "academic", "due_on": "2026-03-04", "blocking": True}],
    "remedies": [DAYS],
}


def left(office: Office, case: str) -> tuple[int, int]:
    facts = office.facts(case)
    return facts["open_actions"], facts["open_remedies"]


def test_a_plan_that_leaves_out_what_is_open_lets_it_go_on_record(office: Office) -> None:
    case = to_be_planned_again(office)
    (action,), (given,) = office.rows(action_item, case), office.rows(remedy, case)
    assert left(office, case) == (1, 1)
    now = office.clock.now()
    office.do(CompleteTask(office.task(case, "plan").id, {}))
    assert left(office, case) == (0, 0)
    assert [row.void_at for row in (*office.rows(action_item, case), *office.rows(remedy, case))] == [now, now]
    assert office.rows(deadline, case, key=f"action:{action.id}") == []
    assert office.log(case, "action-dropped", "remedies-dropped") == [
        ("action-dropped", action.id),
        ("remedies-dropped", None),
    ]
    told = [each for each in office.told(case) if each[1] == "action_dropped"]
    assert told == [("team:academic", "action_dropped")]
    for command in (CompleteAction(case, action.id), ReopenAction(case, action.id, "After all.")):
        with pytest.raises(Conflict, match="no longer part of the plan"):
            office.do(command)
    with pytest.raises(Conflict, match="This remedy is void"):
        office.do(CompleteRemedy(case, given.id, "Seven days were added."))
    office.advance(NOON_OF_THE_FIFTH - office.clock.now())
    assert office.log(case, "action-overdue") == []


def test_a_plan_sent_back_restores_what_it_left_out(office: Office) -> None:
    case = to_be_planned_again(office)
    before = office.facts(case), office.rows(action_item, case), office.rows(remedy, case)
    dated = office.rows(deadline, case, source="dated")
    assert len(dated) == 1
    task = office.task(case, "plan")
    office.do(CompleteTask(task.id, {}))
    office.clock.advance(timedelta(seconds=20))
    office.do(SendBack(task.id))
    assert (office.facts(case), office.rows(action_item, case), office.rows(remedy, case)) == before
    assert office.rows(deadline, case, source="dated") == dated
    office.do(CompleteTask(task.id, {}, office.task(case, "plan").version))
    assert left(office, case) == (0, 0)


def test_what_was_given_stays_given_though_a_later_plan_leaves_it_out(office: Office) -> None:
    case = to_be_planned_again(office)
    (given,) = office.rows(remedy, case)
    office.do(CompleteRemedy(case, given.id, "Seven days were added."))
    task = office.task(case, "plan")
    office.do(CompleteTask(task.id, {}))
    assert office.rows(remedy, case)[0].void_at is None
    assert office.log(case, "remedies-dropped") == []


def plan_again(office: Office, case: str, plan: dict[str, Any]) -> None:
    """Put another plan into force in the same round: the one before did not satisfy."""
    item = office.task(case, "pay")
    office.do(AssignTask(item.id, office.people["bea"], "Four eyes."), "eve")
    office.do(CompleteTask(item.id, {"next": "go"}, item.version + 1), "bea")
    office.do(Satisfaction(case, False), None)
    office.do(CompleteTask(office.task(case, "look").id, {"next": "go"}))
    office.do(CompleteTask(office.task(case, "plan").id, plan))


@pytest.mark.parametrize("listed", [False, True])
def test_a_remedy_left_out_and_said_again_is_given_to_whoever_has_not_got_it(office: Office, listed: bool) -> None:
    case = to_be_planned_again(office)
    people: list[str | None] = [None]
    if listed:
        people = list(office.do(AddAffected(case, (AffectedPerson("Hana"), AffectedPerson("Ivo"))))["ids"])
        assert left(office, case)[1] == 3
        first = next(row for row in office.rows(remedy, case) if row.affected_id == people[0])
        office.do(CompleteRemedy(case, first.id, "Seven days were added."))
    office.do(CompleteTask(office.task(case, "plan").id, {}))
    assert left(office, case) == (0, 0)
    plan_again(office, case, {"remedies": [DAYS]})
    waiting = [row.affected_id for row in office.rows(remedy, case) if row.done_at is None and row.void_at is None]
    assert (waiting, left(office, case)) == (people[listed:], (0, 1))


def actions(*asked: tuple[str, str]) -> dict[str, Any]:
    """Return a plan with these actions of academic affairs, each with its day."""
    return {
        "actions": [
            {"title": title, "owner_team": "academic", "due_on": day, "blocking": True} for title, day in asked
        ],
        "remedies": [DAYS],
    }  # fmt: skip


def standing(office: Office, case: str) -> list[tuple[str, bool, bool]]:
    """Return each action by title with whether it is done and whether it was dropped, in the order of their writing."""
    rows = sorted(office.rows(action_item, case), key=lambda row: (row.created_at, row.title))
    return [(row.title, row.done_at is not None, row.void_at is not None) for row in rows]


def test_what_was_dropped_counts_no_more_when_the_rest_is_done(office: Office) -> None:
    case = to_be_planned_again(office)
    office.do(
        CompleteTask(office.task(case, "plan").id, actions(("New book", "2026-03-04"), ("Tell all", "2026-03-05")))
    )
    plan_again(office, case, actions(("New book", "2026-03-04")))
    assert standing(office, case) == [("New book", False, False), ("Tell all", False, True)]
    assert left(office, case)[0] == 1
    book = next(row for row in office.rows(action_item, case) if row.title == "New book")
    assert office.do(CompleteAction(case, book.id)) == {"open_actions": 0}
    assert left(office, case)[0] == 0


def test_what_was_opened_again_by_hand_belongs_to_the_plan_as_it_stands_and_the_next_may_drop_it(
    office: Office,
) -> None:
    case = to_be_planned_again(office)
    (book,) = office.rows(action_item, case)
    office.do(CompleteAction(case, book.id))
    office.do(CompleteTask(office.task(case, "plan").id, actions(("Tell all", "2026-03-05"))))
    assert standing(office, case) == [("New book", True, False), ("Tell all", False, False)]
    assert office.do(ReopenAction(case, book.id, "Not there.")) == {"open_actions": 2}
    revision = office.facts(case)["plan_revision"]
    assert [(each["title"], each["revision"]) for each in office.facts(case)["actions_opened"]] == [
        ("New book", revision), ("Tell all", revision),
    ]  # fmt: skip
    plan_again(office, case, actions(("Tell all", "2026-03-05")))
    assert standing(office, case) == [("New book", False, True), ("Tell all", False, False)]
    assert left(office, case)[0] == 1


def test_a_plan_that_moves_an_action_never_touches_the_one_of_that_name_that_was_dropped(office: Office) -> None:
    case = to_be_planned_again(office)
    office.do(CompleteTask(office.task(case, "plan").id, {}))
    (dropped,) = office.rows(action_item, case)
    for day in ("2026-03-04", "2026-03-06"):
        plan_again(office, case, actions(("New book", day)))
    first, second = sorted(office.rows(action_item, case), key=lambda row: row.void_at is None)
    assert first == dropped
    assert (second.void_at, second.due_at) == (None, datetime(2026, 3, 6, 10, tzinfo=UTC))
    plan_again(office, case, {})
    assert [row.void_at is None for row in office.rows(action_item, case)] == [False, False]
    assert next(row for row in office.rows(action_item, case) if row.id == dropped.id) == dropped
    assert left(office, case)[0] == 0
