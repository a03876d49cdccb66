"""Who is away without a deputy is stood in for by the post above, and by nobody from outside."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from access import people, posts
from access.errors import UnknownPerson
from access.principals import principal
from access.rights import HouseRules
from access.tables import post_holder
from engine.ids import CountedIds
from tests.access.conftest import Staff
from tests.support.stores import NOON

DAY = timedelta(days=1)
RULES = HouseRules(duties={}, may={}, above={"desk": "head", "head": "director", "director": "principal"})


def go_away(staff: Staff, person: str) -> None:
    posts.add_absence(staff.connection, person, start_at=NOON, end_at=NOON + DAY, note="", ids=CountedIds(person))


def held(staff: Staff, person: str) -> set[str]:
    found = principal(staff.connection, person, now=NOON, rules=RULES)
    assert found is not None
    return set(found.posts)


def test_the_post_above_acts_while_nobody_of_the_post_is_there(staff: Staff) -> None:
    ann, bob, eve = staff.add("Ann"), staff.add("Bob"), staff.add("Eve")
    posts.appoint(staff.connection, "desk", person_id=ann, deputy=eve)
    posts.appoint(staff.connection, "head", person_id=bob)
    assert held(staff, bob) == {"head"}
    go_away(staff, ann)
    assert (held(staff, bob), held(staff, eve)) == ({"head"}, {"desk"})
    go_away(staff, eve)
    assert held(staff, bob) == {"head", "desk"}
    back = principal(staff.connection, bob, now=NOON + DAY, rules=RULES)
    assert back is not None
    assert back.posts == {"head"}


def test_it_goes_on_upward_past_who_is_away_too_and_past_a_post_that_is_empty(staff: Staff) -> None:
    ann, bob, zoe = staff.add("Ann"), staff.add("Bob"), staff.add("Zoe")
    posts.appoint(staff.connection, "desk", person_id=ann)
    posts.appoint(staff.connection, "head", person_id=bob)
    posts.appoint(staff.connection, "principal", person_id=zoe)
    go_away(staff, ann)
    # There is no director: the principal acts for that post, and once the head is away too for what is below.
    assert (held(staff, zoe), held(staff, bob)) == ({"principal", "director"}, {"head", "desk"})
    go_away(staff, bob)
    assert held(staff, zoe) == {"principal", "director", "head", "desk"}


def test_who_has_left_is_stood_in_for_as_well(staff: Staff) -> None:
    ann, bob = staff.add("Ann"), staff.add("Bob")
    posts.appoint(staff.connection, "desk", person_id=ann)
    posts.appoint(staff.connection, "head", person_id=bob)
    people.deactivate(staff.connection, ann, now=NOON)
    assert held(staff, bob) == {"head", "desk"}


def test_a_post_that_stands_above_nothing_acts_for_nothing(staff: Staff) -> None:
    ann, out = staff.add("Ann"), staff.add("Out")
    posts.appoint(staff.connection, "principal", person_id=ann)
    posts.appoint(staff.connection, "outside", person_id=out)
    go_away(staff, ann)
    assert held(staff, out) == {"outside"}


def test_nobody_is_appointed_whose_account_is_closed(staff: Staff) -> None:
    ann, bob = staff.add("Ann"), staff.add("Bob")
    people.deactivate(staff.connection, bob, now=NOON)
    with pytest.raises(UnknownPerson, match="closed"):
        posts.appoint(staff.connection, "head", person_id=bob)
    with pytest.raises(UnknownPerson, match="closed"):
        posts.appoint(staff.connection, "head", person_id=ann, deputy=bob)
    assert staff.connection.execute(select(post_holder)).all() == []
