"""Checks values against what their column declares: a wrong fact is refused, it does not quietly match nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from engine.decisions.model import Allowed, Input, Output, Type
from engine.decisions.refusals import UnfitValue
from engine.decisions.scope import Run, Scope
from engine.decisions.values import kind_of, show


def check_input(column: Input, value: Any) -> Any:
    """Return the value of an input, or raise `UnfitValue`; null (unknown) fits every input."""
    if value is None:
        return None
    if not fits(column.type, value):
        raise UnfitValue(
            f"The input {column.label!r} must be of the type {column.type.name}, but is {show(value)}.",
            input=column.label,
            type=column.type.name,
            value=show(value),
        )
    if column.allowed is not None and not is_allowed(column.allowed, value):
        raise UnfitValue(
            f"The input {column.label!r} is {show(value)}, which is not among its declared values "
            f"{column.allowed.text}.",
            input=column.label,
            value=show(value),
        )
    return value


def check_output(column: Output, value: Any, where: str) -> Any:
    """Return the value of an output, or raise `UnfitValue`; null fits all. `where` (`rule 3`) is for the message."""
    if value is None:
        return None
    if not fits(column.type, value):
        raise UnfitValue(
            f"The output {column.name!r} of {where} must be of the type {column.type.name}, but is {show(value)}.",
            output=column.name,
            value=show(value),
        )
    if column.values is not None and not is_allowed(column.values, value):
        raise UnfitValue(
            f"The output {column.name!r} of {where} is {show(value)}, which is not among its declared values "
            f"{column.values.text}.",
            output=column.name,
            value=show(value),
        )
    return value


def fits(declared: Type, value: Any) -> bool:
    """Return whether a value that is not null is of the declared type."""
    if declared.kind is None:
        return True
    if kind_of(value) != declared.kind:
        return False
    return not declared.whole or (type(value) is Decimal and value == value.to_integral_value())


def is_allowed(allowed: Allowed, value: Any) -> bool:
    """Return whether the value is among the declared ones."""
    if type(value) is str and allowed.listed is not None and value in allowed.listed:
        # Nearly all columns list their words, and nearly every value is one of them: nothing need be evaluated.
        return True
    return allowed.test is None or allowed.test(value, Scope(Run({}), sees_facts=False)) is True
