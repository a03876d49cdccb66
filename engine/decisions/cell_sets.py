"""Which values of its input a cell certainly matches, and which it certainly does not: the basis of overlap and gaps.

FEEL is three-valued: `< 5` is true for 3, false for 7 and null for "x". Only true matches, and only false turns into a
match under `not(...)`; so both sets are kept, for each kind of value and for null.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from engine.decisions import cuts
from engine.decisions import syntax as s
from engine.decisions.cuts import EMPTY, FULL, Spans
from engine.decisions.temporal import Months, comparable
from engine.decisions.values import Kind

COUNTABLE = frozenset({"boolean", "date", "years and months duration", "other"})
"""Kinds kept as integers: truth values 0 and 1, days by ordinal, months; `other` (lists, contexts) is one point."""
_BOUNDS: dict[str, Spans] = {
    "boolean": ((cuts.below(0), cuts.above(1)),),
    "string": ((cuts.below(""), cuts.HIGH),),
    "other": cuts.only(0),
}
KEYS = (
    "number",
    "string",
    "boolean",
    "date",
    "time",
    "time with zone",
    "date and time",
    "date and time with zone",
    "days and time duration",
    "years and months duration",
    "other",
)
ORDERED_KEYS = frozenset(KEYS) - {"boolean", "other"}


@dataclass(frozen=True)
class ValueSet:
    """A set of values of any kind, and whether null is in it."""

    parts: Mapping[str, Spans]
    null: bool

    def is_empty(self) -> bool:
        """Return whether nothing is in the set."""
        return not self.null and not any(self.parts.values())


@dataclass(frozen=True)
class Verdict:
    """What a test makes of every value: true for the first set, false for the second, null for the rest."""

    true: ValueSet
    false: ValueSet


_Join = Callable[[ValueSet, ValueSet], ValueSet]
NOTHING = ValueSet({}, null=False)
EVERYTHING = ValueSet({key: _BOUNDS.get(key, FULL) for key in KEYS}, null=True)


def union(left: ValueSet, right: ValueSet) -> ValueSet:
    """Return what is in either set."""
    keys = left.parts.keys() | right.parts.keys()
    return ValueSet(
        {key: cuts.union(left.parts.get(key, EMPTY), right.parts.get(key, EMPTY)) for key in keys},
        left.null or right.null,
    )


def intersection(left: ValueSet, right: ValueSet) -> ValueSet:
    """Return what is in both sets."""
    parts = {}
    for key in left.parts.keys() & right.parts.keys():
        both = cuts.intersection(left.parts[key], right.parts[key])
        if both:
            parts[key] = both
    return ValueSet(parts, left.null and right.null)


def whole_numbers(values: ValueSet) -> ValueSet:
    """Return the set without broken numbers, for inputs of the type integer."""
    return ValueSet({**values.parts, "number": cuts.countable(values.parts.get("number", EMPTY))}, values.null)


def of_kind(kind: Kind) -> ValueSet:
    """Return all values of a declared type, null included (a fact may be unknown)."""
    if kind in ("time", "date and time"):
        return ValueSet({kind: FULL, f"{kind} with zone": FULL}, null=True)
    key = kind if kind in KEYS else "other"
    return ValueSet({key: _BOUNDS.get(key, FULL)}, null=True)


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
    rest = cuts.intersection(cuts.complement(point_set), _BOUNDS.get(key, FULL))
    # A value equals another only of its kind; null is never equal to it, which is a plain no.
    return Verdict(_single(key, point_set), ValueSet({key: _whole(key, rest)}, null=True))


def _equals(value: Any) -> Verdict | None:
    if value is None:
        return Verdict(ValueSet({}, null=True), ValueSet(EVERYTHING.parts, null=False))
    if isinstance(value, list | dict):
        return None
    return _cached_equals(value)


def _single(key: str, spans: Spans) -> ValueSet:
    return ValueSet({key: _whole(key, cuts.intersection(spans, _BOUNDS.get(key, FULL)))}, null=False)


def _whole(key: str, spans: Spans) -> Spans:
    return cuts.countable(spans) if key in COUNTABLE else spans


def locate(value: Any) -> tuple[str, Any]:
    """Return the kind under which a value is kept in a set, and the point that stands for it."""
    if isinstance(value, bool):
        return "boolean", int(value)
    if isinstance(value, Decimal):
        return "number", value
    if isinstance(value, str):
        return "string", value
    if isinstance(value, datetime):
        return ("date and time with zone" if value.tzinfo else "date and time"), comparable(value)
    if isinstance(value, date):
        return "date", value.toordinal()
    if isinstance(value, time):
        return ("time with zone" if value.tzinfo else "time"), value
    if isinstance(value, timedelta):
        return "days and time duration", value
    return ("years and months duration", value.count) if isinstance(value, Months) else ("other", 0)


def sample(values: ValueSet) -> Any:
    """Return one value of the set for an example, or None where null is all there is (or all that can be shown)."""
    for key in KEYS:
        for low, high in values.parts.get(key, EMPTY):
            found = _sample_point(key, low, high)
            if found is not None:
                return found
    return None


def _sample_point(key: str, low: cuts.Cut, high: cuts.Cut) -> Any:
    if key in COUNTABLE or key == "number":
        step = Decimal(1) if key == "number" else 1
        if low != cuts.LOW and low[2] == 0:
            point = low[1]
        elif high != cuts.HIGH and high[2] == 1:
            point = high[1]
        elif low == cuts.LOW:
            point = 0 * step if high == cuts.HIGH else high[1] - step
        else:
            point = low[1] + step if high == cuts.HIGH or low[1] + step < high[1] else (low[1] + high[1]) / 2
        return _restored(key, point)
    if low != cuts.LOW and low[2] == 0:
        return _restored(key, low[1])
    return _restored(key, high[1]) if high != cuts.HIGH and high[2] == 1 else None


def _restored(key: str, point: Any) -> Any:
    if key == "boolean":
        return bool(point)
    if key == "date":
        return date.fromordinal(point) if 1 <= point <= date.max.toordinal() else None
    if key == "years and months duration":
        return Months(point)
    if key == "number":
        return Decimal(point)
    return None if key == "other" else point
