"""One-time codes with which somebody sets a password: given by an operator, used once, kept as a digest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select

from access.credentials import digest
from access.randomness import Ids
from access.sign_in.passwords import owner_of
from access.sign_in.tables import invitation
from access.spelling import bare
from access.tables import person

CHARACTERS = 20
"""Of 5 bits each: 100 bits, short enough to be typed."""
LASTS_FOR = timedelta(days=3)


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """A new one; `code` can never be had again."""

    code: str
    expires_at: datetime


def invite(
    connection: Connection, person_id: str, *, ids: Ids, now: datetime, lasts_for: timedelta = LASTS_FOR
) -> Invitation:
    """Give a person a code; an older one of theirs is void. Raises UnknownPerson. Repeating gives another."""
    owner_of(connection, person_id)
    withdraw(connection, person_id)
    code, expires_at = ids.code(CHARACTERS), now + lasts_for
    connection.execute(invitation.insert().values(digest=digest(code), person=person_id, expires_at=expires_at))
    return Invitation(code="-".join(code[at : at + 5] for at in range(0, CHARACTERS, 5)), expires_at=expires_at)


def invited(connection: Connection, typed: str, now: datetime) -> str | None:
    """Return whom a code invites; None where it is unknown, used or over, or the account is closed."""
    found: str | None = connection.scalar(
        select(invitation.c.person)
        .join(person, person.c.id == invitation.c.person)
        .where(invitation.c.digest == digest(bare(typed)), invitation.c.expires_at > now, person.c.active)
    )
    return found


def use(connection: Connection, typed: str, now: datetime) -> str | None:
    """Use a code up and return whom it invites; None as for `invited`, and for whoever comes second."""
    who = invited(connection, typed, now)
    gone = delete(invitation).where(invitation.c.digest == digest(bare(typed)))
    return who if connection.execute(gone).rowcount == 1 else None


def withdraw(connection: Connection, person_id: str) -> None:
    """Make every code of a person void. Repeating is safe."""
    connection.execute(delete(invitation).where(invitation.c.person == person_id))


def purge(connection: Connection, now: datetime) -> int:
    """Delete the codes that are over. Returns how many; repeating is safe."""
    return connection.execute(delete(invitation).where(invitation.c.expires_at <= now)).rowcount
