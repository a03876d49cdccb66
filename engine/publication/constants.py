"""What an expression comes to where it needs nothing of the case: `"owner"`, `["owner", "team:legal"]`, `3 * 60`."""

from __future__ import annotations

from typing import Any, Final

from engine.errors import Refusal
from engine.expressions.language import ExpressionError, compile_expression


class _Unknown:
    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = _Unknown()
"""What an expression comes to is known only when the case is there."""


def value_of(source: str) -> Any:
    """Return the value of an expression that reads no names, else UNKNOWN. Never raises."""
    try:
        expression = compile_expression(source)
        return UNKNOWN if expression.names else expression.evaluate({}, {})
    except (ExpressionError, Refusal):
        return UNKNOWN


def texts_of(source: str) -> list[str] | None:
    """Return the texts that an expression comes to, one or a list of them; None where that is not known."""
    value = value_of(source)
    if isinstance(value, str):
        return [value]
    listed = isinstance(value, (list, tuple)) and all(isinstance(each, str) for each in value)
    return list(value) if listed else None
