"""Who works here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from access.errors import UnfitPerson, UnknownPerson
from access.randomness import Ids
from access.tables import api_token, person, web_session

LANGUAGES = ("zh-CN", "ko", "en")
"""In which everything that a person sees exists."""


LOGIN = re.compile(r"[a-z][a-z0-9.-]{1,39}")
"""What a login may look like."""


PERSON, SERVICE = "person", "service_account"


@dataclass(frozen=True, kw_only=True)
class Person:
    """A member of staff, or a supporter from outside with an account."""

    id: str
    """Opaque, unique."""
    name: str
    """As shown to colleagues."""
    email: str | None
    """For notices; None if there is none."""
    language: str
    """One of `LANGUAGES`."""
    active: bool
    """Whether the account can be used."""
    created_at: datetime
    """When the account was made."""
    kind: str = PERSON
    """`person`, or `service_account`: a machine, which has tokens and signs in nowhere."""


def add(
    connection: Connection,
    *,
    name: str,
    language: str,
    ids: Ids,
    now: datetime,
    email: str | None = None,
    login: str | None = None,
    kind: str = PERSON,
) -> Person:
    """Add an active person or service, under `login` as id or under a random one.

    Raises UnfitPerson for an empty name, an unknown language, or a login that is taken or odd. Repeating without a
    login adds another.
    """
    if login is not None and not LOGIN.fullmatch(login):
        raise UnfitPerson("A login has 2 to 40 lower-case letters, figures, dots and hyphens.")
    if login is not None and connection.execute(select(person.c.id).where(person.c.id == login)).first() is not None:
        raise UnfitPerson(f"The login {login} is taken.")
    added = Person(
        id=login or ids.new(), name=_name(name), email=email, language=_language(language), active=True, created_at=now,
        kind=kind,
    )  # fmt: skip
    connection.execute(
        person.insert().values(
            id=added.id, name=added.name, email=email, language=added.language, active=True, created_at=now, kind=kind
        )
    )
    return added


def get(connection: Connection, person_id: str) -> Person:
    """Return the person, active or not. Raises UnknownPerson."""
    row = connection.execute(select(person).where(person.c.id == person_id)).one_or_none()
    if row is None:
        raise UnknownPerson
    return _from(row)


def everyone(connection: Connection, *, inactive: bool = False) -> list[Person]:
    """Return all people by name, with `inactive` also those who left."""
    statement = select(person).order_by(person.c.name, person.c.id)
    return [_from(row) for row in connection.execute(statement if inactive else statement.where(person.c.active))]


def names(connection: Connection, person_ids: Iterable[str]) -> dict[str, str]:
    """Return the names of the given people by id; unknown ids are left out."""
    rows = connection.execute(select(person.c.id, person.c.name).where(person.c.id.in_(set(person_ids))))
    return {row.id: row.name for row in rows}


def change(
    connection: Connection,
    person_id: str,
    *,
    name: str | None = None,
    email: str | None = None,
    language: str | None = None,
) -> Person:
    """Change what is given (an empty email takes it away). Raises UnknownPerson, UnfitPerson. Repeating is safe."""
    before = get(connection, person_id)
    values: dict[str, Any] = {
        "name": before.name if name is None else _name(name),
        "email": before.email if email is None else (email or None),
        "language": before.language if language is None else _language(language),
    }
    connection.execute(update(person).where(person.c.id == person_id).values(**values))
    return get(connection, person_id)


def deactivate(connection: Connection, person_id: str, *, now: datetime) -> None:
    """Close the account: every token is revoked, every session ended; teams and posts stay on record.

    What its person signs in with is for `access.sign_in.closing`. Raises UnknownPerson. Repeating is safe.
    """
    get(connection, person_id)
    connection.execute(update(person).where(person.c.id == person_id).values(active=False))
    tokens = update(api_token).where(api_token.c.person == person_id, api_token.c.revoked_at.is_(None))
    connection.execute(tokens.values(revoked_at=now))
    connection.execute(delete(web_session).where(web_session.c.person == person_id))


def reactivate(connection: Connection, person_id: str) -> None:
    """Open the account again, without its old tokens. Raises UnknownPerson. Repeating is safe."""
    get(connection, person_id)
    connection.execute(update(person).where(person.c.id == person_id).values(active=True))


def _name(text: str) -> str:
    if not text.strip() or "\x00" in text:
        raise UnfitPerson("A person needs a name.")
    return text.strip()


def _language(tag: str) -> str:
    if tag not in LANGUAGES:
        raise UnfitPerson(f"There is no language {tag!r} here, only {', '.join(LANGUAGES)}.")
    return tag


def _from(row: Row[Any]) -> Person:
    return Person(
        id=row.id,
        name=row.name,
        email=row.email,
        language=row.language,
        active=row.active,
        created_at=row.created_at,
        kind=row.kind,
    )
