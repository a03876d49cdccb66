"""How records are bound together: SHA-256 over fields of which each says how long it is (docs/adr/0031).

Nothing here knows a database. Whoever checks a chain, in this program or outside, works out the same.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from storage.types import to_microseconds

START: Final = bytes(32)
"""What stands for the hash of the record before the first one."""
_ABSENT: Final = b"\x00"
_PRESENT: Final = b"\x01"

Field = str | int | bytes | None


@dataclass(frozen=True)
class Head:
    """The last record of a chain."""

    number: int
    """Of the record, from 1; 0: the chain is empty."""
    hash: bytes


EMPTY: Final = Head(0, START)


def framed(*fields: Field) -> bytes:
    """Return fields one behind the other, so that no two lists of fields come to the same bytes."""
    return b"".join(_frame(each) for each in fields)


def digest(*fields: Field) -> bytes:
    """Return the SHA-256 of `framed` fields."""
    return hashlib.sha256(framed(*fields)).digest()


def lines_digest(lines: str, details: bytes | None, told: bytes | None) -> bytes:
    """Return what a record of a case says, as one digest: what is sealed of it counts by its own digest.

    `lines`: as they are stored. `details`: as they are sealed. `told`: the commitment to what is sealed.
    """
    sealed = None if details is None else hashlib.sha256(details).digest()
    return digest("redress/lines/1", lines, sealed, told)


def change_hash(before: bytes, case_id: str, number: int, at: datetime, actor: str | None, lines: bytes) -> bytes:
    """Return the hash of a record of a case. `lines`: see `lines_digest`."""
    return digest("redress/change/1", before, case_id, number, to_microseconds(at), actor, lines)


def house_hash(before: bytes, number: int, at: datetime, actor: str, kind: str, detail: str) -> bytes:
    """Return the hash of a record of the house. `detail`: JSON as it is stored."""
    return digest("redress/house/1", before, number, to_microseconds(at), actor, kind, detail)


def leaf_hash(chain: str, head: Head) -> bytes:
    """Return what stands in an anchor's tree for the head of a chain."""
    return digest("redress/leaf/1", chain, head.number, head.hash)


def anchor_hash(before: bytes, number: int, at: datetime, root: bytes, leaves: int) -> bytes:
    """Return the hash of an anchor; it is what is signed."""
    return digest("redress/anchor/1", before, number, to_microseconds(at), root, leaves)


def _frame(field: Field) -> bytes:
    if field is None:
        return _ABSENT
    content = field if isinstance(field, bytes) else str(field).encode()
    return _PRESENT + len(content).to_bytes(8, "big") + content
