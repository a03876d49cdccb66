"""True, false or unknown: how values are compared and claims are joined in FEEL (DMN 1.5, section 10.3.2.2)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine.decisions.values import Range, at_most, equal, less, within


def compare(operator: str, left: Any, right: Any) -> bool | None:
    """Compare two values; None where they have no common order."""
    if operator == "=":
        return equal(left, right)
    if operator == "!=":
        same = equal(left, right)
        return None if same is None else not same
    if operator == "<":
        return less(left, right)
    if operator == "<=":
        return at_most(left, right)
    return less(right, left) if operator == ">" else at_most(right, left)


def matches(value: Any, test: Any) -> bool | None:
    """Return whether `value in test`, where the test is a value, a list of values or a range."""
    if isinstance(test, Range):
        return within(value, test)
    if isinstance(test, list):
        claims: list[bool | None] = [equal(value, test)] if isinstance(value, list) else []
        claims += [within(value, item) if isinstance(item, Range) else equal(value, item) for item in test]
        return join(claims, decisive=True)
    return equal(value, test)


def join(claims: Iterable[Any], *, decisive: bool) -> bool | None:
    """Join claims by `or` (decisive True) or `and` (decisive False), three-valued: what is no claim counts as null."""
    answer: bool | None = not decisive
    for claim in claims:
        if claim is decisive:
            return bool(decisive)
        if claim is not (not decisive):
            answer = None
    return answer
