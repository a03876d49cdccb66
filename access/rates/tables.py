"""The table of what sources have used up."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, Table, Text

from storage.schema import metadata

rate_count = Table(
    "rate_count",
    metadata,
    Column("kind", Text, primary_key=True),
    # Some bits of a keyed hash: many sources have the same, so that a row points at none.
    Column("slot", Integer, primary_key=True),
    # In microseconds since 1970: the statement that counts also adds and compares, on either store.
    Column("spent_until", BigInteger, nullable=False, index=True),
)
"""Until when a source's share of the future is used up; one in the past says nothing, and is deleted."""
