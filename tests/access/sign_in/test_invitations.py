"""A one-time code: used once, over in time, one a person."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from access import people
from access.errors import UnknownPerson
from access.sign_in import invitations
from access.sign_in.tables import invitation
from engine.ids import RandomIds
from tests.access.conftest import Staff
from tests.support.stores import NOON


def test_a_code_has_100_random_bits_is_stored_nowhere_and_used_once_however_it_is_typed(staff: Staff) -> None:
    ann, connection = staff.add("Ann"), staff.connection
    given = invitations.invite(connection, ann, ids=RandomIds(), now=NOON)
    plain = given.code.replace("-", "")
    assert len(plain) == 20
    assert plain not in repr(tuple(connection.execute(select(invitation)).one()))
    typed = f" {plain.lower()} ".replace("0", "o").replace("1", "l")
    assert invitations.invited(connection, typed, NOON) == ann
    assert invitations.use(connection, typed, NOON) == ann
    assert invitations.use(connection, given.code, NOON) is None
    assert invitations.invited(connection, given.code, NOON) is None


def test_a_code_is_over_in_time_and_void_once_there_is_another(staff: Staff) -> None:
    ann, connection = staff.add("Ann"), staff.connection
    old = invitations.invite(connection, ann, ids=RandomIds(), now=NOON)
    new = invitations.invite(connection, ann, ids=RandomIds(), now=NOON)
    assert invitations.invited(connection, old.code, NOON) is None
    before, end = new.expires_at - timedelta(seconds=1), new.expires_at
    assert (new.expires_at - NOON, invitations.invited(connection, new.code, before)) == (timedelta(days=3), ann)
    assert invitations.invited(connection, new.code, end) is None
    assert invitations.use(connection, new.code, end) is None
    invitations.invite(connection, ann, ids=RandomIds(), now=NOON)
    assert (invitations.purge(connection, before), invitations.purge(connection, end)) == (0, 1)


def test_a_closed_account_is_invited_no_more(staff: Staff) -> None:
    ann, connection = staff.add("Ann"), staff.connection
    given = invitations.invite(connection, ann, ids=RandomIds(), now=NOON)
    people.deactivate(connection, ann, now=NOON)
    assert invitations.invited(connection, given.code, NOON) is None
    with pytest.raises(UnknownPerson):
        invitations.invite(connection, ann, ids=RandomIds(), now=NOON)
