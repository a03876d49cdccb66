"""Which values of its input a cell certainly matches, and which it certainly does not: the basis of overlap and gaps.

FEEL is three-valued: `< 5` is true for 3, false for 7 and null for "x". Only true matches, and only false turns into a
match under `not(...)`; so both sets are kept, for each kind of value and for null.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from engine.decisions import cuts
from engine.decisions import syntax as s
from engine.decisions.cuts import FULL, Spans
from engine.decisions.value_sets import (
    BOUNDS,
    COUNTABLE,
    EVERYTHING,
    NOTHING,
    ORDERED_KEYS,
    ValueSet,
    intersection,
    locate,
    union,
)


@dataclass(frozen=True)
class Verdict:
    """What a test makes of every value: true for the first set, false for the second, null for the rest."""

    true: ValueSet
    false: ValueSet


_Join = Callable[[ValueSet, ValueSet], ValueSet]


def cell_verdict(cell: s.Cell) -> Verdict | None:
    """Return what the cell makes of every value, None where that cannot be told without the facts."""
    verdict = _any([_test(test) for test in cell.tests])
    if verdict is None or not cell.negated:
        return verdict
    return Verdict(verdict.false, verdict.true)


def _test(node: s.Node) -> Verdict | None:
    if isinstance(node, s.Anything):
        return Verdict(EVERYTHING, NOTHING)
    if isinstance(node, s.Constant):
        return _equals(node.value)
    if isinstance(node, s.OperatorTest):
        return _compared(node.operator, node.operand)
    if isinstance(node, s.RangeOf):
        return _in_range(node)
    if isinstance(node, s.ListOf) and node.items:
        # Only the members count here; an input that is itself a list is left to the caller.
        return _any([_test(item) for item in node.items])
    return _claim(node) if s.mentions_subject(node) else None


def _claim(node: s.Node) -> Verdict | None:
    """Read a condition on `?`: comparisons with constants, joined by and, or and not."""
    if isinstance(node, s.And):
        return _all([_claim(item) for item in node.items])
    if isinstance(node, s.Or):
        return _any([_claim(item) for item in node.items])
    if isinstance(node, s.Not):
        inner = _claim(node.items[0])
        return None if inner is None else Verdict(inner.false, inner.true)
    if isinstance(node, s.Compare):
        if isinstance(node.left, s.Subject):
            return _compared(node.operator, node.right)
        if isinstance(node.right, s.Subject):
            return _compared(_MIRRORED[node.operator], node.left)
    if isinstance(node, s.In) and isinstance(node.value, s.Subject) and not s.mentions_subject(node.test):
        tests = node.test.tests if isinstance(node.test, s.TestList) else (node.test,)
        return _any([_test(test) for test in tests])
    if isinstance(node, s.Between) and isinstance(node.value, s.Subject):
        return _all([_compared(">=", node.low), _compared("<=", node.high)])
    return None


_MIRRORED: dict[str, s.Operator] = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}


def _all(verdicts: list[Verdict | None]) -> Verdict | None:
    return _joined(verdicts, Verdict(EVERYTHING, NOTHING), intersection, union)


def _any(verdicts: list[Verdict | None]) -> Verdict | None:
    return _joined(verdicts, Verdict(NOTHING, EVERYTHING), union, intersection)


def _joined(verdicts: list[Verdict | None], start: Verdict, true: _Join, false: _Join) -> Verdict | None:
    found = [verdict for verdict in verdicts if verdict is not None]
    if len(found) < len(verdicts):
        return None
    # In pairs, not one after the other: a cell may list hundreds of values.
    while len(found) > 1:
        odd = found[-1:] if len(found) % 2 else []
        pairs = zip(found[::2], found[1::2], strict=False)
        found = [Verdict(true(a.true, b.true), false(a.false, b.false)) for a, b in pairs] + odd
    return found[0] if found else start


def _compared(operator: str, operand: s.Node) -> Verdict | None:
    if not isinstance(operand, s.Constant):
        return None
    if operator == "=":
        return _equals(operand.value)
    if operator == "!=":
        same = _equals(operand.value)
        return None if same is None else Verdict(same.false, same.true)
    key, point = locate(operand.value)
    if key not in ORDERED_KEYS:
        return Verdict(NOTHING, NOTHING)
    cut = cuts.below(point) if operator in ("<", ">=") else cuts.above(point)
    under, over = ((cuts.LOW, cut),), ((cut, cuts.HIGH),)
    true, false = (under, over) if operator in ("<", "<=") else (over, under)
    return Verdict(_single(key, true), _single(key, false))


def _in_range(node: s.RangeOf) -> Verdict | None:
    low = _compared(">=" if node.low_closed else ">", node.low)
    high = _compared("<=" if node.high_closed else "<", node.high)
    if low is None or high is None:
        return None
    if low.true.parts.keys() != high.true.parts.keys() or low.true == NOTHING:
        # Ends of different kinds, or of a kind without order: such a range is null for every value.
        return Verdict(NOTHING, NOTHING)
    return _all([low, high])


@lru_cache(maxsize=4096, typed=True)
def _cached_equals(value: Any) -> Verdict:
    key, point = locate(value)
    point_set = cuts.only(point)
    rest = cuts.intersection(cuts.complement(point_set), BOUNDS.get(key, FULL))
    # A value equals another only of its kind; null is never equal to it, which is a plain no.
    return Verdict(_single(key, point_set), ValueSet({key: _whole(key, rest)}, null=True))


def _equals(value: Any) -> Verdict | None:
    if value is None:
        return Verdict(ValueSet({}, null=True), ValueSet(EVERYTHING.parts, null=False))
    if isinstance(value, list | dict):
        return None
    return _cached_equals(value)


def _single(key: str, spans: Spans) -> ValueSet:
    return ValueSet({key: _whole(key, cuts.intersection(spans, BOUNDS.get(key, FULL)))}, null=False)


def _whole(key: str, spans: Spans) -> Spans:
    return cuts.countable(spans) if key in COUNTABLE else spans
