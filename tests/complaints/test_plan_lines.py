"""What a plan means in facts: each round opens its own actions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from complaints.plan_lines import open_actions, record_plan
from complaints.satisfaction import Satisfaction
from complaints.tables import action_item
from engine.commands.claim import AssignTask
from engine.commands.complete import CompleteTask
from tests.complaints.office import Office
from tests.complaints.walk import reach_resolved

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
    follows = open_actions({}, {"actions": actions, **more}, facts)
    facts.update(follows.facts)
    return [action["title"] for action in follows.made["actions"]]


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
        follows = record_plan({}, {"interim_measures": [FOLDER]}, facts)
        facts.update(follows.facts)
        assert [action["title"] for action in follows.made["actions"]] == ["New folder"]
        approved = {"decision": "approve_with_conditions", "conditions": [BOOK]}
        assert opened(facts, **approved) == ["New book"]
        assert opened(facts, **approved) == []
    assert facts["open_actions"] == 4


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
