"""What a plan means in facts: each round opens its own actions, and everybody concerned gets its remedies."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from complaints.correspondence.satisfaction import Satisfaction
from complaints.intake.filing import Complainant
from complaints.people.affected import AddAffected, AffectedPerson, RemoveAffected
from complaints.plan.action_lines import open_actions, settled
from complaints.plan.actions import CompleteAction, ReopenAction
from complaints.plan.plan_lines import in_force, record_plan, record_remedies
from complaints.plan.remedies import CompleteRemedy
from complaints.tables import action_item, remedy
from engine.commands.claim import AssignTask
from engine.commands.complete import CompleteTask
from engine.commands.send_back import SendBack
from engine.errors import Unfit
from engine.tables import deadline, work_item
from tests.complaints.office import Office
from tests.complaints.walk import reach_plan, reach_resolved

PLAN: dict[str, Any] = {
    "actions": [{"title": "New book", "owner_team": "academic", "due_on": "2026-03-04", "blocking": True}],
    "remedies": [{"kind": "course_extension", "days": 7, "note": "Seven days."}],
}
FACTS: Mapping[str, Any] = {
    "plan_revision": 0, "planned_refunds": [], "refunds_revision": 0, "open_actions": 0, "actions_opened": [],
    "listed_people": 0, "open_remedies": 0, "remedies_recorded": [],
}  # fmt: skip
SECONDS = timedelta(seconds=20)
BOOK, FOLDER = {"title": "New book", "owner_team": "academic"}, {"title": "New folder"}


def opened(facts: dict[str, Any], *actions: dict[str, Any], **more: Any) -> list[str]:
    """Let the actions of a plan be opened; return the titles of those that are."""
    follows = open_actions({}, {"actions": actions, **more}, facts, {})
    facts.update(follows.facts)
    return [action["title"] for action in follows.made["actions"]]


def recorded(facts: dict[str, Any], *remedies: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    """Let the remedies of a plan be recorded; return which are new, and which were recorded before."""
    follows = record_remedies({}, {"remedies": remedies}, facts, {})
    facts.update(follows.facts)
    made = follows.made
    return [each["note"] for each in made["remedies"]], [each["note"] for each in made["remedies_again"]]


def test_a_plan_opens_its_actions_once_however_often_it_is_approved() -> None:
    facts = {**FACTS, "plan_revision": 1}
    assert opened(facts, BOOK, FOLDER) == ["New book", "New folder"]
    assert opened(facts, BOOK, FOLDER) == []
    assert facts["open_actions"] == 2


def test_a_later_plan_that_restates_an_open_action_goes_on_with_it() -> None:
    facts = {**FACTS, "plan_revision": 1}
    assert opened(facts, BOOK) == ["New book"]
    facts["plan_revision"] = 2
    assert opened(facts, BOOK, FOLDER) == ["New folder"]
    assert facts["open_actions"] == 2


def test_two_actions_of_one_plan_that_say_the_same_are_two() -> None:
    facts = {**FACTS, "plan_revision": 1}
    assert opened(facts, FOLDER, FOLDER, {**FOLDER, "owner_team": "service"}) == ["New folder"] * 3
    assert opened(facts, FOLDER, FOLDER, {**FOLDER, "owner_team": "service"}) == []


def test_conditions_and_interim_measures_go_on_by_the_same_rule() -> None:
    facts = dict(FACTS)
    for first in (True, False):
        follows = record_plan({}, {"interim_measures": [FOLDER]}, facts, {"planned_currency": "CNY"})
        facts.update(follows.facts)
        assert [action["title"] for action in follows.made["actions"]] == (["New folder"] if first else [])
        assert opened(facts, conditions=[BOOK]) == (["New book"] if first else [])
        assert opened(facts, conditions=[BOOK]) == []
    assert facts["open_actions"] == 2


def test_a_condition_that_the_next_plan_takes_in_goes_on_and_blocks_closing_still() -> None:
    facts = {**FACTS, "plan_revision": 1}
    assert opened(facts, conditions=[BOOK]) == ["New book"]
    facts["plan_revision"] = 2
    assert opened(facts, {**BOOK, "blocking": False}) == []
    assert (facts["open_actions"], facts["actions_opened"][0]["blocking"]) == (1, True)


def test_what_was_done_stays_done_until_the_case_is_reopened() -> None:
    facts = {**FACTS, "plan_revision": 1}
    assert opened(facts, BOOK) == ["New book"]
    facts["actions_opened"] = settled(facts["actions_opened"], "action", "New book", "academic", done=True)
    facts.update(plan_revision=2, open_actions=0)
    assert opened(facts, {**BOOK, "due_on": "2026-03-09"}) == []
    assert facts["open_actions"] == 0
    facts.update(plan_revision=3, reopened=1)
    assert opened(facts, BOOK) == ["New book"]
    assert facts["open_actions"] == 1


@pytest.mark.parametrize("said", [BOOK, {**BOOK, "due_on": "2026-06-01"}])
def test_a_condition_that_says_what_an_earlier_plan_has_done_is_to_be_met_still(said: dict[str, Any]) -> None:
    facts = {**FACTS, "plan_revision": 1}
    assert opened(facts, BOOK) == ["New book"]
    facts["actions_opened"] = settled(facts["actions_opened"], "action", "New book", "academic", done=True)
    facts.update(plan_revision=2, open_actions=0)
    assert opened(facts, conditions=[said]) == ["New book"]
    assert (facts["open_actions"], [each["kind"] for each in facts["actions_opened"]]) == (1, ["action", "condition"])
    facts["actions_opened"] = settled(facts["actions_opened"], "condition", "New book", "academic", done=True)
    facts.update(plan_revision=3, open_actions=0)
    assert opened(facts, conditions=[said]) == []
    assert facts["open_actions"] == 0


def test_a_condition_that_says_what_an_earlier_plan_has_open_goes_on_with_it() -> None:
    facts = {**FACTS, "plan_revision": 1}
    assert opened(facts, {**BOOK, "blocking": False}) == ["New book"]
    facts["plan_revision"] = 2
    assert opened(facts, conditions=[{**BOOK, "due_on": "2026-06-01"}]) == []
    (record,) = facts["actions_opened"]
    assert (facts["open_actions"], record["blocking"], record["due_on"]) == (1, True, "2026-06-01")


def test_two_remedies_of_one_kind_are_two_and_a_note_worded_anew_is_none() -> None:
    facts = {**FACTS, "plan_revision": 1, "listed_people": 3}
    chapter, letter = {"kind": "correction", "note": "Chapter 5"}, {"kind": "correction", "note": "Letter"}
    assert recorded(facts, chapter, letter) == (["Chapter 5", "Letter"], [])
    assert facts["open_remedies"] == 6
    facts["plan_revision"] = 2
    assert recorded(facts, letter, {**chapter, "note": "Chapter five"}) == ([], ["Letter", "Chapter five"])
    assert [each["note"] for each in in_force(facts)] == ["Chapter five", "Letter"]
    facts["plan_revision"] = 3
    assert recorded(facts, letter) == ([], ["Letter"])
    assert [each["note"] for each in in_force(facts)] == ["Letter"]
    assert facts["open_remedies"] == 3


def test_the_step_counts_who_waits_as_the_rows_will() -> None:
    facts = {**FACTS, "plan_revision": 1, "listed_people": 3}
    sorry, days = {"kind": "apology", "note": "Sorry."}, {"kind": "course_extension", "days": 7, "note": "Days."}
    recorded(facts, sorry, days)
    # One of three was given both, and a fourth has joined.
    facts["remedies_recorded"] = [{**each, "open": 2} for each in facts["remedies_recorded"]]
    facts.update(plan_revision=2, listed_people=4, open_remedies=4)
    assert recorded(facts, days) == ([], ["Days."])
    assert facts["open_remedies"] == 3
    assert [(each["open"], each["having"]) for each in facts["remedies_recorded"]] == [(0, 1), (3, 4)]
    facts["plan_revision"] = 3
    assert recorded(facts, {"kind": "correction", "note": "New."}) == (["New."], [])
    assert facts["open_remedies"] == 4
    facts["plan_revision"] = 4
    assert recorded(facts, sorry) == ([], ["Sorry."])
    assert facts["open_remedies"] == 3


def test_a_reopened_case_may_give_the_same_remedy_once_more() -> None:
    facts = {**FACTS, "plan_revision": 1}
    sorry = {"kind": "apology", "note": "Sorry."}
    assert recorded(facts, sorry) == (["Sorry."], [])
    facts.update(plan_revision=2, reopened=1)
    assert recorded(facts, sorry) == (["Sorry."], [])
    assert recorded(facts, sorry) == ([], ["Sorry."])


def to_be_planned_again(office: Office, *, done: bool = False) -> str:
    """Return a case that was planned, did not satisfy, and is to be planned anew; its action open or done."""
    case = reach_resolved(office, PLAN)
    item = office.task(case, "pay")
    office.do(AssignTask(item.id, office.people["bea"], "Four eyes."), "eve")
    office.do(CompleteTask(item.id, {"next": "go"}, item.version + 1), "bea")
    if done:
        office.do(CompleteAction(case, office.rows(action_item, case)[0].id, "On the shelf."))
    office.do(Satisfaction(case, False), None)
    office.do(CompleteTask(office.task(case, "look").id, {"next": "go"}))
    return case


def planned_again(office: Office, plan: dict[str, Any], *, done: bool = False) -> str:
    """Return a case that was planned, did not satisfy, and has this plan now; the first plan's action open or done."""
    case = to_be_planned_again(office, done=done)
    office.do(CompleteTask(office.task(case, "plan").id, plan))
    return case


