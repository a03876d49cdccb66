"""Cuts the values of a column where any cell begins or ends, in one pass: who covers each piece, which cells meet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.decisions import cuts
from engine.decisions.cuts import Cut, Span
from engine.decisions.value_sets import COUNTABLE, ValueSet

_CLOSE, _OPEN = 0, 1
_DOMAIN = -1


@dataclass(frozen=True)
class Piece:
    """Values of a column that the same rules cover, with those rules as a bit mask (bit 0 is rule 1)."""

    values: ValueSet
    rules: int


@dataclass(frozen=True)
class Swept:
    """A column in pieces."""

    pieces: list[Piece]
    """One piece for each set of covering rules; values of the domain only, null not among them."""
    null: int | None
    """The rules that null matches, None where null is not in the domain."""
    touching: list[int]
    """For each cell the cells, as a bit mask, that have a value in common with it, itself included if it has any."""


def sweep(domain: ValueSet, cells: Sequence[tuple[ValueSet, int]], *, whole: bool) -> Swept:
    """Return the pieces of a column; a cell is its values (within the domain) and the rules it stands in.

    Takes time in proportion to the ranges in all cells, however they overlap.
    """
    examples: dict[int, ValueSet] = {}
    touching = [0] * len(cells)
    for key, spans in domain.parts.items():
        counted = key in COUNTABLE or (whole and key == "number")
        for span, rules in _pass(key, spans, cells, touching):
            if rules not in examples and (not counted or cuts.countable((span,))):
                examples[rules] = ValueSet({key: (span,)}, null=False)
    nulls = [at for at, (values, _) in enumerate(cells) if values.null]
    every = sum(1 << at for at in nulls)
    for at in nulls:
        touching[at] |= every
    _mirror(touching)
    null = sum(cells[at][1] for at in nulls) if domain.null else None
    return Swept([Piece(values, rules) for rules, values in examples.items()], null, touching)


def _pass(
    key: str, domain: cuts.Spans, cells: Sequence[tuple[ValueSet, int]], touching: list[int]
) -> list[tuple[Span, int]]:
    events: list[tuple[Cut, int, int]] = []
    for low, high in domain:
        events += [(low, _OPEN, _DOMAIN), (high, _CLOSE, _DOMAIN)]
    for at, (values, _) in enumerate(cells):
        for low, high in values.parts.get(key, cuts.EMPTY):
            events += [(low, _OPEN, at), (high, _CLOSE, at)]
    events.sort()
    found: list[tuple[Span, int]] = []
    inside, active, rules = False, 0, 0
    previous: Cut = cuts.LOW
    for cut, kind, at in events:
        if inside and previous < cut:
            found.append(((previous, cut), rules))
        previous = cut
        if at == _DOMAIN:
            inside = kind == _OPEN
            continue
        if kind == _OPEN:
            active |= 1 << at
            rules |= cells[at][1]
            touching[at] |= active
        else:
            active &= ~(1 << at)
            rules &= ~cells[at][1]
    return found


def _mirror(touching: list[int]) -> None:
    """Complete what was seen from one side only: a cell saw those that were open when it opened."""
    for at, mask in enumerate(touching):
        while mask:
            lowest = mask & -mask
            touching[lowest.bit_length() - 1] |= 1 << at
            mask ^= lowest
