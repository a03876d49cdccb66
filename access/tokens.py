"""Tokens for the JSON API: shown once when issued, kept as a digest, revoked in one step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import CompoundSelect, Connection, bindparam, func, literal, null, or_, select, union_all, update

from access.credentials import digest, new_secret
from access.errors import UnknownPerson
from access.people import get
from access.policy import EVERYTHING, Principal, Scope
from access.principals import facts_of, principal_from, scopes_in
from access.randomness import Ids
from access.rights import HouseRules
from access.tables import api_token
from storage.types import Instant

_VALID = (
    api_token.c.digest == bindparam("shown"),
    api_token.c.revoked_at.is_(None),
    or_(api_token.c.expires_at.is_(None), api_token.c.expires_at > bindparam("now", type_=Instant())),
)
_BY_TOKEN: CompoundSelect[Any] = union_all(
    *facts_of(select(api_token.c.person).where(*_VALID).scalar_subquery()).selects,
    select(literal("scopes"), func.coalesce(api_token.c.scopes, ""), null(), null()).where(*_VALID),
)

LASTS_FOR = timedelta(days=90)
"""Where nobody says how long."""
LASTS_AT_MOST = timedelta(days=365)
"""Unless it is said that it never ends."""
PREFIX = "redress"
"""Begins every token."""


@dataclass(frozen=True, kw_only=True)
class Token:
    """A token without its secret."""

    id: str
    person: str
    name: str
    """What it is for, in the words of its owner."""
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_on: date | None
    """The UTC day of the last use; no finer, it is not a record of anybody's working hours."""
    scopes: frozenset[Scope] = EVERYTHING


@dataclass(frozen=True, kw_only=True)
class Issued:
    """A new token; `secret` can never be had again."""

    id: str
    secret: str


def issue(
    connection: Connection,
    person_id: str,
    *,
    name: str,
    ids: Ids,
    now: datetime,
    expires_at: datetime | None = None,
    scopes: frozenset[Scope] | None = None,
) -> Issued:
    """Issue a token to an active person or service: without scopes for everything, without an end for ever.

    Raises UnknownPerson. Repeating issues another.
    """
    if not get(connection, person_id).active:
        raise UnknownPerson("This account is closed.")
    issued = Issued(id=ids.new(), secret=new_secret(PREFIX, ids=ids))
    connection.execute(
        api_token.insert().values(
            id=issued.id,
            person=person_id,
            name=name,
            digest=digest(issued.secret),
            created_at=now,
            expires_at=expires_at,
            scopes=" ".join(sorted(scopes)) if scopes is not None and scopes != EVERYTHING else None,
        )
    )
    return issued


def authenticate(connection: Connection, token: str, now: datetime, *, rules: HouseRules) -> Principal | None:
    """Return who shows this token, with its scopes.

    None if it is unknown, revoked or expired, or its owner's account is closed.
    """
    return principal_from(connection, _BY_TOKEN, {"shown": digest(token), "now": now}, rules=rules)


def note_use(connection: Connection, token: str, *, on: date) -> bool:
    """Keep the day of use. True if it was new, so that a caller need not write at every request. Repeating is safe."""
    unknown_yet = or_(api_token.c.last_used_on.is_(None), api_token.c.last_used_on < on)
    statement = update(api_token).where(api_token.c.digest == digest(token), unknown_yet).values(last_used_on=on)
    return connection.execute(statement).rowcount == 1


def revoke(connection: Connection, token_id: str, *, now: datetime, of: str | None = None) -> bool:
    """Revoke the token from `now` on, with `of` only if it is that person's.

    False if it is unknown, somebody else's, or revoked already. Repeating is safe.
    """
    statement = update(api_token).where(api_token.c.id == token_id, api_token.c.revoked_at.is_(None))
    if of is not None:
        statement = statement.where(api_token.c.person == of)
    return connection.execute(statement.values(revoked_at=now)).rowcount == 1


def tokens_of(connection: Connection, person_id: str) -> list[Token]:
    """Return the person's tokens, the newest first, revoked ones too."""
    columns = [column for column in api_token.c if column.name != "digest"]
    mine = select(*columns).where(api_token.c.person == person_id)
    rows = connection.execute(mine.order_by(api_token.c.created_at.desc(), api_token.c.id))
    return [Token(**{**row._mapping, "scopes": scopes_in(row.scopes or "")}) for row in rows]
