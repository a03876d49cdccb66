"""Which person acts for a post."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.ladder import Absence, Assignment, Holder, Step, deputies_of, person_for_post
from escalation.posts import load_posts
from escalation.refusals import UnknownPost
from tests.escalation.builders import ROOT

POSTS = load_posts(ROOT / "bpmn" / "posts.toml")
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)

HOLDERS = (
    Holder("head_of_customer_service", "li", "kim"),
    Holder("academic_director", "wang", "park"),
    Holder("vice_principal_teaching", "chen"),
    Holder("outside_post", "dr_outside"),
)


def away(*people: str) -> tuple[Absence, ...]:
    return tuple(Absence(person, NOON - HOUR, NOON + HOUR) for person in people)


def asked(
    post: str = "head_of_customer_service", *, gone: tuple[str, ...] = (), barred: tuple[str, ...] = ()
) -> Assignment:
    return person_for_post(post, NOON, posts=POSTS, holders=HOLDERS, absences=away(*gone), excluded=frozenset(barred))


def test_the_holder_acts() -> None:
    path = (Step("head_of_customer_service", "holder", "li"),)
    assert asked() == Assignment("li", "head_of_customer_service", "holder", path)


def told_for(
    post: str = "head_of_customer_service", *, gone: tuple[str, ...] = (), barred: tuple[str, ...] = ()
) -> tuple[str, ...]:
    return deputies_of(post, NOON, posts=POSTS, holders=HOLDERS, absences=away(*gone), excluded=frozenset(barred))


def test_the_deputy_stands_in_for_who_is_late_though_not_away() -> None:
    assert told_for() == ("kim",)
    assert told_for("academic_director") == ("park",)


def test_without_a_deputy_who_is_here_the_post_above_stands_in() -> None:
    assert told_for(gone=("kim",)) == told_for(barred=("kim",)) == ("wang",)
    assert told_for(gone=("kim", "wang")) == ("park",)
    assert told_for("duty_officer") == ("li",)
    assert told_for(gone=("kim", "wang", "park")) == ("chen",)


def test_nobody_from_outside_stands_in_for_who_is_late() -> None:
    assert told_for("vice_principal_teaching") == ()
    assert told_for("outside_post") == ()
    assert told_for("academic_director", gone=("park",), barred=("chen",)) == ()


def test_several_holders_have_their_deputies_each_once() -> None:
    roster = (Holder("duty_officer", "a", "c"), Holder("duty_officer", "b", "c"), Holder("duty_officer", "d", "e"))
    assert deputies_of("duty_officer", NOON, posts=POSTS, holders=roster) == ("c", "e")


def test_a_deputy_of_a_post_that_nobody_defined_is_refused() -> None:
    with pytest.raises(UnknownPost):
        told_for("head_of_nothing")


def test_the_deputy_acts_for_a_holder_who_is_away_or_barred() -> None:
    path = (Step("head_of_customer_service", "deputy", "kim"),)
    expected = Assignment("kim", "head_of_customer_service", "deputy", path)
    assert asked(gone=("li",)) == asked(barred=("li",)) == expected


def test_the_next_post_acts_when_both_are_away() -> None:
    assert asked(gone=("li", "kim")) == Assignment(
        "wang",
        "academic_director",
        "absent",
        (Step("head_of_customer_service", "absent", None), Step("academic_director", "holder", "wang")),
    )


def test_a_deputy_higher_up_acts_too() -> None:
    found = asked(gone=("li", "kim", "wang"))
    assert (found.person, found.post, found.because) == ("park", "academic_director", "absent")
    assert found.path[-1] == Step("academic_director", "deputy", "park")


def test_a_post_that_nobody_holds_is_passed_upward() -> None:
    found = asked("duty_officer")
    assert (found.person, found.post, found.because) == ("li", "head_of_customer_service", "vacant")


def test_a_barred_person_is_not_named_higher_up_either() -> None:
    found = asked(gone=("li", "kim", "park"), barred=("wang",))
    assert (found.person, found.post, found.because) == ("chen", "vice_principal_teaching", "absent")
    assert found.path[1] == Step("academic_director", "conflict", None)


def test_the_outside_post_is_asked_when_a_conflict_left_nobody() -> None:
    found = asked(barred=("li", "kim", "wang", "park", "chen"))
    assert (found.person, found.post, found.because) == ("dr_outside", "outside_post", "conflict")
    assert [step.because for step in found.path] == ["conflict", "conflict", "conflict", "holder"]
    mixed = asked("vice_principal_teaching", barred=("chen",))
    assert (mixed.person, mixed.because) == ("dr_outside", "conflict")


def test_a_holiday_season_is_no_reason_to_ask_somebody_from_outside() -> None:
    found = asked(gone=("li", "kim", "wang", "park", "chen"))
    assert (found.person, found.post, found.because) == (None, "vice_principal_teaching", "absent")
    assert asked("outside_post").person == "dr_outside"


def test_nobody_at_all_is_said_and_not_raised() -> None:
    found = person_for_post("head_of_academic", NOON, posts=POSTS, holders=())
    assert found == Assignment(
        None,
        "vice_principal_teaching",
        "vacant",
        tuple(
            Step(post, "vacant", None) for post in ("head_of_academic", "academic_director", "vice_principal_teaching")
        ),
    )


def test_a_roster_is_asked_in_order_before_its_deputies() -> None:
    roster = (Holder("duty_officer", "a", "x"), Holder("duty_officer", "b", "y"))

    def found(*gone: str) -> str | None:
        return person_for_post("duty_officer", NOON, posts=POSTS, holders=roster, absences=away(*gone)).person

    assert [found(), found("a"), found("a", "b"), found("a", "b", "x")] == ["a", "b", "x", "y"]


@pytest.mark.parametrize(
    ("offset", "person"), [(timedelta(0), "kim"), (HOUR, "li"), (HOUR - timedelta.resolution, "kim"), (-HOUR, "li")]
)
def test_an_absence_holds_its_beginning_and_not_its_end(offset: timedelta, person: str) -> None:
    absence = Absence("li", NOON, NOON + HOUR)
    found = person_for_post(
        "head_of_customer_service", NOON + offset, posts=POSTS, holders=HOLDERS, absences=(absence,)
    )
    assert found.person == person


def test_senseless_absences_and_questions_are_refused() -> None:
    naive = datetime(2026, 1, 5)  # noqa: DTZ001 - what must be refused
    for start, end in ((NOON, NOON), (NOON, NOON - HOUR), (naive, NOON), (NOON, naive)):
        with pytest.raises(ValueError):
            Absence("li", start, end)
    with pytest.raises(ValueError, match="aware"):
        person_for_post("duty_officer", naive, posts=POSTS, holders=HOLDERS)
    with pytest.raises(UnknownPost):
        person_for_post("gardener", NOON, posts=POSTS, holders=HOLDERS)


people = st.sampled_from("abcdef")
holders = st.lists(st.builds(Holder, st.sampled_from(sorted(POSTS.posts)), people, st.one_of(st.none(), people)))


@given(st.sampled_from(sorted(POSTS.posts)), holders, st.sets(people), st.sets(people))
def test_who_acts_is_there_and_not_barred_and_nobody_lower_could(
    post: str, held: list[Holder], gone: set[str], barred: set[str]
) -> None:
    found = person_for_post(post, NOON, posts=POSTS, holders=held, absences=away(*gone), excluded=barred)
    free = set("abcdef") - gone - barred
    can = {name: {p for h in held if h.post == name for p in (h.person, h.deputy)} & free for name in POSTS.posts}
    way = [one.name for one in POSTS.upward(post)]
    assert [step.post for step in found.path] == way[: len(found.path)]
    assert all(not can[step.post] for step in found.path[:-1])
    if found.person is None:
        assert not can[found.post]
        assert not any(can[name] for name in way if not POSTS.post(name).outside)
    else:
        assert found.person in can[found.post]
    if len(found.path) > 1 and POSTS.post(found.post).outside:
        below = set(way[:-1])
        assert any({h.person, h.deputy} & barred for h in held if h.post in below)
