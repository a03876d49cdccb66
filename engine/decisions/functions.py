"""The built-in functions of FEEL that are supported (DMN 1.5, section 10.3.4). Wrong arguments give None, FEEL's null.

There is no `now()` and no `today()`: an evaluation is repeatable, so the time is a fact like any other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from engine.decisions import functions_dates as dates
from engine.decisions import functions_lists as lists
from engine.decisions import functions_numbers as numbers
from engine.decisions import functions_texts as texts
from engine.decisions.values import Kind


@dataclass(frozen=True)
class Builtin:
    """One built-in function."""

    compute: Callable[..., Any]
    parameters: tuple[str, ...]
    """Names, for calls such as `substring(string: s, start position: 2)`."""
    required: int
    """How many of the parameters must be given."""
    returns: Kind | None = None
    """The kind of the result, where it is always the same (or null)."""
    spread: bool = False
    """Whether the items of the one list may also be given one by one: `min(1, 2, 3)`."""


def _text(compute: Callable[..., Any], *parameters: str, required: int | None = None) -> Builtin:
    return Builtin(compute, parameters, len(parameters) if required is None else required, "string")


def _claim(compute: Callable[..., Any], *parameters: str) -> Builtin:
    return Builtin(compute, parameters, len(parameters), "boolean")


def _number(compute: Callable[..., Any], *parameters: str, required: int | None = None) -> Builtin:
    return Builtin(compute, parameters, len(parameters) if required is None else required, "number")


def _over_list(compute: Callable[..., Any], returns: Kind | None) -> Builtin:
    return Builtin(compute, ("list",), 1, returns, spread=True)


BUILTINS: dict[str, Builtin] = {
    "string": _text(texts.string, "from"),
    "substring": _text(texts.substring, "string", "start position", "length", required=2),
    "string length": _number(texts.string_length, "string"),
    "upper case": _text(texts.upper_case, "string"),
    "lower case": _text(texts.lower_case, "string"),
    "substring before": _text(texts.substring_before, "string", "match"),
    "substring after": _text(texts.substring_after, "string", "match"),
    "contains": _claim(texts.contains, "string", "match"),
    "starts with": _claim(texts.starts_with, "string", "match"),
    "ends with": _claim(texts.ends_with, "string", "match"),
    "number": _number(numbers.number, "from", "grouping separator", "decimal separator", required=1),
    "decimal": _number(numbers.decimal, "n", "scale"),
    "floor": _number(numbers.floor, "n", "scale", required=1),
    "ceiling": _number(numbers.ceiling, "n", "scale", required=1),
    "round up": _number(numbers.round_up, "n", "scale"),
    "round down": _number(numbers.round_down, "n", "scale"),
    "round half up": _number(numbers.round_half_up, "n", "scale"),
    "round half down": _number(numbers.round_half_down, "n", "scale"),
    "abs": Builtin(numbers.absolute, ("n",), 1),
    "modulo": _number(numbers.modulo, "dividend", "divisor"),
    "sqrt": _number(numbers.sqrt, "number"),
    "odd": _claim(numbers.odd, "number"),
    "even": _claim(numbers.even, "number"),
    "min": _over_list(lists.minimum, None),
    "max": _over_list(lists.maximum, None),
    "sum": _over_list(lists.total, "number"),
    "mean": _over_list(lists.mean, "number"),
    "count": Builtin(lists.count, ("list",), 1, "number"),
    "all": _over_list(lists.every, "boolean"),
    "any": _over_list(lists.some, "boolean"),
    "list contains": _claim(lists.contains, "list", "element"),
    "distinct values": Builtin(lists.distinct, ("list",), 1, "list"),
    "reverse": Builtin(lists.backwards, ("list",), 1, "list"),
    "index of": Builtin(lists.positions, ("list", "match"), 2, "list"),
    "date": Builtin(dates.make_date, ("from", "month", "day"), 1, "date"),
    "time": Builtin(dates.make_time, ("from",), 1, "time"),
    "date and time": Builtin(dates.make_date_and_time, ("date", "time"), 1, "date and time"),
    "duration": Builtin(dates.make_duration, ("from",), 1),
    "years and months duration": Builtin(dates.months_between, ("from", "to"), 2, "years and months duration"),
    "day of week": _text(dates.day_of_week, "date"),
    "month of year": _text(dates.month_of_year, "date"),
    "day of year": _number(dates.day_of_year, "date"),
    "week of year": _number(dates.week_of_year, "date"),
}
"""Every built-in by name; `not` belongs to the grammar. Listed in docs/process-owner/decision-tables.md."""

ADVICE: dict[str, str] = {
    "now": "The time is a fact: give the decision an input such as received_at.",
    "today": "The day is a fact: give the decision an input such as received_on.",
    "round": "Write round half up(n, 2), round half down(n, 2), round up(n, 2) or round down(n, 2).",
    "len": "Write count(list) or string length(text).",
    "upper": "Write upper case(text).",
    "lower": "Write lower case(text).",
    "int": "Write floor(n).",
    "float": "Write number(text).",
    "Decimal": "Write the number itself: 100.05 is exact.",
    "str": "Write string(value).",
    "matches": "Patterns are not supported; write contains, starts with or ends with.",
    "replace": "Patterns are not supported; write substring before and substring after.",
    "split": "Patterns are not supported; write substring before and substring after.",
}
"""What to write instead of a function that FEEL lacks or that is not supported."""
