"""Sessions of people in a browser: a cookie with a secret, kept as a digest, and a value against forged forms."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select

from access.credentials import CHARACTERS, digest, new_secret
from access.errors import UnknownPerson
from access.people import get
from access.policy import Principal
from access.principals import principal
from access.randomness import Ids
from access.rights import HouseRules
from access.tables import web_session

LASTS_FOR = timedelta(hours=12)
"""A working day: nobody stays signed in overnight on a shared desk."""


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A new session; `secret` goes into the cookie and can never be had again."""

    secret: str
    csrf: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class Session:
    """A valid session."""

    principal: Principal
    csrf: str
    """What every form of this session must carry."""
    expires_at: datetime

    def accepts(self, csrf: str) -> bool:
        """Say whether a form that carries `csrf` was made by this session, in a time that tells nothing."""
        return hmac.compare_digest(self.csrf.encode(), csrf.encode("utf-8", "surrogatepass"))


def begin(
    connection: Connection, person_id: str, *, ids: Ids, now: datetime, lasts_for: timedelta = LASTS_FOR
) -> Opened:
    """Open a session for an active person. Raises UnknownPerson. Repeating opens another."""
    if not get(connection, person_id).active:
        raise UnknownPerson("This account is closed.")
    opened = Opened(secret=new_secret("session", ids=ids), csrf=ids.code(CHARACTERS), expires_at=now + lasts_for)
    connection.execute(
        web_session.insert().values(
            digest=digest(opened.secret),
            person=person_id,
            created_at=now,
            expires_at=opened.expires_at,
            csrf=opened.csrf,
        )
    )
    return opened


def authenticate(connection: Connection, secret: str, now: datetime, *, rules: HouseRules) -> Session | None:
    """Return the session of this cookie; None if it is unknown or over, or the account is closed."""
    mine = select(web_session).where(web_session.c.digest == digest(secret), web_session.c.expires_at > now)
    row = connection.execute(mine).one_or_none()
    if row is None:
        return None
    who = principal(connection, row.person, now=now, rules=rules)
    return None if who is None else Session(principal=who, csrf=row.csrf, expires_at=row.expires_at)


def end(connection: Connection, secret: str) -> None:
    """End the session. Repeating is safe."""
    connection.execute(delete(web_session).where(web_session.c.digest == digest(secret)))


def end_all(connection: Connection, person_id: str) -> int:
    """End every session of the person. Returns how many; repeating is safe."""
    return connection.execute(delete(web_session).where(web_session.c.person == person_id)).rowcount


def purge(connection: Connection, now: datetime) -> int:
    """Delete the sessions that are over. Returns how many; repeating is safe."""
    return connection.execute(delete(web_session).where(web_session.c.expires_at <= now)).rowcount
