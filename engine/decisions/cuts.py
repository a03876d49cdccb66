"""Sets of values of one kind as sorted, disjoint spans between cuts: exact for open, closed and endless ranges.

A cut lies just below (side 0) or just above (side 1) a value, so `[1..5)` is the span from below 1 to below 5. Kinds
whose values can be counted (days, months, truth values, whole numbers) are kept as integers: between two neighbours
there is then nothing.
"""

from __future__ import annotations

import math
from typing import Any, TypeAlias

Cut: TypeAlias = tuple[Any, ...]
Span: TypeAlias = tuple[Cut, Cut]
Spans: TypeAlias = tuple[Span, ...]

LOW: Cut = (-1,)
HIGH: Cut = (1,)
FULL: Spans = ((LOW, HIGH),)
EMPTY: Spans = ()


def below(value: Any) -> Cut:
    """Return the cut just below a value."""
    return (0, value, 0)


def above(value: Any) -> Cut:
    """Return the cut just above a value."""
    return (0, value, 1)


def only(value: Any) -> Spans:
    """Return the set of one value."""
    return ((below(value), above(value)),)


def between(low: Cut, high: Cut) -> Spans:
    """Return the set between two cuts; empty where they cross."""
    return ((low, high),) if low < high else EMPTY


def union(left: Spans, right: Spans) -> Spans:
    """Return what is in either set."""
    merged: list[Span] = []
    for low, high in sorted((*left, *right)):
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    return tuple(merged)


def intersection(left: Spans, right: Spans) -> Spans:
    """Return what is in both sets."""
    if left == FULL:
        return right
    if right == FULL:
        return left
    found: list[Span] = []
    i = j = 0
    while i < len(left) and j < len(right):
        low, high = max(left[i][0], right[j][0]), min(left[i][1], right[j][1])
        if low < high:
            found.append((low, high))
        if left[i][1] < right[j][1]:
            i += 1
        else:
            j += 1
    return tuple(found)


def complement(spans: Spans) -> Spans:
    """Return everything of the kind that is not in the set."""
    found: list[Span] = []
    start = LOW
    for low, high in spans:
        if start < low:
            found.append((start, low))
        start = high
    if start < HIGH:
        found.append((start, HIGH))
    return tuple(found)


def countable(spans: Spans) -> Spans:
    """Return the set with every span drawn to whole numbers: `(3..5)` becomes `[4..4]`, `(3..4)` nothing."""
    found: Spans = EMPTY
    for low, high in spans:
        first = low if low == LOW else below(math.ceil(low[1]) if low[2] == 0 else math.floor(low[1]) + 1)
        last = high if high == HIGH else above(math.floor(high[1]) if high[2] == 1 else math.ceil(high[1]) - 1)
        found = union(found, between(first, last)) if first < last else found
    # Neighbours touch: 1..3 and 4..6 have nothing between them.
    joined: list[Span] = []
    for low, high in found:
        if joined and joined[-1][1] != HIGH and low != LOW and low[1] == joined[-1][1][1] + 1:
            joined[-1] = (joined[-1][0], high)
        else:
            joined.append((low, high))
    return tuple(joined)
