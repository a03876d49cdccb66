"""Sessions of people in a browser: a cookie with a secret, kept as a digest, and a value against forged forms."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, and_, delete, or_, select, update

from access.credentials import CHARACTERS, digest, new_secret
from access.errors import UnknownPerson
from access.people import PERSON, get
from access.policy import Principal
from access.principals import principal
from access.randomness import Ids
from access.rights import HouseRules
from access.tables import web_session

LASTS_FOR = timedelta(hours=12)
"""A working day: nobody stays signed in overnight on a shared desk."""
PENDING_FOR = timedelta(minutes=10)
"""How long a sign-in may take that still awaits something."""
COARSE = timedelta(minutes=5)
"""How exactly it is kept when a session was used last."""


class Awaits(StrEnum):
    """What a session lacks before it opens anything."""

    CODE = "code"
    """The second factor."""
    SET_UP = "set_up"
    """A second factor that is demanded and not set up yet."""


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
    id: str = ""
    """What it is ended by on another machine; it opens nothing."""
    last_used_at: datetime | None = None

    def accepts(self, csrf: str) -> bool:
        """Say whether a form that carries `csrf` was made by this session, in a time that tells nothing."""
        return hmac.compare_digest(self.csrf.encode(), csrf.encode("utf-8", "surrogatepass"))

    def to_be_noted(self, now: datetime) -> bool:
        """Say whether the use at this instant is to be kept: it is, every few minutes."""
        return self.last_used_at is not None and now - self.last_used_at >= COARSE


@dataclass(frozen=True, kw_only=True)
class Pending:
    """A sign-in that awaits something: who it is has been shown, and nothing is open yet."""

    person: str
    awaits: Awaits


@dataclass(frozen=True, kw_only=True)
class OpenSession:
    """One of the sessions that somebody has."""

    id: str
    created_at: datetime
    last_used_at: datetime
    """Coarse."""


def begin(
    connection: Connection,
    person_id: str,
    *,
    ids: Ids,
    now: datetime,
    lasts_for: timedelta = LASTS_FOR,
    idle_for: timedelta | None = None,
    awaits: Awaits | None = None,
) -> Opened:
    """Open a session for an active person, which ends after `lasts_for`, or `idle_for` without use.

    With `awaits` it opens nothing yet. Raises UnknownPerson, also for a service. Repeating opens another.
    """
    owner = get(connection, person_id)
    if not owner.active:
        raise UnknownPerson("This account is closed.")
    if owner.kind != PERSON:
        raise UnknownPerson("This is the account of a service: it has tokens, and signs in nowhere.")
    ends = now + (lasts_for if awaits is None else min(lasts_for, PENDING_FOR))
    opened = Opened(secret=new_secret("session", ids=ids), csrf=ids.code(CHARACTERS), expires_at=ends)
    connection.execute(
        web_session.insert().values(
            digest=digest(opened.secret),
            person=person_id,
            created_at=now,
            expires_at=opened.expires_at,
            csrf=opened.csrf,
            id=ids.new(),
            last_used_at=now,
            idle_at=None if idle_for is None else now + idle_for,
            awaits=awaits.value if awaits else None,
        )
    )
    return opened


def authenticate(connection: Connection, secret: str, now: datetime, *, rules: HouseRules) -> Session | None:
    """Return the session of this cookie; None if it is unknown, over or awaits something, or the account is closed."""
    mine = select(web_session).where(web_session.c.digest == digest(secret), _open(now))
    row = connection.execute(mine).one_or_none()
    if row is None:
        return None
    who = principal(connection, row.person, now=now, rules=rules)
    if who is None:
        return None
    return Session(principal=who, csrf=row.csrf, expires_at=row.expires_at, id=row.id, last_used_at=row.last_used_at)


def pending(connection: Connection, secret: str, now: datetime) -> Pending | None:
    """Return the sign-in of this cookie that awaits something; None if there is none."""
    mine = select(web_session.c.person, web_session.c.awaits).where(
        web_session.c.digest == digest(secret), web_session.c.expires_at > now, web_session.c.awaits.is_not(None)
    )
    row = connection.execute(mine).one_or_none()
    return None if row is None else Pending(person=row.person, awaits=Awaits(row.awaits))


def note_use(connection: Connection, secret: str, now: datetime, *, idle_for: timedelta | None) -> None:
    """Keep that a session is used at this instant. Repeating is safe."""
    idle_at = None if idle_for is None else now + idle_for
    mine = update(web_session).where(web_session.c.digest == digest(secret), _open(now))
    connection.execute(mine.values(last_used_at=now, idle_at=idle_at))


def sessions_of(connection: Connection, person_id: str, now: datetime) -> list[OpenSession]:
    """Return the sessions that a person has open, the newest first."""
    columns = (web_session.c.id, web_session.c.created_at, web_session.c.last_used_at)
    mine = select(*columns).where(web_session.c.person == person_id, _open(now))
    rows = connection.execute(mine.order_by(web_session.c.created_at.desc(), web_session.c.id))
    return [OpenSession(**row._mapping) for row in rows]


def end(connection: Connection, secret: str) -> None:
    """End the session. Repeating is safe."""
    connection.execute(delete(web_session).where(web_session.c.digest == digest(secret)))


def end_one(connection: Connection, person_id: str, session_id: str) -> bool:
    """End a session of a person by its id. False where they have none such. Repeating is safe."""
    mine = delete(web_session).where(web_session.c.person == person_id, web_session.c.id == session_id)
    return connection.execute(mine).rowcount == 1


def end_all(connection: Connection, person_id: str, *, but: str | None = None) -> int:
    """End every session of the person, but for the one of the id given. Returns how many; repeating is safe."""
    mine = delete(web_session).where(web_session.c.person == person_id)
    return connection.execute(mine if but is None else mine.where(web_session.c.id != but)).rowcount


def purge(connection: Connection, now: datetime) -> int:
    """Delete the sessions that are over. Returns how many; repeating is safe."""
    over = or_(web_session.c.expires_at <= now, web_session.c.idle_at <= now)
    return connection.execute(delete(web_session).where(over)).rowcount


def _open(now: datetime) -> ColumnElement[bool]:
    """Return the condition that a session is not over and awaits nothing."""
    in_use = or_(web_session.c.idle_at.is_(None), web_session.c.idle_at > now)
    return and_(web_session.c.expires_at > now, in_use, web_session.c.awaits.is_(None))
