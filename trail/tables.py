"""Tables of the trail: the records of the house, the anchors and the heads that each holds."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, LargeBinary, PrimaryKeyConstraint, Table, Text

from storage.guards import append_only
from storage.schema import metadata
from storage.types import Instant, Json

house_record = Table(
    "house_record",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("detail", Json, nullable=False),
    # What is on record once at most, such as that somebody has read a case in this hour.
    Column("once", Text, unique=True),
    Column("hash", LargeBinary, nullable=False),
)
"""What happened to the house as a whole: codes and ids, never a text of people."""

chain_head = Table(
    "chain_head",
    metadata,
    Column("chain", Text, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)
"""The last record of the house and the last anchor; who adds one has the row locked. That of a case is in its row."""

anchor = Table(
    "anchor",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("root", LargeBinary, nullable=False),
    Column("leaves", BigInteger, nullable=False),
    # Up to this row of `change_log` it has looked for heads that moved.
    Column("through", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("signed_with", LargeBinary, nullable=False),
)
"""A root over the heads that moved since the anchor before, bound to it and signed."""

anchor_leaf = Table(
    "anchor_leaf",
    metadata,
    Column("anchor", BigInteger, nullable=False),
    Column("place", BigInteger, nullable=False),
    Column("chain", Text, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    PrimaryKeyConstraint("anchor", "place"),
)
"""The heads under a root, in their order."""
Index("ix_anchor_leaf__chain", anchor_leaf.c.chain, anchor_leaf.c.number)

for _table in (house_record, anchor, anchor_leaf):
    append_only(_table)
