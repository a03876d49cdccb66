"""Tokens and sessions: shown once, kept as digests, over when they are over."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from access import people, posts, sessions, tokens
from access.errors import UnknownPerson
from access.policy import Duty, Principal, Role
from access.rights import HouseRules
from access.tables import api_token, web_session
from access.tokens import Token
from engine.ids import CountedIds, RandomIds
from storage.counting import counted
from storage.database import Database
from tests.access.conftest import Staff
from tests.support.stores import NOON

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
RULES = HouseRules(duties={"service": frozenset({Duty.SEES_ALL}), "board": frozenset({Duty.LEADS})}, may={})


def test_a_token_says_who_its_owner_is_with_teams_posts_and_roles(staff: Staff) -> None:
    ann = staff.add("Ann", teams=("service", "legal"), roles=("operator", "supervisor"))
    posts.appoint(staff.connection, "head", person_id=ann)
    issued = tokens.issue(staff.connection, ann, name="desk", ids=RandomIds(), now=NOON)
    assert tokens.authenticate(staff.connection, issued.secret, NOON, rules=RULES) == Principal(
        person_id=ann,
        name="Ann",
        language="en",
        teams=frozenset({"service", "legal"}),
        posts=frozenset({"head"}),
        roles=frozenset({Role.OPERATOR, Role.SUPERVISOR}),
        duties=frozenset({Duty.SEES_ALL}),
    )


def test_a_token_has_160_random_bits_and_is_stored_nowhere(staff: Staff) -> None:
    issued = tokens.issue(staff.connection, staff.add("Ann"), name="desk", ids=RandomIds(), now=NOON)
    prefix, random_part = issued.secret.split("_")
    assert (prefix, len(random_part)) == ("redress", 32)
    row = staff.connection.execute(select(api_token)).one()
    assert random_part not in repr(tuple(row))
    assert random_part not in repr(tokens.tokens_of(staff.connection, row.person))


@given(secret=st.text())
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_other_text_opens_the_door(staff: Staff, secret: str) -> None:
    assert tokens.authenticate(staff.connection, secret, NOON, rules=RULES) is None
    assert sessions.authenticate(staff.connection, secret, NOON, rules=RULES) is None


def test_a_token_ends_when_it_expires(staff: Staff) -> None:
    ann = staff.add("Ann")
    issued = tokens.issue(staff.connection, ann, name="desk", ids=RandomIds(), now=NOON, expires_at=NOON + DAY)
    assert tokens.authenticate(staff.connection, issued.secret, NOON + DAY - SECOND, rules=RULES) is not None
    assert tokens.authenticate(staff.connection, issued.secret, NOON + DAY, rules=RULES) is None


def test_a_token_ends_when_it_is_revoked(staff: Staff) -> None:
    ann = staff.add("Ann")
    issued = tokens.issue(staff.connection, ann, name="desk", ids=RandomIds(), now=NOON)
    kept = tokens.issue(staff.connection, ann, name="other desk", ids=RandomIds(), now=NOON)
    assert tokens.revoke(staff.connection, issued.id, now=NOON + DAY)
    assert not tokens.revoke(staff.connection, issued.id, now=NOON + 2 * DAY)
    assert not tokens.revoke(staff.connection, "unknown", now=NOON)
    assert tokens.authenticate(staff.connection, issued.secret, NOON + DAY, rules=RULES) is None
    assert tokens.authenticate(staff.connection, kept.secret, NOON + DAY, rules=RULES) is not None


def test_the_day_of_use_is_kept_once_a_day(staff: Staff) -> None:
    ann, ids = staff.add("Ann"), CountedIds("k")
    issued = tokens.issue(staff.connection, ann, name="desk", ids=ids, now=NOON)
    days = (date(2026, 3, 2), date(2026, 3, 2), date(2026, 3, 1), date(2026, 3, 3))
    assert [tokens.note_use(staff.connection, issued.secret, on=day) for day in days] == [True, False, False, True]
    assert tokens.tokens_of(staff.connection, ann) == [
        Token(
            id=issued.id,
            person=ann,
            name="desk",
            created_at=NOON,
            expires_at=None,
            revoked_at=None,
            last_used_on=date(2026, 3, 3),
        )
    ]


def test_a_closed_account_opens_no_door_and_gets_no_key(staff: Staff) -> None:
    ann, connection = staff.add("Ann"), staff.connection
    token = tokens.issue(connection, ann, name="desk", ids=RandomIds(), now=NOON).secret
    cookie = sessions.begin(connection, ann, ids=RandomIds(), now=NOON).secret
    people.deactivate(connection, ann, now=NOON)
    assert tokens.authenticate(connection, token, NOON, rules=RULES) is None
    assert sessions.authenticate(connection, cookie, NOON, rules=RULES) is None
    with pytest.raises(UnknownPerson, match="closed"):
        tokens.issue(connection, ann, name="desk", ids=RandomIds(), now=NOON)
    with pytest.raises(UnknownPerson, match="closed"):
        sessions.begin(connection, ann, ids=RandomIds(), now=NOON)
    people.reactivate(connection, ann)
    assert tokens.authenticate(connection, token, NOON, rules=RULES) is None
    assert sessions.authenticate(connection, cookie, NOON, rules=RULES) is None


def test_a_session_lasts_a_working_day(staff: Staff) -> None:
    ann = staff.add("Ann", teams=("academic",))
    opened = sessions.begin(staff.connection, ann, ids=RandomIds(), now=NOON)
    assert opened.expires_at == NOON + sessions.LASTS_FOR
    session = sessions.authenticate(staff.connection, opened.secret, opened.expires_at - SECOND, rules=RULES)
    assert session is not None
    assert (session.principal.person_id, session.principal.teams) == (ann, frozenset({"academic"}))
    assert sessions.authenticate(staff.connection, opened.secret, opened.expires_at, rules=RULES) is None


def test_a_form_must_carry_the_value_of_its_session(staff: Staff) -> None:
    ann = staff.add("Ann")
    first = sessions.begin(staff.connection, ann, ids=RandomIds(), now=NOON)
    second = sessions.begin(staff.connection, ann, ids=RandomIds(), now=NOON)
    session = sessions.authenticate(staff.connection, first.secret, NOON, rules=RULES)
    assert session is not None
    attempts = (first.csrf, second.csrf, "", first.csrf.lower(), "é\udc80")
    assert [session.accepts(csrf) for csrf in attempts] == [True, False, False, False, False]


def test_a_session_is_stored_as_a_digest(staff: Staff) -> None:
    opened = sessions.begin(staff.connection, staff.add("Ann"), ids=RandomIds(), now=NOON)
    assert opened.secret.split("_")[1] not in repr(tuple(staff.connection.execute(select(web_session)).one()))


def test_a_session_ends_when_signed_out_and_all_at_once(staff: Staff) -> None:
    ann, bob = staff.add("Ann"), staff.add("Bob")
    opened = [sessions.begin(staff.connection, who, ids=RandomIds(), now=NOON).secret for who in (ann, ann, ann, bob)]
    sessions.end(staff.connection, opened[0])
    sessions.end(staff.connection, opened[0])
    assert sessions.end_all(staff.connection, ann) == 2
    valid = [sessions.authenticate(staff.connection, secret, NOON, rules=RULES) is not None for secret in opened]
    assert valid == [False, False, False, True]


def test_sessions_that_are_over_are_purged(staff: Staff) -> None:
    ann = staff.add("Ann")
    for hours in (0, 1):
        sessions.begin(staff.connection, ann, ids=RandomIds(), now=NOON + timedelta(hours=hours))
    assert sessions.purge(staff.connection, NOON + sessions.LASTS_FOR) == 1
    assert sessions.purge(staff.connection, NOON + sessions.LASTS_FOR) == 0


def test_a_deputy_has_the_post_only_while_its_holder_is_away(staff: Staff) -> None:
    ann, bob, connection = staff.add("Ann"), staff.add("Bob"), staff.connection
    posts.appoint(connection, "head", person_id=ann, deputy=bob)
    posts.add_absence(connection, ann, start_at=NOON, end_at=NOON + DAY, note="", ids=CountedIds("a"))
    token = tokens.issue(connection, bob, name="desk", ids=RandomIds(), now=NOON).secret
    found = [tokens.authenticate(connection, token, at, rules=RULES) for at in (NOON - SECOND, NOON, NOON + DAY)]
    assert [None if who is None else who.posts for who in found] == [frozenset(), {"head"}, frozenset()]
    people.deactivate(connection, ann, now=NOON)
    at_last = tokens.authenticate(connection, token, NOON + DAY, rules=RULES)
    assert at_last is not None
    assert at_last.posts == {"head"}


def test_a_request_is_authenticated_in_one_statement(database: Database) -> None:
    with database.write() as unit:
        ann = Staff(unit.connection).add("Ann", teams=("service", "legal"), roles=("operator",))
        token = tokens.issue(unit.connection, ann, name="desk", ids=RandomIds(), now=NOON).secret
        unit.commit()
    with database.read() as connection, counted(database) as count:
        assert tokens.authenticate(connection, token, NOON, rules=RULES) is not None
    assert count.statements == 1
