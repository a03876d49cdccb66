"""What an expression comes to where it needs nothing of the case: `"owner"`, `["owner", "team:legal"]`, `3 * 60`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any, Final

from engine.errors import Refusal
from engine.expressions.language import ExpressionError, compile_expression
from engine.expressions.syntax import parse


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


def texts_among(source: str) -> list[str]:
    """Return the texts that stand in an expression as what it may come to: the branches of `a if b else c` too.

    Those that are computed or looked up are not known, and left out. Never raises.
    """
    try:
        return list(_leaves(parse(source, ())[0]))
    except ExpressionError:
        return []


def _leaves(tree: ast.expr) -> Iterator[str]:
    match tree:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=body, orelse=other):
            yield from (*_leaves(body), *_leaves(other))
        case ast.BoolOp(values=parts) | ast.List(elts=parts) | ast.Tuple(elts=parts):
            for part in parts:
                yield from _leaves(part)


def texts_of(source: str) -> list[str] | None:
    """Return the texts that an expression comes to, one or a list of them; None where that is not known."""
    value = value_of(source)
    if isinstance(value, str):
        return [value]
    listed = isinstance(value, (list, tuple)) and all(isinstance(each, str) for each in value)
    return list(value) if listed else None
