"""Who is concerned: joining, leaving, and that `people` is the larger of stated and listed after every change."""

from __future__ import annotations

from collections import Counter
from unittest.mock import ANY

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from complaints.change_facts import ChangeFacts
from complaints.correspondence.messages import ReceiveMessage
from complaints.people.affected import AddAffected, AffectedPerson, RemoveAffected
from complaints.tables import affected
from engine.commands.complete import CompleteTask
from engine.errors import Conflict, Forbidden, NotFound, Unfit
from tests.complaints.office import MONDAY, Office
from tests.complaints.walk import reach_closed


def crowd(count: int) -> tuple[AffectedPerson, ...]:
    return tuple(AffectedPerson(f"Learner {number}") for number in range(count))


def test_people_join_with_what_is_known_of_them(office: Office) -> None:
    case = office.file()
    answer = office.do(AddAffected(case, (AffectedPerson(" Hana ", "010-1", "L1"), AffectedPerson("Ivo"))), "bea")
    rows = office.rows(affected, case)
    assert answer == {"people": 2, "added": [row.id for row in rows], "ids": [row.id for row in rows]}
    assert [(r.name, r.contact, r.learner_id, r.joined_at, r.added_by, r.left_at) for r in rows] == [
        ("Hana", "010-1", "L1", MONDAY, office.people["bea"], None),
        ("Ivo", None, None, MONDAY, office.people["bea"], None),
    ]
    assert (office.facts(case)["people"], office.facts(case)["listed_people"]) == (2, 2)
    assert office.log(case, "affected-added") == [("affected-added", None)]


def test_who_is_on_the_list_stays_there_once(office: Office) -> None:
    case = office.file()
    first = office.do(AddAffected(case, (AffectedPerson("Hana Kim", "010-1"), AffectedPerson("hana  kim", "010-1"))))
    again = office.do(AddAffected(case, (AffectedPerson("ＨＡＮＡ Kim", "010-1"), AffectedPerson("Hana Kim", "010-2"))))
    assert first["ids"] == first["added"] * 2
    assert (len(again["added"]), again["ids"][0], again["people"]) == (1, first["ids"][0], 2)


def test_namesakes_of_one_submission_are_as_many_people_and_the_tenth_brings_leadership_in(office: Office) -> None:
    case = office.file()
    names = ["王伟", "李娜", "张敏", " 王伟", *(f"学员{number}" for number in range(6))]
    given = tuple(AffectedPerson(name) for name in names)
    first = office.do(AddAffected(case, given))
    assert (first["people"], len(set(first["ids"])), first["added"]) == (10, 10, first["ids"])
    assert (office.facts(case)["group"], list(office.told(case))) == (True, [("dan", "many")])
    assert office.do(AddAffected(case, given)) == {"people": 10, "added": [], "ids": first["ids"]}
    assert office.do(AddAffected(case, (AffectedPerson("王伟"),))) == {
        "people": 10, "added": [], "ids": [first["ids"][0]],
    }  # fmt: skip
    more = office.do(AddAffected(case, (AffectedPerson("王伟"),) * 3))
    assert (more["people"], more["ids"]) == (11, [first["ids"][0], first["ids"][3], *more["added"]])


def test_a_contact_or_a_learner_id_is_one_persons_however_often_it_is_given(office: Office) -> None:
    case = office.file()
    given = (
        AffectedPerson("王伟", learner_id="L1"), AffectedPerson("王伟", learner_id="L1"), AffectedPerson("王伟", "138"),
        AffectedPerson("王伟", "138"), AffectedPerson("王伟"), AffectedPerson("王伟"),
    )  # fmt: skip
    first = office.do(AddAffected(case, given))
    assert (first["people"], len(first["added"])) == (4, 4)
    assert office.do(AddAffected(case, given))["added"] == []


def test_the_tenth_person_brings_leadership_in_within_the_same_change(office: Office) -> None:
    case = office.file()
    office.do(AddAffected(case, crowd(9)))
    assert (office.facts(case)["group"], list(office.told(case))) == (False, [])
    office.do(AddAffected(case, crowd(10)))
    assert (office.facts(case)["people"], office.facts(case)["group"]) == (10, True)
    assert list(office.told(case)) == [("dan", "many")]


def test_one_person_leaving_reduces_the_count_and_no_more(office: Office) -> None:
    case = office.file()
    ids = office.do(AddAffected(case, crowd(3)))["ids"]
    before = office.case(case)
    assert office.do(RemoveAffected(case, ids[0])) == {"people": 2}
    assert office.do(RemoveAffected(case, ids[0])) == {"people": 2}
    after = office.case(case)
    assert [row.left_at for row in office.rows(affected, case)] == [MONDAY, None, None]
    assert (after.status, after.waits_for, office.task(case, "look").state) == (before.status, before.waits_for, "open")
    assert office.log(case, "affected-left") == [("affected-left", ids[0])]