def test_a_second_round_of_the_plan_goes_on_with_what_is_open(office: Office) -> None:
    case = planned_again(office, PLAN)
    assert [(row.title, row.done_at) for row in office.rows(action_item, case)] == [("New book", None)]
    assert office.facts(case)["open_actions"] == 1


def test_a_later_plan_moves_the_day_and_the_team_of_an_open_action(office: Office) -> None:
    moved = {"title": "New book", "owner_team": "service", "due_on": "2026-03-06", "blocking": False}
    case = planned_again(office, {"actions": [moved]})
    (row,) = office.rows(action_item, case)
    friday = datetime(2026, 3, 6, 10, 0, tzinfo=UTC)
    assert (row.title, row.team, row.due_at, row.blocking) == ("New book", "service", friday, False)
    assert office.rows(deadline, case, key=f"action:{row.id}")[0].due_at == friday
    assert office.facts(case)["open_actions"] == 0
    assert [each for each in office.told(case) if "action" in each[1]] == [
        ("team:academic", "action_opened"), ("team:academic", "action_dropped"), ("team:service", "action_opened"),
    ]  # fmt: skip
    assert office.log(case, "action-opened", "action-changed") == [
        ("action-opened", row.id),
        ("action-changed", row.id),
    ]


def test_a_plan_sent_back_gives_an_action_its_day_and_team_again(office: Office) -> None:
    moved = {"title": "New book", "owner_team": "service", "due_on": "2026-03-06", "blocking": True}
    case = planned_again(office, {"actions": [moved]})
    office.do(SendBack(office.rows(work_item, case, element="plan", state="done")[-1].id))
    (row,) = office.rows(action_item, case)
    due = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
    assert (row.team, row.due_at) == ("academic", due)
    assert office.rows(deadline, case, key=f"action:{row.id}")[0].due_at == due
    assert office.case(case).next_dated == due


