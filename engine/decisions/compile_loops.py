"""Closures of what visits many items: `for`, `some`, `every`, and filters on lists. All of it counts as work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from engine.decisions.scope import Scope

Evaluate = Callable[[Scope], Any]
Source = tuple[str, Evaluate, Evaluate | None]


def compile_iterate(mode: str, loops: list[Source], body: Evaluate) -> Evaluate:
    """Return the closure of `for`, `some` or `every`; None where a list to go through is null."""

    def results(scope: Scope, rest: list[Source]) -> Iterator[Any]:
        if not rest:
            yield body(scope)
            return
        name, source, until = rest[0]
        for item in _items(scope, source, until):
            scope.run.spend(1)
            yield from results(scope.inner({name: item}), rest[1:])

    def evaluate(scope: Scope) -> Any:
        found = []
        decisive = {"some": True, "every": False}.get(mode)
        try:
            for value in results(scope, loops):
                if value is decisive and mode != "for":
                    return decisive
                found.append(value)
        except _NoListError:
            return None
        if mode == "for":
            return found
        return not decisive if all(value is (not decisive) for value in found) else None

    return evaluate


def compile_filter(source: Evaluate, condition: Evaluate) -> Evaluate:
    """Return the closure of `list[2]`, `list[-1]` and `list[item > 5]`; entries of a context item are names there."""

    def evaluate(scope: Scope) -> Any:
        value = source(scope)
        if value is None:
            return None
        items = value if isinstance(value, list) else [value]
        scope.run.spend(1 + len(items))
        position = _position(scope, items, condition)
        if position is not None:
            return _at(items, position)
        return [item for item in items if condition(_item_scope(scope, item)) is True]

    return evaluate


class _NoListError(Exception):
    """What is to be gone through is null."""


def _items(scope: Scope, source: Evaluate, until: Evaluate | None) -> list[Any]:
    value = source(scope)
    if until is None:
        if value is None:
            raise _NoListError
        return value if isinstance(value, list) else [value]
    end = until(scope)
    if not _is_whole(value) or not _is_whole(end):
        raise _NoListError
    scope.run.spend(int(min(abs(end - value), Decimal(10**9))))
    step = 1 if value <= end else -1
    return [Decimal(number) for number in range(int(value), int(end) + step, step)]


def _position(scope: Scope, items: list[Any], condition: Evaluate) -> Decimal | None:
    """Return the position that the condition names, None where it is a condition on the items."""
    value = condition(_item_scope(scope, items[0]) if items else scope.inner({"item": None}))
    return value if type(value) is Decimal else None


def _at(items: list[Any], position: Decimal) -> Any:
    if not _is_whole(position) or position == 0 or abs(position) > len(items):
        return None
    return items[int(position) - 1 if position > 0 else int(position)]


def _item_scope(scope: Scope, item: Any) -> Scope:
    return scope.inner({**item, "item": item} if isinstance(item, dict) else {"item": item})


def _is_whole(value: Any) -> bool:
    return type(value) is Decimal and value == int(value)
