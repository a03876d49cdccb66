"""Whoever leaves takes no way in along: what an account signs in with goes when it is closed."""

from __future__ import annotations

from sqlalchemy import Connection, delete

from access.sign_in import guessing, invitations, passwords, second_factors
from access.sign_in.tables import linked_account


def take_ways_in(connection: Connection, person_id: str) -> None:
    """Delete password, second factor, invitations, known places and links of a person. Repeating is safe.

    Sessions and tokens end with the account itself (`access.people.deactivate`).
    """
    passwords.take_away(connection, person_id)
    second_factors.turn_off(connection, person_id)
    invitations.withdraw(connection, person_id)
    guessing.forget_places(connection, person_id)
    connection.execute(delete(linked_account).where(linked_account.c.person == person_id))