def test_who_left_may_join_again(office: Office) -> None:
    case = office.file()
    (left,) = office.do(AddAffected(case, crowd(1)))["ids"]
    office.do(RemoveAffected(case, left))
    (back,) = office.do(AddAffected(case, crowd(1)))["ids"]
    assert back != left
    assert office.facts(case)["listed_people"] == 1


def test_who_may_add_and_who_may_take_off(office: Office) -> None:
    case = office.file()
    (one,) = office.do(AddAffected(case, crowd(1)), "bea")["ids"]
    with pytest.raises(Forbidden):
        office.do(RemoveAffected(case, one), "bea")
    with pytest.raises(Forbidden):
        office.do(AddAffected(case, crowd(2)), None)
    with pytest.raises(NotFound):
        office.do(AddAffected(case, crowd(2)), "cho")
    assert office.do(RemoveAffected(case, one), "eve") == {"people": 1}


def test_every_row_that_does_not_fit_is_named(office: Office) -> None:
    case = office.file()
    people = (AffectedPerson("Hana"), AffectedPerson(" "), AffectedPerson("Ivo", "x" * 201), AffectedPerson("J\x00"))
    with pytest.raises(Unfit) as caught:
        office.do(AddAffected(case, people))
    assert caught.value.details["fields"] == [
        {"field": "people/1/name", "code": "required"},
        {"field": "people/2/contact", "code": "too-long"},
        {"field": "people/3/name", "code": "unshowable"},
    ]
    with pytest.raises(Unfit):
        office.do(AddAffected(case, ()))
    with pytest.raises(Unfit):
        office.do(AddAffected(case, crowd(1001)))
    assert office.rows(affected, case) == []


def test_nobody_leaves_a_list_they_are_not_on(office: Office) -> None:
    case, other = office.file(), office.file()
    (one,) = office.do(AddAffected(other, crowd(1)))["ids"]
    with pytest.raises(NotFound):
        office.do(RemoveAffected(case, one))
    with pytest.raises(NotFound):
        office.do(RemoveAffected(case, "nobody"))


def test_a_closed_case_takes_nobody_on_and_lets_nobody_go(office: Office) -> None:
    case = reach_closed(office)
    with pytest.raises(Conflict):
        office.do(AddAffected(case, crowd(1)))
    with pytest.raises(NotFound):
        office.do(RemoveAffected(case, "nobody"))


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.lists(st.integers(0, 14), min_size=1, max_size=6)),
        st.tuples(st.just("remove"), st.integers(0, 14)),
        st.tuples(st.just("say"), st.integers(1, 15)),
        st.tuples(st.just("form"), st.integers(1, 15)),
    ),
    max_size=12,
)


@pytest.fixture(scope="module")
def shared_office() -> Office:
    return Office()


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_people_is_always_the_larger_of_stated_and_listed(
    shared_office: Office, steps: list[tuple[str, object]]
) -> None:
    office, case = shared_office, shared_office.file()
    listed = Counter[str]()
    stated = 1
    for verb, value in steps:
        if verb == "add":
            assert isinstance(value, list)
            people = tuple(AffectedPerson(f"P{n}") for n in value)
            ids = office.do(AddAffected(case, people))["ids"]
            assert len(set(ids)) == len(people)
            assert office.do(AddAffected(case, people)) == {"people": ANY, "added": [], "ids": ids}
            # Of each name as many as were ever given at once.
            listed |= Counter(person.name for person in people)
        elif verb == "remove":
            for row in office.rows(affected, case):
                if row.name == f"P{value}" and row.left_at is None:
                    office.do(RemoveAffected(case, row.id))
            del listed[f"P{value}"]
        elif verb == "say":
            office.do(ChangeFacts(case, {"people": value}, office.case(case).facts_version))
            stated = int(str(value))
        else:
            look = office.task(case, "look")
            office.do(CompleteTask(look.id, {"next": "ask", "people": value}))
            answer(office, case)
            stated = int(str(value))
        facts = office.facts(case)
        assert (facts["stated_people"], facts["listed_people"]) == (stated, listed.total())
        assert facts["people"] == max(stated, listed.total())
        assert facts["group"] is (facts["people"] >= 10)


def answer(office: Office, case: str) -> None:
    """The complainant answers, so that the case is looked at again."""
    office.do(ReceiveMessage(case, "Yes."), None)
