"""The values FEEL knows, as plain Python: what kind each is, when two are equal, which is less, how each is written.

Numbers are `Decimal`, null is None, durations are `timedelta` or `Months`, contexts are dicts, lists are lists.
Comparing values of different kinds gives None, FEEL's null (DMN 1.5, section 10.3.2.13).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from engine.decisions.refusals import UnfitValue
from engine.decisions.temporal import Months, comparable, show_duration

Kind: TypeAlias = Literal[
    "null",
    "boolean",
    "number",
    "string",
    "date",
    "time",
    "date and time",
    "days and time duration",
    "years and months duration",
    "list",
    "context",
    "range",
]
ORDERED: frozenset[Kind] = frozenset(
    {
        "number",
        "string",
        "date",
        "time",
        "date and time",
        "days and time duration",
        "years and months duration",
    }
)
"""Kinds with an order: only these can stand beside `<` or in a range."""
MAX_EXPONENT = 6144
"""Largest power of ten of a number: that of the 128-bit decimal that DMN prescribes."""
_MAX_NESTING = 20


@dataclass(frozen=True)
class Range:
    """A range such as `[1..5)`; a missing end (None) is open for ever."""

    low: Any
    high: Any
    low_closed: bool
    high_closed: bool


_KINDS: dict[type, Kind] = {
    type(None): "null",
    bool: "boolean",
    Decimal: "number",
    str: "string",
    datetime: "date and time",
    date: "date",
    time: "time",
    timedelta: "days and time duration",
    Months: "years and months duration",
    list: "list",
    dict: "context",
    Range: "range",
}


def kind_of(value: object) -> Kind:
    """Return the kind of a FEEL value (one that `from_fact` or an expression returned)."""
    return _KINDS[type(value)]


def from_fact(value: object, depth: int = 0) -> Any:
    """Turn a fact into a FEEL value: ints and floats (by their repr) become `Decimal`, mappings dicts, tuples lists.

    Raises `UnfitValue` for what FEEL has no kind for: bytes, objects, infinite numbers, nesting beyond 20 levels.
    """
    if value is None or isinstance(value, bool | Months):
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return _bounded(Decimal(value)) if value.bit_length() < 20_000 else _unfit(value)
    if isinstance(value, float):
        return Decimal(repr(value)) if math.isfinite(value) else _unfit(value)
    if isinstance(value, Decimal):
        return _bounded(Decimal(value)) if value.is_finite() else _unfit(value)
    if isinstance(value, datetime):
        return datetime.combine(value.date(), value.timetz())
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    if isinstance(value, time | timedelta):
        return value if type(value) in _KINDS else _unfit(value)
    if depth >= _MAX_NESTING:
        raise UnfitValue(f"A fact is nested deeper than {_MAX_NESTING} levels.")
    if isinstance(value, Mapping):
        return {str(key): from_fact(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [from_fact(item, depth + 1) for item in value]
    if isinstance(value, AbstractSet):
        # A set has no order of its own; sorting by text keeps the evaluation repeatable.
        return [from_fact(item, depth + 1) for item in sorted(value, key=repr)]
    return _unfit(value)


def equal(left: Any, right: Any) -> bool | None:
    """Return whether two values are equal; null equals only null; different kinds give None."""
    if left is None or right is None:
        return left is right
    kind = kind_of(left)
    if kind != kind_of(right):
        return None
    if kind == "date and time":
        return None if _zones_differ(left, right) else comparable(left) == comparable(right)
    if kind == "time":
        return None if _zones_differ(left, right) else bool(left == right)
    if kind == "list":
        return len(left) == len(right) and _all(equal(a, b) for a, b in zip(left, right, strict=True))
    if kind == "context":
        return left.keys() == right.keys() and _all(equal(item, right[key]) for key, item in left.items())
    return bool(left == right)


def less(left: Any, right: Any) -> bool | None:
    """Return whether `left < right`, or None where the two have no common order."""
    kind = kind_of(left)
    if kind != kind_of(right) or kind not in ORDERED:
        return None
    if kind == "date and time":
        return None if _zones_differ(left, right) else comparable(left) < comparable(right)
    if kind == "time" and _zones_differ(left, right):
        return None
    return bool(left < right)


def at_most(left: Any, right: Any) -> bool | None:
    """Return whether `left <= right`, or None where the two have no common order."""
    over = less(right, left)
    return None if over is None else not over


def within(value: Any, span: Range) -> bool | None:
    """Return whether the value lies in the range, or None where it cannot be compared with an end."""
    above: bool | None = True
    below: bool | None = True
    if span.low is not None:
        above = at_most(span.low, value) if span.low_closed else less(span.low, value)
    if span.high is not None:
        below = at_most(value, span.high) if span.high_closed else less(value, span.high)
    if above is None or below is None:
        return None
    return above and below


def show(value: Any) -> str:
    """Write a value as FEEL source, for people: `"text"`, `12.5`, `true`, `date("2026-01-31")`, `[1, 2]`."""
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, list):
        return "[" + ", ".join(show(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {show(item)}" for key, item in value.items()) + "}"
    if isinstance(value, Range):
        low, high = "[" if value.low_closed else "(", "]" if value.high_closed else ")"
        return f"{low}{show(value.low)}..{show(value.high)}{high}"
    names = {"date": "date", "time": "time", "date and time": "date and time"}
    kind = kind_of(value)
    if kind in names:
        return f'{names[kind]}("{as_text(value)}")'
    return f'duration("{as_text(value)}")' if isinstance(value, timedelta | Months) else as_text(value)


def as_text(value: Any) -> str:
    """Write a value the way FEEL's `string()` does: text stays as it is, numbers have no exponent."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value + 0 if value == 0 else value, "f")
    if isinstance(value, timedelta | Months):
        return show_duration(value)
    if isinstance(value, date | time):
        return value.isoformat()
    return value if isinstance(value, str) else show(value)


def _all(claims: Any) -> bool | None:
    answer: bool | None = True
    for claim in claims:
        if claim is False:
            return False
        if claim is None:
            answer = None
    return answer


def _zones_differ(left: datetime | time, right: datetime | time) -> bool:
    return (left.tzinfo is None) != (right.tzinfo is None)


def _bounded(number: Decimal) -> Decimal:
    if number and abs(number.adjusted()) > MAX_EXPONENT:
        raise UnfitValue("A number is larger or smaller than a decision can compute with.")
    return number


def _unfit(value: object) -> Any:
    raise UnfitValue(f"A fact is of the type {type(value).__name__}, which a decision cannot read.")
