"""Sets of values, kept apart by kind: what is in both or either, all of a type, and one example out of a set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from engine.decisions import cuts
from engine.decisions.cuts import EMPTY, FULL, Spans
from engine.decisions.temporal import Months, comparable
from engine.decisions.values import Kind

COUNTABLE = frozenset({"boolean", "date", "years and months duration", "other"})
"""Kinds kept as integers: truth values 0 and 1, days by ordinal, months; `other` (lists, contexts) is one point."""
BOUNDS: dict[str, Spans] = {
    "boolean": ((cuts.below(0), cuts.above(1)),),
    "string": ((cuts.below(""), cuts.HIGH),),
    "other": cuts.only(0),
}
"""Kinds that do not reach from one end to the other: all there is of them."""
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


NOTHING = ValueSet({}, null=False)
EVERYTHING = ValueSet({key: BOUNDS.get(key, FULL) for key in KEYS}, null=True)


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
    return ValueSet({key: BOUNDS.get(key, FULL)}, null=True)


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