@pytest.mark.parametrize("told_before", [False, True])
def test_an_action_whose_day_comes_before_the_plan_is_sent_back_is_told_once(office: Office, told_before: bool) -> None:
    case = to_be_planned_again(office)
    (row,) = office.rows(action_item, case)
    due = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
    office.advance(due - office.clock.now() + (SECONDS if told_before else -SECONDS))
    assert len(office.log(case, "action-overdue")) == told_before
    moved = {"title": "New book", "owner_team": "service", "due_on": "2026-03-06", "blocking": True}
    task = office.task(case, "plan")
    office.do(CompleteTask(task.id, {"actions": [moved]}))
    office.clock.advance(2 * SECONDS)
    office.do(SendBack(task.id))
    assert office.rows(action_item, case)[0].due_at == due
    assert [each.due_at for each in office.rows(deadline, case, key=f"action:{row.id}")] == [due][told_before:]
    for _ in range(2):
        office.advance(SECONDS)
    assert office.log(case, "action-overdue") == [("action-overdue", row.id)]


def test_what_a_plan_restates_that_is_done_stays_done(office: Office) -> None:
    case = planned_again(office, PLAN, done=True)
    (row,) = office.rows(action_item, case)
    assert (row.done_note, office.facts(case)["open_actions"]) == ("On the shelf.", 0)
    office.do(ReopenAction(case, row.id, "Not there."))
    assert office.facts(case)["actions_opened"][0]["done"] is False


