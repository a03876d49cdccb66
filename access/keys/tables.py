"""The table of keys that the server's key has sealed."""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, Table, Text

from storage.schema import metadata

sealed_key = Table(
    "sealed_key",
    metadata,
    Column("name", Text, primary_key=True),
    # By which version of the server's key it is sealed: what is behind the newest is sealed again.
    Column("version", Integer, nullable=False, index=True),
    Column("wrapped", LargeBinary, nullable=False),
)
"""A key each for every case, by its id, and for some purposes of the house (`house:<purpose>`)."""
