"""Remedies and the list of people concerned: who is the complainant, who leaves, who comes back, who is counted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from complaints.intake.filing import Complainant
from complaints.people.affected import AddAffected, AffectedPerson, RemoveAffected
from complaints.people.listed_complainant import complainant_among
from complaints.plan.remedies import CompleteRemedy, remedy_facts
from complaints.tables import remedy
from engine.case_work import SYSTEM
from engine.commands.complete import CompleteTask
from engine.errors import Conflict
from tests.complaints.office import Office
from tests.complaints.test_plan_lines import to_be_planned_again
from tests.complaints.walk import reach_plan, reach_resolved

DAYS = {"kind": "course_extension", "days": 7, "note": "Seven days."}
BOTH: Mapping[str, Any] = {"remedies": [DAYS, {"kind": "apology", "note": "Sorry."}]}
PLAN: Mapping[str, Any] = {"remedies": [DAYS]}
PHONE = "13800000001"


def given_to(office: Office, case: str, **fields: Any) -> list[tuple[str | None, bool, bool]]:
    """Return whom each remedy is for, whether it was given, and whether it is void; the facts agree with the rows."""
    with office.database.write() as unit:
        work = office.pipeline.load(unit.connection, case, SYSTEM, office.clock.now())
        counted = remedy_facts(work)
    assert {name: office.facts(case)[name] for name in counted} == counted
    rows = office.rows(remedy, case, **fields)
    return [(row.affected_id, row.done_at is not None, row.void_at is not None) for row in rows]


def join(office: Office, case: str, *people: AffectedPerson) -> list[str]:
    """List people as concerned; return the id of each."""
    ids: list[str] = office.do(AddAffected(case, people))["ids"]
    return ids


def give(office: Office, case: str, person: str | None) -> None:
    """Give somebody everything that they wait for."""
    for row in office.rows(remedy, case):
        if row.affected_id == person and row.done_at is None and row.void_at is None:
            office.do(CompleteRemedy(case, row.id, "Done."))


def planned(office: Office, plan: Mapping[str, Any], *people: AffectedPerson) -> tuple[str, list[str]]:
    """Return a case in which a plan gives these people something, and the id of each; Ivo, the last, stays."""
    case = reach_plan(office)
    ids = join(office, case, *people, AffectedPerson("Ivo"))
    office.do(CompleteTask(office.task(case, "plan").id, dict(plan)))
    return case, ids


def test_a_plan_that_replaces_what_another_gave_is_counted(office: Office) -> None:
    case = to_be_planned_again(office)
    people = join(office, case, *(AffectedPerson(name) for name in ("Hana", "Ivo", "Jo")))
    assert office.facts(case)["open_remedies"] == 4
    office.do(CompleteTask(office.task(case, "plan").id, {"remedies": [{"kind": "apology", "note": "Sorry."}]}))
    everybody = [None, *people]
    assert sorted(given_to(office, case), key=str) == sorted(
        [*((who, False, True) for who in everybody), *((who, False, False) for who in people)], key=str
    )
    assert office.facts(case)["open_remedies"] == 3


@pytest.mark.parametrize(
    ("complainant", "behalf", "listed"),
    [
        (Complainant(name="Gil", phone=PHONE), None, AffectedPerson("Li Ming", PHONE)),
        (Complainant(name="Gil", phone=PHONE), "Hana", AffectedPerson("Li Ming", PHONE)),
        (Complainant(name="An Na"), None, AffectedPerson("Anna")),
        (Complainant(name="Gil", learner_id="L-7"), "Hana", AffectedPerson("Hana", None, "L-8")),
        (Complainant(), "Hana", AffectedPerson("Gil", PHONE)),
    ],
)
def test_somebody_else_gets_a_remedy_of_their_own(
    office: Office, complainant: Complainant, behalf: str | None, listed: AffectedPerson
) -> None:
    case = reach_resolved(office, dict(PLAN), complainant=complainant, on_behalf_of=behalf)
    (other,) = join(office, case, listed)
    assert given_to(office, case) == [(None, False, False), (other, False, False)]


@pytest.mark.parametrize(
    ("complainant", "behalf", "listed"),
    [
        (Complainant(name="Gil", phone=PHONE), "Hana", AffectedPerson(" HANA", "another")),
        (Complainant(name="Gil", phone=PHONE), "Hana", AffectedPerson("Gil")),
        (Complainant(phone=PHONE), None, AffectedPerson("Gil", "138-0000 0001")),
        (Complainant(name="王 晓"), None, AffectedPerson("王晓")),
    ],
)
def test_who_complains_and_for_whom_they_complain_has_the_remedy_already(
    office: Office, complainant: Complainant, behalf: str | None, listed: AffectedPerson
) -> None:
    case = reach_resolved(office, dict(PLAN), complainant=complainant, on_behalf_of=behalf)
    (mine,) = join(office, case, listed)
    assert given_to(office, case) == [(mine, False, False)]


def test_of_parent_and_child_the_child_has_what_the_parent_complained_for(office: Office) -> None:
    gil = Complainant(name="Gil", phone=PHONE)
    case = reach_resolved(office, dict(PLAN), complainant=gil, on_behalf_of="Hana")
    parent, child = join(office, case, AffectedPerson("Gil"), AffectedPerson("Hana"))
    assert [who for who, *_ in given_to(office, case)] == [child, parent]


def test_what_somebody_waits_for_is_void_when_they_leave_and_what_was_given_stays(office: Office) -> None:
    case, (hana, ivo) = planned(office, BOTH, AffectedPerson("Hana"))
    first, second = (row for row in office.rows(remedy, case) if row.affected_id == hana)
    office.do(CompleteRemedy(case, first.id, "Done."))
    office.do(RemoveAffected(case, hana))
    assert (given_to(office, case, id=first.id), given_to(office, case, id=second.id)) == (
        [(hana, True, False)],
        [(hana, False, True)],
    )
    assert office.facts(case)["open_remedies"] == 2
    assert office.log(case, "remedies-left") == [("remedies-left", hana)]
    office.do(RemoveAffected(case, hana))
    assert office.log(case, "remedies-left") == [("remedies-left", hana)]
    with pytest.raises(Conflict, match="This remedy is void"):
        office.do(CompleteRemedy(case, second.id, "Done."))
    give(office, case, ivo)
    assert office.facts(case)["open_remedies"] == 0


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (AffectedPerson("Hana"), AffectedPerson("hana", "hana@example.org")),
        (AffectedPerson("Hana", "138-0000 0009"), AffectedPerson("Hana", "13800000009", "L-9")),
        (AffectedPerson("Hanna", None, "L-9"), AffectedPerson("Hana", PHONE, "l-9")),
    ],
)
def test_who_comes_back_is_not_given_twice_what_they_have(
    office: Office, before: AffectedPerson, after: AffectedPerson
) -> None:
    case, (hana, ivo) = planned(office, BOTH, before)
    first = next(row for row in office.rows(remedy, case) if row.affected_id == hana)
    office.do(CompleteRemedy(case, first.id, "Done."))
    office.do(RemoveAffected(case, hana))
    (again,) = join(office, case, after)
    assert sorted(given_to(office, case), key=str) == sorted(
        [
            (again, True, False), (again, False, False), (hana, False, True),
            (ivo, False, False), (ivo, False, False),
        ],
        key=str,
    )  # fmt: skip
    assert office.facts(case)["open_remedies"] == 3


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (AffectedPerson("Hana", "13800000009"), AffectedPerson("Hana", "13800000008")),
        (AffectedPerson("Hana", None, "L-9"), AffectedPerson("Hana", None, "L-8")),
        (AffectedPerson("Hana", "13800000009"), AffectedPerson("Jo", "13800000009")),
    ],
)
def test_somebody_else_who_joins_gets_what_the_plan_gives(
    office: Office, before: AffectedPerson, after: AffectedPerson
) -> None:
    case, (hana, ivo) = planned(office, PLAN, before)
    give(office, case, hana)
    office.do(RemoveAffected(case, hana))
    (other,) = join(office, case, after)
    assert sorted(given_to(office, case), key=str) == sorted(
        [(hana, True, False), (ivo, False, False), (other, False, False)], key=str
    )


def test_of_two_namesakes_who_left_only_one_comes_back_for_each_that_joins(office: Office) -> None:
    people = AffectedPerson("Hana"), AffectedPerson("Hana")
    case, (first, second, ivo) = planned(office, PLAN, *people)
    for person in (first, second):
        give(office, case, person)
        office.do(RemoveAffected(case, person))
    back = join(office, case, *people)
    assert sorted(given_to(office, case)) == sorted([(ivo, False, False), *((who, True, False) for who in back)])


def test_a_complainant_who_leaves_an_empty_list_behind_keeps_the_remedy(office: Office) -> None:
    case = reach_resolved(office, dict(PLAN))
    for _ in range(2):
        (mine,) = join(office, case, AffectedPerson("Gil"))
        assert given_to(office, case) == [(mine, False, False)]
        office.do(RemoveAffected(case, mine))
        assert given_to(office, case) == [(None, False, False)]
    assert office.log(case, "remedies-left") == []


def test_who_left_before_the_next_plan_and_comes_back_gets_what_that_gives(office: Office) -> None:
    case = to_be_planned_again(office)
    hana, ivo = join(office, case, AffectedPerson("Hana"), AffectedPerson("Ivo"))
    office.do(RemoveAffected(case, hana))
    office.do(CompleteTask(office.task(case, "plan").id, {"remedies": [{"kind": "apology", "note": "Sorry."}]}))
    assert office.facts(case)["open_remedies"] == 1
    (again,) = join(office, case, AffectedPerson("Hana"))
    waiting = [who for who, done, void in given_to(office, case) if not done and not void]
    assert waiting == [ivo, again]


@pytest.mark.parametrize("turned", [False, True])
def test_the_number_of_a_learner_says_more_surely_than_a_name_who_the_complainant_is(
    office: Office, turned: bool
) -> None:
    case = office.file(complainant=Complainant(name="Gil", learner_id="L-1", phone=PHONE), on_behalf_of="Hana")
    listed = [
        ("number", AffectedPerson("Somebody", None, "l-1")), ("behalf", AffectedPerson("Hana", None, None)),
        ("own", AffectedPerson("Gil", PHONE, None)), ("other", AffectedPerson("Gil", PHONE, "L-2")),
        ("contact", AffectedPerson("Nobody", PHONE, None)),
    ]  # fmt: skip
    found = []
    with office.database.write() as unit:
        work = office.pipeline.load(unit.connection, case, SYSTEM, office.clock.now())
        while (one := complainant_among(work, reversed(listed) if turned else listed)) is not None:
            found.append(one)
            listed = [each for each in listed if each[0] != one]
    assert (found, [key for key, _ in listed]) == (["number", "behalf", "own"], ["other", "contact"])


def test_whoever_is_given_something_is_counted_the_complainant_beside_the_list_too(office: Office) -> None:
    case = reach_resolved(office, dict(PLAN))
    people = join(office, case, *(AffectedPerson(f"Learner {n}") for n in range(9)))
    facts = office.facts(case)
    assert (facts["listed_people"], facts["people"], len(given_to(office, case))) == (9, 10, 10)
    office.do(RemoveAffected(case, people[0]))
    assert office.facts(case)["people"] == 9


def test_a_complainant_who_is_given_nothing_beside_a_list_is_not_counted_beside_it(office: Office) -> None:
    case, _ = planned(office, PLAN, *(AffectedPerson(f"Learner {n}") for n in range(8)))
    assert (office.facts(case)["people"], len(given_to(office, case))) == (9, 9)