def remedies(office: Office, case: str) -> list[tuple[str | None, str, int | None, str | None]]:
    return [(row.affected_id, row.kind, row.days, row.note) for row in office.rows(remedy, case)]


def test_who_joins_after_the_plan_gets_what_it_gives_to_everybody(office: Office) -> None:
    case = reach_plan(office)
    hana, ivo = office.do(AddAffected(case, (AffectedPerson("Hana"), AffectedPerson("Ivo"))))["ids"]
    office.do(CompleteTask(office.task(case, "plan").id, PLAN))
    (jo,) = office.do(AddAffected(case, (AffectedPerson("Jo"),)), "bea")["ids"]
    assert remedies(office, case) == [(who, "course_extension", 7, "Seven days.") for who in (hana, ivo, jo)]
    assert office.facts(case)["open_remedies"] == 3
    office.do(AddAffected(case, (AffectedPerson("Jo"), AffectedPerson("Hana"))))
    assert (len(remedies(office, case)), office.facts(case)["open_remedies"]) == (3, 3)
    assert office.log(case, "remedies-opened") == [("remedies-opened", None)]


def test_who_joins_a_complaint_of_one_person_gets_it_too(office: Office) -> None:
    case = reach_resolved(office, PLAN)
    (jo,) = office.do(AddAffected(case, (AffectedPerson("Jo"),)))["ids"]
    assert [who for who, *_ in remedies(office, case)] == [None, jo]
    assert office.facts(case)["open_remedies"] == 2


@pytest.mark.parametrize(
    "listed",
    [
        AffectedPerson("  gil"),
        AffectedPerson("Gil", "wechat gil"),
        AffectedPerson("G. Kim", None, "l-7"),
    ],
)
def test_who_is_listed_and_is_the_complainant_has_their_remedy_already(office: Office, listed: AffectedPerson) -> None:
    gil = Complainant(name="Gil", phone="13800000001", email="gil@example.org", learner_id="L-7")
    case = reach_resolved(office, PLAN, complainant=gil, people=2)
    (own,) = office.rows(remedy, case)
    jo, mine = office.do(AddAffected(case, (AffectedPerson("Jo"), listed)))["ids"]
    assert [(row.id, row.affected_id) for row in office.rows(remedy, case) if row.id == own.id] == [(own.id, mine)]
    assert sorted(str(who) for who, *_ in remedies(office, case)) == sorted([jo, mine])
    assert office.facts(case)["open_remedies"] == 2


