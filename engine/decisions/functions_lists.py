"""Built-in functions over lists (DMN 1.5, section 10.3.4.4). One value stands for the list that holds only it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from engine.decisions.arithmetic import divide, plus
from engine.decisions.refusals import TooMuchWork
from engine.decisions.values import equal, kind_of, less

_MAX_NESTED = 300


def items(value: Any) -> list[Any]:
    """Return the list, or the one value as a list."""
    return value if isinstance(value, list) else [value]


def minimum(values: Any) -> Any:
    """Return the smallest item; None for nothing and for items without a common order."""
    return _extreme(items(values), smallest=True)


def maximum(values: Any) -> Any:
    """Return the largest item; None for nothing and for items without a common order."""
    return _extreme(items(values), smallest=False)


def total(values: Any) -> Decimal | None:
    """Add numbers; None for nothing and for anything that is no number."""
    found = items(values)
    if not found or any(type(item) is not Decimal for item in found):
        return None
    result: Any = Decimal(0)
    for item in found:
        result = plus(result, item)
    return result if type(result) is Decimal else None


def mean(values: Any) -> Decimal | None:
    """Return the average of numbers."""
    result = divide(total(values), Decimal(max(len(items(values)), 1)))
    return result if type(result) is Decimal else None


def count(values: Any) -> Decimal | None:
    """Count the items; null is no list and has no count."""
    return None if values is None else Decimal(len(items(values)))


def every(values: Any) -> bool | None:
    """Return whether all items are true; three-valued."""
    return _join(items(values), decisive=False)


def some(values: Any) -> bool | None:
    """Return whether any item is true; three-valued."""
    return _join(items(values), decisive=True)


def contains(values: Any, element: Any) -> bool | None:
    """Return whether the list holds the element."""
    return None if values is None else any(equal(item, element) is True for item in items(values))


def distinct(values: Any) -> list[Any] | None:
    """Return the items without repetitions, in order."""
    if values is None:
        return None
    found: list[Any] = []
    seen: set[Any] = set()
    nested: list[Any] = []
    for item in items(values):
        if isinstance(item, list | dict):
            if any(equal(item, other) is True for other in nested):
                continue
            nested.append(item)
            if len(nested) > _MAX_NESTED:
                raise TooMuchWork(f"More than {_MAX_NESTED} different lists or contexts cannot be compared.")
        else:
            # The kind belongs to the key: in Python true equals 1.
            key = (kind_of(item), item)
            if key in seen:
                continue
            seen.add(key)
        found.append(item)
    return found


def backwards(values: Any) -> list[Any] | None:
    """Return the items in reverse order."""
    return None if values is None else items(values)[::-1]


def positions(values: Any, match: Any) -> list[Any] | None:
    """Return the positions, counted from 1, at which the match stands."""
    if values is None:
        return None
    return [Decimal(at) for at, item in enumerate(items(values), 1) if equal(item, match) is True]


def _extreme(found: list[Any], *, smallest: bool) -> Any:
    if not found or found[0] is None:
        return None
    best = found[0]
    for item in found:
        lower = less(item, best) if smallest else less(best, item)
        if lower is None:
            return None
        if lower:
            best = item
    return best


def _join(claims: list[Any], *, decisive: bool) -> bool | None:
    if any(claim is decisive for claim in claims):
        return decisive
    return None if any(claim is not (not decisive) for claim in claims) else not decisive
