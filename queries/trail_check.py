"""Goes through the whole trail and names the first record of each chain that does not hold.

It opens nothing that is sealed and reads in order, a thousand rows at a time: a million records need no more memory
than a thousand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import chain, groupby
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, Select, Text, and_, bindparam, func, select, type_coerce

from engine.anchors import ANCHORS, anchors_head
from engine.tables import change_log, instance
from storage.guards import unguarded
from trail.checking import Finding, Harm, Record, check_chain
from trail.digests import EMPTY, START, Head, anchor_hash, change_hash, house_hash, leaf_hash, lines_digest
from trail.house import HOUSE
from trail.merkle import root
from trail.tables import anchor, anchor_leaf, chain_head, house_record

ROWS: Final = 1000
"""Rows that are held in memory."""
EVERY: Final = 2**62
"""More anchors than there can be."""


@dataclass(frozen=True)
class Kept:
    """An anchor as it stands in the file that is kept elsewhere."""

    number: int
    hash: bytes
    heads: tuple[tuple[str, Head], ...]


def check_trail(connection: Connection, *, key: bytes | None, kept: Iterable[Kept] = ()) -> Iterator[Finding]:
    """Yield what does not hold: at most one finding for each chain.

    `key`: the public key of the house, 32 bytes; None where it never signed. `kept`: the anchors of the file, in order.
    """
    yield from (Finding(f"table {table}", 0, Harm.UNGUARDED) for table in unguarded(connection))
    told, sound = set[str](), EVERY
    for finding in _check_anchors(connection, key):
        # What stands under an anchor that does not hold says nothing against anybody.
        told.add(ANCHORS)
        sound = finding.number
        yield finding
    yield from _once(_check_cases(connection, sound), told)
    yield from _once(_check_house(connection, sound), told)
    yield from _once(_check_leaves(connection, sound), told)
    for each in kept:
        yield from _once(_check_kept(connection, each), told)


def _once(findings: Iterable[Finding], told: set[str]) -> Iterator[Finding]:
    for each in findings:
        if each.chain not in told:
            told.add(each.chain)
            yield each


def _stream(connection: Connection, asked: Select[Any]) -> Iterator[Any]:
    with connection.execute(asked.execution_options(yield_per=ROWS)) as rows:
        yield from rows


# --- cases ------------------------------------------------------------------------------------------------------------


def case_records(row: Any) -> Record:
    """Return the record of a case that a row of `_RECORDS` tells."""
    worked_out = partial(_change_hash, row.case_id, row.at, row.actor, row.lines, row.details, row.told)
    return Record(row.number, row.hash, worked_out, row.anchored)


def _change_hash(
    case_id: str, at: datetime, actor: str | None, lines: str, details: bytes | None, told: bytes | None,
    before: bytes, number: int,
) -> bytes:  # fmt: skip
    return change_hash(before, case_id, number, at, actor, lines_digest(lines, details, told))


_LOG, _LEAF = change_log.c, anchor_leaf.c
_RECORDS: Final = (
    select(
        _LOG.case_id, _LOG.number, _LOG.at, _LOG.actor, type_coerce(_LOG.lines, Text).label("lines"), _LOG.details,
        _LOG.told, _LOG.hash, _LEAF.hash.label("anchored"), instance.c.trail_number, instance.c.trail_hash,
    )
    .outerjoin(instance, instance.c.case_id == _LOG.case_id)
    .outerjoin(
        anchor_leaf, and_(_LEAF.chain == _LOG.case_id, _LEAF.number == _LOG.number, _LEAF.anchor < bindparam("sound"))
    )
    .order_by(_LOG.case_id, _LOG.number)
)  # fmt: skip
"""The records of cases as they are stored, with what is noted as the head of each, and what was anchored."""


def _check_cases(connection: Connection, sound: int) -> Iterator[Finding]:
    for case_id, group in groupby(_stream(connection, _RECORDS.params(sound=sound)), key=lambda row: str(row.case_id)):
        if (found := _check_case(case_id, group)) is not None:
            yield found
    bare = (
        select(instance.c.case_id)
        .outerjoin(change_log, _LOG.case_id == instance.c.case_id)
        .where(instance.c.trail_number > 0, _LOG.case_id.is_(None))
    )
    for row in _stream(connection, bare):
        yield Finding(row.case_id, 1, Harm.CUT_OFF)


def _check_case(case_id: str, rows: Iterator[Any]) -> Finding | None:
    first = next(rows)
    head = Head(first.trail_number or 0, first.trail_hash or START)
    return check_chain(case_id, map(case_records, chain([first], rows)), head)


# --- the house --------------------------------------------------------------------------------------------------------


def _check_house(connection: Connection, sound: int) -> Iterator[Finding]:
    table = house_record.c
    asked = (
        select(
            table.number, table.at, table.actor, table.kind, type_coerce(table.detail, Text).label("detail"),
            table.hash, _LEAF.hash.label("anchored"),
        )
        .outerjoin(anchor_leaf, and_(_LEAF.chain == HOUSE, _LEAF.number == table.number, _LEAF.anchor < sound))
        .order_by(table.number)
    )  # fmt: skip
    row = connection.execute(select(chain_head).where(chain_head.c.chain == HOUSE)).first()
    head = EMPTY if row is None else Head(row.number, row.hash)
    found = check_chain(HOUSE, map(_house_record, _stream(connection, asked)), head)
    if found is not None:
        yield found


def _house_record(row: Any) -> Record:
    def worked_out(before: bytes, number: int) -> bytes:
        return house_hash(before, number, row.at, row.actor, row.kind, row.detail)

    return Record(row.number, row.hash, worked_out, row.anchored)


# --- anchors ----------------------------------------------------------------------------------------------------------


def _check_anchors(connection: Connection, key: bytes | None) -> Iterator[Finding]:
    """Yield the first anchor that does not hold: by itself, by its heads, or by its signature."""
    before, last = START, 0
    public = None if key is None else Ed25519PublicKey.from_public_bytes(key)
    for row in _stream(connection, select(anchor).order_by(anchor.c.number)):
        last += 1
        if row.number != last:
            yield Finding(ANCHORS, last, Harm.DELETED)
            return
        leaves = select(anchor_leaf).where(_LEAF.anchor == row.number).order_by(_LEAF.place)
        found = root(leaf_hash(leaf.chain, Head(leaf.number, leaf.hash)) for leaf in _stream(connection, leaves))
        hashed = anchor_hash(before, row.number, row.at, found, row.leaves)
        if found != row.root or hashed != row.hash or not _is_signed(public, row.signature, hashed):
            yield Finding(ANCHORS, row.number, Harm.FORGED)
            return
        before = row.hash
    head = anchors_head(connection) or EMPTY
    if (last, before) != (head.number, head.hash):
        yield Finding(ANCHORS, last + 1 if last < head.number else last, Harm.CUT_OFF)


def _is_signed(key: Ed25519PublicKey | None, signature: bytes, signed: bytes) -> bool:
    if key is None:
        return False
    try:
        key.verify(signature, signed)
    except InvalidSignature:
        return False
    return True


def _check_leaves(connection: Connection, sound: int) -> Iterator[Finding]:
    """Yield the chains of which an anchored record is gone: what is left of them may hold by itself."""
    gone = (
        select(_LEAF.chain, func.min(_LEAF.number).label("number"))
        .outerjoin(change_log, and_(_LOG.case_id == _LEAF.chain, _LOG.number == _LEAF.number))
        .outerjoin(house_record, and_(_LEAF.chain == HOUSE, house_record.c.number == _LEAF.number))
        .where(_LOG.case_id.is_(None), house_record.c.number.is_(None), _LEAF.anchor < sound)
        .group_by(_LEAF.chain)
    )
    for row in _stream(connection, gone):
        yield Finding(row.chain, _first_missing(connection, row.chain), Harm.CUT_OFF)


def _first_missing(connection: Connection, chain: str) -> int:
    if chain == HOUSE:
        return (connection.scalar(select(func.max(house_record.c.number))) or 0) + 1
    return (connection.scalar(select(func.max(_LOG.number)).where(_LOG.case_id == chain)) or 0) + 1


def _check_kept(connection: Connection, kept: Kept) -> Iterator[Finding]:
    """Yield what differs from an anchor that was kept elsewhere."""
    there = connection.scalar(select(anchor.c.hash).where(anchor.c.number == kept.number))
    if there is None:
        yield Finding(ANCHORS, kept.number, Harm.CUT_OFF)
    elif there != kept.hash:
        yield Finding(ANCHORS, kept.number, Harm.FORGED)
    for name, head in kept.heads:
        if name == HOUSE:
            asked = select(house_record.c.hash).where(house_record.c.number == head.number)
        else:
            asked = select(_LOG.hash).where(_LOG.case_id == name, _LOG.number == head.number)
        found = connection.scalar(asked)
        if found is None:
            yield Finding(name, _first_missing(connection, name), Harm.CUT_OFF)
        elif found != head.hash:
            yield Finding(name, head.number, Harm.REWRITTEN)
