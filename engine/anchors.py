"""Anchors: now and then the heads of all chains that moved are put under one root, bound to the anchor before, signed.

Who may write into the database can make a chain anew, from any record on; the signature they cannot make, for its key
is sealed by the server's key, which is not in the database (docs/adr/0031).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import Connection, func, insert, select

from access.keys.stored_keys import StoredKeys
from engine.tables import change_log, instance
from trail.digests import Head, anchor_hash, leaf_hash
from trail.house import HOUSE, locked_head, move_head
from trail.merkle import root
from trail.tables import anchor, anchor_leaf, chain_head

ANCHORS: Final = "anchors"
"""The name of the chain of anchors."""
SIGNING: Final = "trail"
"""The purpose of the house key that signs."""
CHANGES: Final = 20_000
"""So many changes one anchor looks through at most; what is left is for the next one, at once."""
_TOGETHER: Final = 500


def signing_key(keys: StoredKeys, connection: Connection) -> Ed25519PrivateKey:
    """Return the key that signs for the house; made when first asked for, in a transaction that writes."""
    return keys.of_house(connection, SIGNING).signing_key()


def public_key(keys: StoredKeys, connection: Connection) -> bytes | None:
    """Return the 32 bytes by which others check what the house has signed; None where it never has."""
    found = keys.known_of_house(connection, SIGNING)
    return None if found is None else public_bytes(found.signing_key())


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    """Return the 32 bytes by which others check what was signed."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def make_anchor(connection: Connection, keys: StoredKeys, now: datetime) -> int | None:
    """Anchor the heads that moved since the last anchor, and return its number; None where none has moved.

    A change may be committed behind others with later numbers. So what the anchor before last had not seen is looked
    at again: no transaction lasts from one anchor to the one after the next.
    """
    before = locked_head(connection, ANCHORS)
    looked = _looked_at(connection, before.number)
    moved, through = _moved(connection, *looked)
    leaves = [*_heads(connection, sorted(moved))]
    house = locked_head(connection, HOUSE)
    if house.number > _anchored(connection, [HOUSE]).get(HOUSE, 0):
        leaves.append((HOUSE, house))
    if not leaves:
        return None
    number = before.number + 1
    found = root(leaf_hash(chain, head) for chain, head in leaves)
    signed = anchor_hash(before.hash, number, now, found, len(leaves))
    key = signing_key(keys, connection)
    row = {
        "number": number, "at": now, "root": found, "leaves": len(leaves), "through": through, "hash": signed,
        "signature": key.sign(signed), "signed_with": public_bytes(key),
    }  # fmt: skip
    connection.execute(insert(anchor).values(row))
    connection.execute(
        insert(anchor_leaf),
        [
            {"anchor": number, "place": place, "chain": chain, "number": head.number, "hash": head.hash}
            for place, (chain, head) in enumerate(leaves)
        ],
    )
    move_head(connection, ANCHORS, Head(number, signed))
    return number


def _looked_at(connection: Connection, last: int) -> tuple[int, int]:
    """Return up to which change the anchor before last, and the last one, have looked."""
    asked = select(anchor.c.number, anchor.c.through).where(anchor.c.number >= last - 1)
    found = {row.number: row.through for row in connection.execute(asked)}
    return found.get(last - 1, 0), found.get(last, 0)


def _moved(connection: Connection, again_from: int, through: int) -> tuple[set[str], int]:
    """Return the cases with changes that are to be looked at, and up to which change that is."""
    log = change_log.c
    columns = select(log.sequence, log.case_id)
    fresh = connection.execute(columns.where(log.sequence > through).order_by(log.sequence).limit(CHANGES)).all()
    late = connection.execute(columns.where(log.sequence > again_from, log.sequence <= through))
    return {row.case_id for row in (*fresh, *late)}, fresh[-1].sequence if fresh else through


def _heads(connection: Connection, cases: Sequence[str]) -> Iterator[tuple[str, Head]]:
    """Yield the heads that are not anchored yet."""
    table = instance.c
    for at in range(0, len(cases), _TOGETHER):
        some = cases[at : at + _TOGETHER]
        anchored = _anchored(connection, some)
        asked = select(table.case_id, table.trail_number, table.trail_hash).where(table.case_id.in_(some))
        found: dict[str, Any] = {row.case_id: row for row in connection.execute(asked)}
        for case_id in some:
            row = found.get(case_id)
            if row is not None and row.trail_number > anchored.get(case_id, 0):
                yield case_id, Head(row.trail_number, row.trail_hash)


def _anchored(connection: Connection, chains: Sequence[str]) -> dict[str, int]:
    leaf = anchor_leaf.c
    asked = select(leaf.chain, func.max(leaf.number).label("last")).where(leaf.chain.in_(chains)).group_by(leaf.chain)
    return {row.chain: row.last for row in connection.execute(asked)}


def anchors_head(connection: Connection) -> Head | None:
    """Return the last anchor as it is noted; None where there is none. Takes no lock."""
    row = connection.execute(select(chain_head).where(chain_head.c.chain == ANCHORS)).first()
    return None if row is None else Head(row.number, row.hash)
