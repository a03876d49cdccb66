"""The tables of people and what they may do."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, Date, ForeignKey, Table, Text

from storage.schema import metadata
from storage.types import Instant


def _person(name: str = "person", *, primary_key: bool = False, nullable: bool = False) -> Column[str]:
    return Column(
        name, Text, ForeignKey("person.id"), primary_key=primary_key, nullable=nullable, index=not primary_key
    )


person = Table(
    "person",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("email", Text),
    Column("language", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    # A service is a machine that has tokens and nothing else.
    Column("kind", Text, nullable=False, default="person", server_default="person"),
    CheckConstraint("kind IN ('person', 'service_account')", name="known"),
)

membership = Table(
    "membership",
    metadata,
    _person(primary_key=True),
    Column("team", Text, primary_key=True, index=True),
)

role = Table(
    "role",
    metadata,
    _person(primary_key=True),
    Column("role", Text, primary_key=True),
    CheckConstraint("role IN ('supervisor', 'process_owner', 'operator', 'auditor')", name="known"),
)

post_holder = Table(
    "post_holder",
    metadata,
    Column("post", Text, primary_key=True),
    _person(),
    _person("deputy", nullable=True),
    CheckConstraint("deputy IS NULL OR deputy <> person", name="deputy_is_another"),
)

absence = Table(
    "absence",
    metadata,
    Column("id", Text, primary_key=True),
    _person(),
    Column("start_at", Instant, nullable=False),
    Column("end_at", Instant, nullable=False),
    Column("note", Text, nullable=False),
    CheckConstraint("end_at > start_at", name="forward"),
)

api_token = Table(
    "api_token",
    metadata,
    Column("id", Text, primary_key=True),
    _person(),
    Column("name", Text, nullable=False),
    Column("digest", Text, nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("revoked_at", Instant),
    Column("last_used_on", Date),
    # The names of its scopes, with blanks between them; null: everything that its person may.
    Column("scopes", Text),
)

web_session = Table(
    "web_session",
    metadata,
    Column("digest", Text, primary_key=True),
    _person(),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
    Column("csrf", Text, nullable=False),
    # What its owner ends it by, on another machine.
    Column("id", Text, nullable=False, unique=True),
    # Coarse: it is no record of anybody's working hours.
    Column("last_used_at", Instant, nullable=False),
    # When it ends unless it is used before; null: not for that.
    Column("idle_at", Instant),
    # What is still to be shown before it opens anything; null: nothing.
    Column("awaits", Text),
    CheckConstraint("awaits IN ('code', 'set_up')", name="known"),
)
