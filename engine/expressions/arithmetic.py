"""What an expression of a diagram may compute with: exact, and bounded so that no expression can eat memory or time.

Money and shares are compared exactly (R-004-28): a float that came in as JSON is read as the decimal that was written.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

MAX_NUMBER: Final = 10**30
"""No result of an expression may be larger (in either direction)."""
MAX_TEXT: Final = 10_000
"""No text that an expression builds may be longer, in characters."""
MAX_ITEMS: Final = 1_000
"""No list that an expression builds may be longer."""

_SEQUENCES = (str, list, tuple)


class OutOfBounds(ValueError):
    """A result is larger than an expression may produce."""


def exact(value: Any) -> Any:
    """Return a float as the decimal that was written (`0.1` is one tenth); everything else unchanged."""
    return Decimal(repr(value)) if value.__class__ is float else value


def _bounded(value: Any) -> Any:
    if isinstance(value, (int, Decimal)) and not -MAX_NUMBER <= value <= MAX_NUMBER:
        raise OutOfBounds("the result is too large a number")
    return value


def _number(value: Any, sign: str) -> Any:
    if not isinstance(value, (int, float, Decimal)):
        raise TypeError(f"{sign} needs numbers, not {_kind(value)}")
    return exact(value)


def _kind(value: Any) -> str:
    return "nothing (None)" if value is None else f"a {type(value).__name__}"


def add(left: Any, right: Any) -> Any:
    """Return the sum of two numbers, lengths or an instant and a length; or two texts or lists one after the other."""
    if isinstance(left, _SEQUENCES) or isinstance(right, _SEQUENCES):
        result = left + right
        if len(result) > (MAX_TEXT if isinstance(result, str) else MAX_ITEMS):
            raise OutOfBounds("the result is too long")
        return result
    return _bounded(exact(left) + exact(right))


def subtract(left: Any, right: Any) -> Any:
    """Return the difference of two numbers, instants or lengths."""
    return _bounded(exact(left) - exact(right))


def multiply(left: Any, right: Any) -> Any:
    """Return the product of two numbers; never a repeated text or list."""
    return _bounded(_number(left, "*") * _number(right, "*"))


def divide(left: Any, right: Any) -> Decimal:
    """Return the exact decimal quotient of two numbers (28 significant digits). Raises ZeroDivisionError."""
    left, right = _number(left, "/"), _number(right, "/")
    if right == 0:
        raise ZeroDivisionError
    return Decimal(left) / Decimal(right)


def floor_divide(left: Any, right: Any) -> Any:
    """Return how often `right` goes into `left`, rounded down for whole numbers. Raises ZeroDivisionError."""
    left, right = _number(left, "//"), _number(right, "//")
    if right == 0:
        raise ZeroDivisionError
    return _bounded(left // right)


def remainder(left: Any, right: Any) -> Any:
    """Return what is left over when numbers are divided; never a formatted text. Raises ZeroDivisionError."""
    left, right = _number(left, "%"), _number(right, "%")
    if right == 0:
        raise ZeroDivisionError
    return _bounded(left % right)


def _comparison(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def run(left: Any, right: Any) -> bool:
        return compare(exact(left), exact(right))

    return run


def _contains(item: Any, values: Any) -> bool:
    """Say whether `values` (list, or text for text) holds `item`, numbers compared exactly."""
    item = exact(item)
    if isinstance(values, (list, tuple)):
        return any(exact(value) == item for value in values)
    return item in values


def chain(signs: tuple[str, ...], *values: Any) -> bool:
    """Return `a < b <= c` as Python reads it; every value is computed once."""
    return all(OPERATORS[sign](values[at], values[at + 1]) for at, sign in enumerate(signs))


def _items(values: Iterable[Any]) -> list[Any]:
    if isinstance(values, (str, Mapping)) or not isinstance(values, Iterable):
        raise TypeError(f"a list is needed, not {_kind(values)}")
    return [exact(value) for value in values]


def _extreme(pick: Callable[[Iterable[Any]], Any]) -> Callable[..., Any]:
    def run(*values: Any) -> Any:
        found = _items(values[0]) if len(values) == 1 else [exact(value) for value in values]
        if not found:
            raise ValueError("min and max need at least one value")
        return pick(found)

    return run


def _total(values: Iterable[Any]) -> Any:
    result: Any = 0
    for value in _items(values):
        result = add(result, _number(value, "sum"))
    return result


VOCABULARY: Final[Mapping[str, Callable[..., Any]]] = MappingProxyType(
    {
        "len": len,
        "min": _extreme(min),
        "max": _extreme(max),
        "sum": _total,
        "abs": lambda value: abs(_number(value, "abs")),
        "any": lambda values: any(_items(values)),
        "all": lambda values: all(_items(values)),
        "sorted": lambda values: sorted(_items(values)),
    }
)
"""The functions that every expression may call."""

OPERATORS: Final[Mapping[str, Callable[[Any, Any], Any]]] = MappingProxyType(
    {
        "Add": add,
        "Sub": subtract,
        "Mult": multiply,
        "Div": divide,
        "FloorDiv": floor_divide,
        "Mod": remainder,
        "Eq": _comparison(operator.eq),
        "NotEq": _comparison(operator.ne),
        "Lt": _comparison(operator.lt),
        "LtE": _comparison(operator.le),
        "Gt": _comparison(operator.gt),
        "GtE": _comparison(operator.ge),
        "In": _contains,
        "NotIn": lambda item, values: not _contains(item, values),
    }
)
"""Python's names of operators (module `ast`) to what runs for them."""
