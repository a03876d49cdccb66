"""Passwords of local accounts: a slow hash (argon2id), made anew when its parameters change, and never the password."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY
from sqlalchemy import Connection, delete, select

from access.errors import AccessError, UnknownPerson
from access.people import PERSON, Person, get
from access.sign_in.password_rules import LONGEST, normalised
from access.sign_in.tables import password
from storage.insert import upsert_many

HASHER: Final = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
"""64 MiB, three passes, four lanes: the second recommendation of RFC 9106."""
AT_ONCE: Final = 4
"""Hashes that a process works out at one time: 256 MiB."""
WAITING: Final = 8
"""Who may wait for their turn; each holds a thread that pages are answered with."""
_WAITS_SECONDS: Final = 5.0
_ROOM: Final = threading.BoundedSemaphore(AT_ONCE)
_DOOR: Final = threading.BoundedSemaphore(AT_ONCE + WAITING)


class HashingBusy(AccessError):
    """Too many people sign in at this moment; try again in a few seconds."""


def hashed(typed: str) -> str:
    """Return the hash of a password that `require_fit` has taken. Takes a tenth of a second. Raises HashingBusy."""
    with _room():
        return HASHER.hash(normalised(typed))


def matches(kept: str | None, typed: str) -> bool:
    """Say whether a password is the one that was hashed; without a hash it is not, after the same work.

    Takes a tenth of a second, so call it outside a transaction. Raises HashingBusy.
    """
    given = normalised(typed[: 4 * LONGEST])
    with _room():
        try:
            return HASHER.verify(kept or _nobodys(), given) and kept is not None
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(kept: str) -> bool:
    """Say whether a hash was made with other parameters than those of today."""
    return HASHER.check_needs_rehash(kept)


def owner_of(connection: Connection, person_id: str) -> Person:
    """Return who is to have a password. Raises UnknownPerson for a closed account, and for a service."""
    owner = get(connection, person_id)
    if not owner.active or owner.kind != PERSON:
        raise UnknownPerson("Nobody signs in with this account.")
    return owner


def keep(connection: Connection, person_id: str, made: str, *, now: datetime) -> None:
    """Keep the hash of a person's password. Raises UnknownPerson for a closed account. Repeating is safe."""
    owner_of(connection, person_id)
    values = {"person": person_id, "hash": made, "changed_at": now}
    upsert_many(connection, password, [values], unique=("person",))


def kept_hash(connection: Connection, person_id: str) -> str | None:
    """Return the hash of a person's password, None where they have none."""
    found: str | None = connection.scalar(select(password.c.hash).where(password.c.person == person_id))
    return found


def take_away(connection: Connection, person_id: str) -> None:
    """Take a person's password away. Repeating is safe."""
    connection.execute(delete(password).where(password.c.person == person_id))


@lru_cache(maxsize=1)
def _nobodys() -> str:
    """Return the hash that is compared with where there is none; what it was made of is in no keyboard's reach."""
    return HASHER.hash("\x00nobody")


@contextmanager
def _room() -> Iterator[None]:
    if not _DOOR.acquire(blocking=False):
        raise HashingBusy
    try:
        if not _ROOM.acquire(timeout=_WAITS_SECONDS):
            raise HashingBusy
        try:
            yield
        finally:
            _ROOM.release()
    finally:
        _DOOR.release()
