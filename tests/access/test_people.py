"""People, teams, roles, posts and absences."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from access import people, posts, teams
from access.errors import PostHeld, UnfitAbsence, UnfitDeputy, UnfitPerson, UnknownPerson, UnknownRole
from access.people import Person
from access.posts import Absence
from access.tables import post_holder
from engine.ids import CountedIds
from tests.access.conftest import Staff
from tests.support.stores import NOON

DAY = timedelta(days=1)


def test_a_person_is_added_with_what_was_said(staff: Staff) -> None:
    added = people.add(
        staff.connection, name=" 李敏 ", language="zh-CN", email="li@example.org", ids=CountedIds("p"), now=NOON
    )
    expected = Person(
        id="p0000000000000000001", name="李敏", email="li@example.org", language="zh-CN", active=True, created_at=NOON
    )
    assert (added, people.get(staff.connection, added.id)) == (expected, expected)


@pytest.mark.parametrize(("name", "language"), [("", "en"), ("  ", "ko"), ("Ann", "de"), ("Ann", ""), ("A\x00", "en")])
def test_a_person_without_name_or_in_an_unknown_language_is_refused(staff: Staff, name: str, language: str) -> None:
    with pytest.raises(UnfitPerson):
        people.add(staff.connection, name=name, language=language, ids=CountedIds(), now=NOON)
    assert people.everyone(staff.connection, inactive=True) == []


def test_a_person_is_changed_only_where_asked(staff: Staff) -> None:
    ann = staff.add("Ann")
    changed = people.change(staff.connection, ann, email="ann@example.org")
    assert (changed.name, changed.email, changed.language) == ("Ann", "ann@example.org", "en")
    changed = people.change(staff.connection, ann, name="Anna", email="", language="ko")
    assert (changed.name, changed.email, changed.language) == ("Anna", None, "ko")
    with pytest.raises(UnfitPerson):
        people.change(staff.connection, ann, language="fr")


def test_nobody_unknown_is_changed_or_joins_or_is_appointed(staff: Staff) -> None:
    ann, connection = staff.add("Ann"), staff.connection
    for attempt in (
        lambda: people.get(connection, "nobody"),
        lambda: people.change(connection, "nobody", name="x"),
        lambda: people.deactivate(connection, "nobody", now=NOON),
        lambda: people.reactivate(connection, "nobody"),
        lambda: teams.join(connection, "nobody", "service"),
        lambda: teams.give_role(connection, "nobody", "operator"),
        lambda: posts.appoint(connection, "head", person_id="nobody"),
        lambda: posts.appoint(connection, "head", person_id=ann, deputy="nobody"),
        lambda: posts.add_absence(connection, "nobody", start_at=NOON, end_at=NOON + DAY, note="", ids=CountedIds()),
    ):
        with pytest.raises(UnknownPerson):
            attempt()


def test_everyone_is_listed_by_name_and_those_who_left_only_when_asked_for(staff: Staff) -> None:
    zoe, ann, left = staff.add("Zoe"), staff.add("Ann"), staff.add("Bob")
    people.deactivate(staff.connection, left, now=NOON)
    assert [each.id for each in people.everyone(staff.connection)] == [ann, zoe]
    assert [each.id for each in people.everyone(staff.connection, inactive=True)] == [ann, left, zoe]
    people.reactivate(staff.connection, left)
    assert [each.id for each in people.everyone(staff.connection)] == [ann, left, zoe]


def test_names_are_given_for_those_who_are_known(staff: Staff) -> None:
    ann = staff.add("Ann")
    assert people.names(staff.connection, [ann, "nobody", ann]) == {ann: "Ann"}
    assert people.names(staff.connection, []) == {}


def test_a_team_has_the_active_people_who_joined_it(staff: Staff) -> None:
    ann, bob, left = (staff.add(name, teams=("service",)) for name in ("Ann", "Bob", "Cid"))
    teams.join(staff.connection, ann, "service")
    teams.join(staff.connection, ann, "legal")
    people.deactivate(staff.connection, left, now=NOON)
    assert [each.id for each in teams.members(staff.connection, "service")] == [ann, bob]
    assert teams.teams_of(staff.connection, ann) == {"service", "legal"}
    teams.leave(staff.connection, ann, "service")
    teams.leave(staff.connection, ann, "service")
    assert [each.id for each in teams.members(staff.connection, "service")] == [bob]


def test_a_role_is_given_and_taken(staff: Staff) -> None:
    ann = staff.add("Ann")
    teams.give_role(staff.connection, ann, "operator")
    teams.give_role(staff.connection, ann, "operator")
    assert [each.id for each in teams.with_role(staff.connection, "operator")] == [ann]
    teams.take_role(staff.connection, ann, "operator")
    assert teams.with_role(staff.connection, "operator") == []


@pytest.mark.parametrize("name", ["", "admin", "Operator", "supervision"])
def test_an_unknown_role_is_refused(staff: Staff, name: str) -> None:
    ann = staff.add("Ann")
    with pytest.raises(UnknownRole, match="only supervisor, process_owner, operator, auditor"):
        teams.give_role(staff.connection, ann, name)


def holders(staff: Staff) -> list[tuple[str, str, str | None]]:
    """Return every post with its holder and who stands in."""
    table = post_holder.c
    rows = staff.connection.execute(select(table.post, table.person, table.deputy).order_by(table.post))
    return [(row.post, row.person, row.deputy) for row in rows]


def test_a_post_has_one_holder(staff: Staff) -> None:
    ann, bob = staff.add("Ann"), staff.add("Bob")
    posts.appoint(staff.connection, "academic_director", person_id=ann)
    with pytest.raises(PostHeld):
        posts.appoint(staff.connection, "academic_director", person_id=bob)
    assert holders(staff) == [("academic_director", ann, None)]
    posts.appoint(staff.connection, "academic_director", person_id=bob, deputy=ann, replace=True)
    posts.appoint(staff.connection, "academic_director", person_id=bob, deputy=ann)
    posts.appoint(staff.connection, "vice_principal", person_id=bob)
    assert holders(staff) == [("academic_director", bob, ann), ("vice_principal", bob, None)]
    posts.vacate(staff.connection, "academic_director")
    assert holders(staff) == [("vice_principal", bob, None)]


def test_the_database_itself_holds_a_post_to_one_holder(staff: Staff) -> None:
    ann, bob = staff.add("Ann"), staff.add("Bob")
    staff.connection.execute(post_holder.insert().values(post="head", person=ann))
    with pytest.raises(IntegrityError), staff.connection.begin_nested():
        staff.connection.execute(post_holder.insert().values(post="head", person=bob))


def test_nobody_is_their_own_deputy(staff: Staff) -> None:
    ann = staff.add("Ann")
    with pytest.raises(UnfitDeputy):
        posts.appoint(staff.connection, "head", person_id=ann, deputy=ann)


def test_an_absence_is_from_the_first_instant_to_before_the_last(staff: Staff) -> None:
    ann, bob = staff.add("Ann"), staff.add("Bob")
    added = away(staff.connection, ann, days=(1, 2))
    second = timedelta(seconds=1)
    moments = (NOON + DAY - second, NOON + DAY, NOON + 2 * DAY - second, NOON + 2 * DAY)
    there = [ann in posts.available(staff.connection, [ann, bob], now=moment) for moment in moments]
    assert there == [True, False, False, True]
    assert posts.absences(staff.connection, ann, now=NOON) == [added]
    assert posts.absences(staff.connection, ann, now=NOON + 2 * DAY) == []
    posts.remove_absence(staff.connection, added.id)
    assert posts.available(staff.connection, [ann], now=NOON + DAY) == {ann}


@pytest.mark.parametrize("days", [(1, 1), (2, 1)])
def test_an_absence_that_runs_backwards_is_refused(staff: Staff, days: tuple[int, int]) -> None:
    ann = staff.add("Ann")
    with pytest.raises(UnfitAbsence):
        away(staff.connection, ann, days=days)


def away(connection: Connection, person_id: str, *, days: tuple[int, int]) -> Absence:
    start, end = days
    ids = CountedIds(person_id[-1])
    return posts.add_absence(
        connection, person_id, start_at=NOON + start * DAY, end_at=NOON + end * DAY, note="back soon", ids=ids
    )
