"""The second factor: a code of six figures that a telephone shows, another every 30 seconds (TOTP, RFC 6238).

Its secret is sealed with a key of the house, so that whoever has the database alone makes no codes.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import pyotp
from sqlalchemy import Connection, delete, func, select, update

from access.credentials import digest
from access.keys.cipher import DataKey, new_secret_bytes
from access.keys.stored_keys import StoredKeys
from access.randomness import Ids
from access.sign_in.passwords import owner_of
from access.sign_in.tables import recovery_code, second_factor
from access.spelling import bare
from storage.insert import upsert_many

FIGURES: Final = 6
STEP_SECONDS: Final = 30
DRIFT: Final = 1
"""Steps by which a telephone may go wrong, either way."""
SECRET_BYTES: Final = 20
"""160 bits, as RFC 4226 recommends."""
RECOVERY_CODES: Final = 10
RECOVERY_CHARACTERS: Final = 12
"""Of 5 bits each: 60 bits."""
ISSUER: Final = "Redress"


@dataclass(frozen=True)
class Secret:
    """The secret of a factor that is being set up."""

    text: str
    """In base 32, as it is typed into a telephone."""

    @property
    def in_groups(self) -> str:
        """The text in groups of four, to be read."""
        return " ".join(self.text[at : at + 4] for at in range(0, len(self.text), 4))

    def address(self, login: str) -> str:
        """Return what the picture of squares says to a telephone."""
        return pyotp.TOTP(self.text).provisioning_uri(name=login, issuer_name=ISSUER)


def new_secret() -> Secret:
    """Return a secret that nobody has."""
    return Secret(base64.b32encode(new_secret_bytes()[:SECRET_BYTES]).decode())


def house_key(keys: StoredKeys, connection: Connection) -> DataKey:
    """Return the key of the house for second factors; made when first asked for, in a transaction that writes."""
    return keys.of_house(connection, "second factors")


def step_of(secret: Secret, typed: str, now: datetime, *, after: int = -1) -> int | None:
    """Return the time step of a code, None where it is no code of this moment, or not behind the step `after`."""
    code = "".join(typed.split())
    if len(code) != FIGURES or not (code.isascii() and code.isdecimal()):
        return None
    present, right = int(now.timestamp()) // STEP_SECONDS, None
    totp = pyotp.TOTP(secret.text, digits=FIGURES, interval=STEP_SECONDS)
    for step in range(present - DRIFT, present + DRIFT + 1):
        # All of them are compared, whichever it is: the time tells nothing.
        if pyotp.utils.strings_equal(totp.generate_otp(step), code) and step > after:
            right = step
    return right


def set_up(
    connection: Connection, person_id: str, secret: Secret, *, step: int, key: DataKey, ids: Ids, now: datetime
) -> list[str]:
    """Keep a factor whose code was seen at `step`, instead of an older one; return the recovery codes, shown once.

    Raises UnknownPerson for a closed account or a service. Repeating gives other codes.
    """
    owner_of(connection, person_id)
    sealed = key.seal(secret.text.encode(), bound_to=person_id)
    values = {"person": person_id, "secret": sealed, "since": now, "last_step": step}
    upsert_many(connection, second_factor, [values], unique=("person",))
    return new_recovery_codes(connection, person_id, ids=ids)


def take_code(connection: Connection, person_id: str, typed: str, *, key: DataKey, now: datetime) -> bool:
    """Say whether a code of the telephone is right, and take it: it is right once."""
    row = connection.execute(select(second_factor).where(second_factor.c.person == person_id)).one_or_none()
    if row is None:
        return False
    secret = Secret(key.open(row.secret, bound_to=person_id).decode())
    step = step_of(secret, typed, now, after=row.last_step)
    if step is None:
        return False
    # Of two requests with one code the second finds the step taken.
    taken = update(second_factor).where(second_factor.c.person == person_id, second_factor.c.last_step < step)
    return connection.execute(taken.values(last_step=step)).rowcount == 1


def take_recovery_code(connection: Connection, person_id: str, typed: str) -> bool:
    """Say whether a recovery code is right, and use it up."""
    mine = (recovery_code.c.person == person_id, recovery_code.c.digest == _digest(person_id, typed))
    return connection.execute(delete(recovery_code).where(*mine)).rowcount == 1


def new_recovery_codes(connection: Connection, person_id: str, *, ids: Ids) -> list[str]:
    """Return ten new recovery codes, shown once; the older ones are void."""
    connection.execute(delete(recovery_code).where(recovery_code.c.person == person_id))
    codes = [ids.code(RECOVERY_CHARACTERS) for _ in range(RECOVERY_CODES)]
    rows = [{"digest": _digest(person_id, code), "person": person_id} for code in codes]
    connection.execute(recovery_code.insert(), rows)
    return ["-".join(code[at : at + 4] for at in range(0, RECOVERY_CHARACTERS, 4)) for code in codes]


def since(connection: Connection, person_id: str) -> datetime | None:
    """Return since when a person has a second factor, None where there is none."""
    found: datetime | None = connection.scalar(select(second_factor.c.since).where(second_factor.c.person == person_id))
    return found


def codes_left(connection: Connection, person_id: str) -> int:
    """Return how many recovery codes a person has left."""
    return connection.scalar(select(func.count()).where(recovery_code.c.person == person_id)) or 0


def turn_off(connection: Connection, person_id: str) -> bool:
    """Take a person's second factor and recovery codes away. False where there was none. Repeating is safe."""
    connection.execute(delete(recovery_code).where(recovery_code.c.person == person_id))
    return connection.execute(delete(second_factor).where(second_factor.c.person == person_id)).rowcount == 1


def _digest(person_id: str, typed: str) -> str:
    return digest(f"recovery {person_id} {bare(typed)}")
