"""Whom somebody means who types a login or an e-mail address, and what that account asks for."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from sqlalchemy import Connection, func, or_, select

from access.policy import Role
from access.sign_in.tables import linked_account, password, second_factor
from access.tables import person, role

LONGEST = 320
"""Characters of a login or an address that is looked up at all."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """What is known of an account before anybody has proven that it is theirs."""

    person_id: str
    active: bool
    kind: str
    """`person` or `service_account`."""
    hash: str | None
    """Of the password, None where there is none."""
    second_factor: bool
    """Whether one is set up."""
    linked: bool
    """Whether its person signs in elsewhere."""
    roles: frozenset[Role]

    @property
    def usable_hash(self) -> str | None:
        """The hash with which one may sign in: none for a closed account and for a service."""
        return self.hash if self.active and self.kind == "person" else None


def as_typed(text: str) -> str:
    """Return what was typed as a login, as it is looked up: blanks around it and capitals do not count."""
    return unicodedata.normalize("NFKC", text[:LONGEST]).strip().casefold()


def find(connection: Connection, typed: str) -> Account | None:
    """Return the account of a login, else of an address that one account alone has. None where nobody is meant."""
    wanted = as_typed(typed)
    columns = (
        person.c.id, person.c.active, person.c.kind, password.c.hash, second_factor.c.since,
        select(func.count()).where(linked_account.c.person == person.c.id).scalar_subquery().label("links"),
        select(func.group_concat(role.c.role) if connection.dialect.name == "sqlite"
               else func.string_agg(role.c.role, ","))
        .where(role.c.person == person.c.id).scalar_subquery().label("roles"),
    )  # fmt: skip
    joined = person.outerjoin(password, password.c.person == person.c.id).outerjoin(
        second_factor, second_factor.c.person == person.c.id
    )
    meant = or_(person.c.id == wanted, func.lower(person.c.email) == wanted)
    rows = connection.execute(select(*columns).select_from(joined).where(meant)).all()
    named = [row for row in rows if row.id == wanted] or (rows if len(rows) == 1 else [])
    if not named or not wanted:
        return None
    row = named[0]
    return Account(
        person_id=row.id, active=row.active, kind=row.kind, hash=row.hash, second_factor=row.since is not None,
        linked=row.links > 0, roles=frozenset(Role(each) for each in (row.roles or "").split(",") if each),
    )  # fmt: skip
