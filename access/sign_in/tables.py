"""The tables of what people show when they sign in."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, ForeignKey, Integer, Table, Text

from storage.schema import metadata
from storage.sealed import SealedBlob
from storage.types import Instant


def _person(*, primary_key: bool = False) -> Column[str]:
    return Column(
        "person", Text, ForeignKey("person.id"), primary_key=primary_key, nullable=False, index=not primary_key
    )


password = Table(
    "password",
    metadata,
    _person(primary_key=True),
    Column("hash", Text, nullable=False),
    Column("changed_at", Instant, nullable=False),
)
"""A slow hash in the format of argon2, with its own parameters."""

invitation = Table(
    "invitation",
    metadata,
    Column("digest", Text, primary_key=True),
    _person(),
    Column("expires_at", Instant, nullable=False, index=True),
)

second_factor = Table(
    "second_factor",
    metadata,
    _person(primary_key=True),
    Column("secret", SealedBlob, nullable=False),
    Column("since", Instant, nullable=False),
    # The time step of the code that was taken last: no code is taken twice.
    Column("last_step", BigInteger, nullable=False),
)

recovery_code = Table(
    "recovery_code",
    metadata,
    Column("digest", Text, primary_key=True),
    _person(),
)

known_place = Table(
    "known_place",
    metadata,
    Column("mark", Text, primary_key=True),
    _person(primary_key=True),
    Column("kind", Text, nullable=False),
    Column("last_used_on", Date, nullable=False, index=True),
    CheckConstraint("kind IN ('device', 'source')", name="known"),
)
"""From where somebody has signed in well: a keyed hash of the source, the digest of a browser's own cookie."""

failed_attempts = Table(
    "failed_attempts",
    metadata,
    Column("mark", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("forgotten_at", Instant, nullable=False, index=True),
)
"""How often it went wrong, by the keyed hash of what is counted: no address and no login stands here."""

linked_account = Table(
    "linked_account",
    metadata,
    Column("issuer", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    _person(),
    Column("since", Instant, nullable=False),
)
"""Whom the provider of the institution's own accounts means."""
