"""What a plan means in facts: each round opens its own actions, and everybody concerned gets its remedies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from complaints.affected import AddAffected, AffectedPerson, RemoveAffected
from complaints.plan_lines import in_force, open_actions, record_plan, record_remedies
from complaints.satisfaction import Satisfaction
from complaints.tables import action_item, remedy
from engine.commands.claim import AssignTask
from engine.commands.complete import CompleteTask
from engine.commands.send_back import SendBack
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


def test_the_next_plan_opens_what_an_earlier_one_has_said_in_the_same_words() -> None:
    facts = {**FACTS, "plan_revision": 1}
    assert opened(facts, BOOK) == ["New book"]
    facts["plan_revision"] = 2
    assert opened(facts, BOOK, FOLDER) == ["New book", "New folder"]
    assert facts["open_actions"] == 3


def test_two_actions_of_one_plan_that_say_the_same_are_two() -> None:
    facts = {**FACTS, "plan_revision": 1}
    assert opened(facts, FOLDER, FOLDER, {**FOLDER, "owner_team": "service"}) == ["New folder"] * 3
    assert opened(facts, FOLDER, FOLDER, {**FOLDER, "owner_team": "service"}) == []


def test_conditions_and_interim_measures_count_by_the_same_rule() -> None:
    facts = dict(FACTS)
    for _ in range(2):
        follows = record_plan({}, {"interim_measures": [FOLDER]}, facts, {"planned_currency": "CNY"})
        facts.update(follows.facts)
        assert [action["title"] for action in follows.made["actions"]] == ["New folder"]
        approved = {"decision": "approve_with_conditions", "conditions": [BOOK]}
        assert opened(facts, **approved) == ["New book"]
        assert opened(facts, **approved) == []
    assert facts["open_actions"] == 4


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
    assert facts["open_remedies"] == 6


def test_a_reopened_case_may_give_the_same_remedy_once_more() -> None:
    facts = {**FACTS, "plan_revision": 1}
    sorry = {"kind": "apology", "note": "Sorry."}
    assert recorded(facts, sorry) == (["Sorry."], [])
    facts.update(plan_revision=2, reopened=1)
    assert recorded(facts, sorry) == (["Sorry."], [])
    assert recorded(facts, sorry) == ([], ["Sorry."])


def test_a_second_round_of_the_plan_drops_nothing(office: Office) -> None:
    case = reach_resolved(office, PLAN)
    item = office.task(case, "pay")
    office.do(AssignTask(item.id, office.people["bea"], "Four eyes."), "eve")
    office.do(CompleteTask(item.id, {"next": "go"}, item.version + 1), "bea")
    office.do(Satisfaction(case, False), None)
    office.do(CompleteTask(office.task(case, "look").id, {"next": "go"}))
    office.do(CompleteTask(office.task(case, "plan").id, PLAN))
    assert [row.title for row in office.rows(action_item, case)] == ["New book", "New book"]
    assert office.facts(case)["open_actions"] == 2


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
        ("CNY", ["CNY", "KRW"], "KRW"),
        ("KRW", [], "KRW"),
        ("KRW", ["KRW", "CNY"], "CNY"),
        ("CNY", ["USD", "KRW"], "KRW"),
    ],
)
def test_a_plan_is_in_the_currency_of_the_process_until_a_line_is_in_another(
    home: str, currencies: list[str], planned: str
) -> None:
    refunds = [{"payee": "Gil", "amount": {"amount": "1.00", "currency": each}} for each in currencies]
    assert record_plan({}, {"refunds": refunds}, FACTS, {"planned_currency": home}).facts["planned_currency"] == planned
