"""Goes along a chain and says of the first record that does not hold what became of it. Knows no database."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Final

from trail.digests import START, Head

AHEAD: Final = 200
"""Records that are looked at behind a broken one, to say what became of it."""


class Harm(StrEnum):
    """What became of a record, a chain or an anchor."""

    EDITED = "edited"
    DELETED = "deleted"
    INSERTED = "inserted"
    REORDERED = "reordered"
    CUT_OFF = "cut-off"
    """The last records are gone."""
    REWRITTEN = "rewritten"
    """The chain holds by itself and is not the one that an anchor has signed."""
    FORGED = "forged"
    """An anchor that the house has not signed, or whose heads are not those that it has signed."""
    UNGUARDED = "unguarded"
    """The triggers of a table are gone."""


@dataclass(frozen=True)
class Finding:
    """The first thing that does not hold in one chain."""

    chain: str
    """The id of a case, `house`, `anchors`, or `table` and the name of one."""
    number: int
    """Of the record or anchor; 0: of the table as a whole."""
    harm: Harm


WORDS: Final = {
    Harm.EDITED: "{chain}: record {number} does not say what was recorded, or the one before it was replaced.",
    Harm.DELETED: "{chain}: record {number} was deleted.",
    Harm.INSERTED: "{chain}: record {number} was inserted.",
    Harm.REORDERED: "{chain}: record {number} stands where another stood.",
    Harm.CUT_OFF: "{chain}: the records from number {number} on were deleted.",
    Harm.REWRITTEN: "{chain}: up to record {number} it is not what an anchor has signed: it was made anew.",
    Harm.FORGED: "{chain}: anchor {number} is not what the house has signed.",
    Harm.UNGUARDED: "{chain}: its triggers are gone; rows can be changed and deleted.",
}
"""What is said of a finding; `{chain}` and `{number}` are put in."""


@dataclass(frozen=True)
class Record:
    """One record as it is stored."""

    number: int
    hash: bytes
    worked_out: Callable[[bytes, int], bytes]
    """Hash of the record before, number -> the hash that this content has there."""
    anchored: bytes | None = None
    """What an anchor has signed as the head of the chain at this number."""


def check_chain(chain: str, records: Iterable[Record], head: Head) -> Finding | None:
    """Return the first record of a chain that does not hold; None where all do and the last is the head.

    `records`: by their numbers. Reads them once; memory does not grow with their number.
    """
    coming, passed, waiting = iter(records), deque([START], maxlen=3), deque[Record]()
    number = 0
    for found in _drawn(coming, waiting):
        number += 1
        if found.number > number:
            return Finding(chain, number, Harm.DELETED)
        if number > head.number or found.number < number:
            return Finding(chain, found.number, Harm.INSERTED)
        if found.worked_out(passed[-1], number) != found.hash:
            waiting.extend(islice(coming, AHEAD - len(waiting)))
            return _explained(chain, number, found, list(waiting), list(passed), head)
        if found.anchored is not None and found.anchored != found.hash:
            return Finding(chain, number, Harm.REWRITTEN)
        passed.append(found.hash)
    if number < head.number:
        return Finding(chain, number + 1, Harm.CUT_OFF)
    return None if passed[-1] == head.hash else Finding(chain, number, Harm.REWRITTEN)


def _drawn(coming: Iterator[Record], waiting: deque[Record]) -> Iterator[Record]:
    while True:
        found = waiting.popleft() if waiting else next(coming, None)
        if found is None:
            return
        yield found


def _explained(
    chain: str, number: int, broken: Record, behind: list[Record], passed: list[bytes], head: Head
) -> Finding:
    """Say what became of a record that does not fit behind those that have `passed`, the last three at most."""
    after = behind[0] if behind else None
    if len(passed) > 1 and broken.worked_out(passed[-2], number - 1) == broken.hash:
        # It stood where a record stands now that fits: that one was put in, and all behind it moved on.
        return Finding(chain, number - 1, Harm.INSERTED)
    if after is not None and after.worked_out(passed[-1], number) == after.hash:
        swapped = broken.worked_out(after.hash, number + 1) == broken.hash
        return Finding(chain, number, Harm.REORDERED if swapped else Harm.INSERTED)
    if after is not None and after.number == number + 1 and after.worked_out(broken.hash, number + 2) == after.hash:
        # The next one follows it under a number that is one higher: a record before both was taken out.
        return Finding(chain, number, Harm.DELETED)
    if after is None and number < head.number and broken.hash == head.hash:
        return Finding(chain, number, Harm.DELETED)
    hashes = [broken.hash, *(each.hash for each in behind)]
    for away, each in enumerate(behind, 1):
        if each.worked_out(passed[-1], number) == each.hash:
            return Finding(chain, number, Harm.REORDERED)
        if broken.worked_out(hashes[away - 1], number + away) == broken.hash:
            return Finding(chain, number, Harm.REORDERED)
    return Finding(chain, number, Harm.EDITED)