def test_of_several_who_may_be_the_complainant_the_surest_is_and_only_one(office: Office) -> None:
    gil = Complainant(name="Gil", phone="13800000001", learner_id="L-7")
    case = reach_resolved(office, PLAN, complainant=gil, people=4)
    (own,) = office.rows(remedy, case)
    office.do(CompleteRemedy(case, own.id, "Seven days were added."))
    people = (
        AffectedPerson("Jo", "13800000001"), AffectedPerson("Gil"), AffectedPerson("Gil"),
        AffectedPerson("Gil", "13800000001", "L-8"),
    )  # fmt: skip
    ids = office.do(AddAffected(case, people))["ids"]
    assert [row.affected_id for row in office.rows(remedy, case) if row.done_at is not None] == [ids[1]]
    assert (len(remedies(office, case)), office.facts(case)["open_remedies"]) == (4, 3)
    office.do(AddAffected(case, people))
    assert (len(remedies(office, case)), office.facts(case)["open_remedies"]) == (4, 3)


def test_who_joins_before_the_plan_or_after_one_without_remedies_gets_none(office: Office) -> None:
    case = reach_plan(office)
    (kim,) = office.do(AddAffected(case, (AffectedPerson("Kim"),)))["ids"]
    office.do(RemoveAffected(case, kim))
    task = office.task(case, "plan")
    office.do(CompleteTask(task.id, PLAN))
    office.do(SendBack(task.id))
    office.do(AddAffected(case, (AffectedPerson("Jo"),)))
    office.do(CompleteTask(task.id, {"actions": PLAN["actions"]}, office.task(case, "plan").version))
    office.do(AddAffected(case, (AffectedPerson("Lou"),)))
    assert (remedies(office, case), office.facts(case)["open_remedies"]) == ([], 0)


@pytest.mark.parametrize(
    ("home", "currencies", "planned"),
    [
        ("CNY", [], "CNY"),
        ("CNY", ["CNY", "CNY"], "CNY"),
        ("CNY", ["KRW", "KRW"], "KRW"),
        ("KRW", [], "KRW"),
        ("KRW", ["CNY"], "CNY"),
    ],
)
def test_a_plan_is_in_the_currency_of_the_process_until_its_lines_are_in_another(
    home: str, currencies: list[str], planned: str
) -> None:
    refunds = [{"payee": "Gil", "amount": {"amount": "1.00", "currency": each}} for each in currencies]
    assert record_plan({}, {"refunds": refunds}, FACTS, {"planned_currency": home}).facts["planned_currency"] == planned


def line(currency: str, **more: str) -> dict[str, str]:
    """Return a stored refund line."""
    return {"id": "1.1", "payee": "Ho", "amount": "5.00", "currency": currency, "state": "planned", **more}


@pytest.mark.parametrize(
    ("before", "currencies", "refused"),
    [
        ([], ["KRW", "CNY"], [1]),
        ([], ["CNY", "USD", "CNY", "KRW"], [1, 3]),
        ([line("KRW", state="paid")], ["CNY"], [0]),
        ([line("KRW", state="rejected")], ["CNY"], []),
        ([line("KRW")], ["CNY", "CNY"], []),
    ],
)
def test_the_refunds_of_a_case_are_in_one_currency(
    before: list[dict[str, str]], currencies: list[str], refused: list[int]
) -> None:
    refunds = [{"payee": f"Gil {n}", "amount": {"amount": "1", "currency": c}} for n, c in enumerate(currencies)]
    facts = {**FACTS, "planned_refunds": before}
    if not refused:
        record_plan({}, {"refunds": refunds}, facts, {"planned_currency": "CNY"})
        return
    with pytest.raises(Unfit) as found:
        record_plan({}, {"refunds": refunds}, facts, {"planned_currency": "CNY"})
    fields = [(each["field"], each["code"]) for each in found.value.details["fields"]]
    assert fields == [(f"/refunds/{n}/amount/currency", "two-currencies") for n in refused]
