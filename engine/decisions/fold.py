"""Computes what is known when the text is read (`date("2026-01-01")`, `2 * 60`), so that cells can be compared."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from engine.decisions import syntax as s
from engine.decisions.arithmetic import OPERATIONS, negative
from engine.decisions.functions import BUILTINS
from engine.decisions.refusals import NotFeel
from engine.decisions.values import show

_LITERALS = {
    "date": 'date("2026-01-31")',
    "time": 'time("10:00:00")',
    "date and time": 'date and time("2026-01-31T10:00:00+08:00")',
    "duration": 'duration("P1D")',
}


def fold(node: s.Node) -> s.Node:
    """Return the node with its constant parts computed. Raises `NotFeel` for a date or duration that is none."""
    rebuilt = _rebuild(node)
    if isinstance(rebuilt, s.Negate) and isinstance(rebuilt.operand, s.Constant):
        value = negative(rebuilt.operand.value)
        return rebuilt if value is None else s.Constant(value)
    if isinstance(rebuilt, s.Arithmetic) and isinstance(rebuilt.left, s.Constant):
        if isinstance(rebuilt.right, s.Constant):
            value = OPERATIONS[rebuilt.operator](rebuilt.left.value, rebuilt.right.value)
            return rebuilt if value is None else s.Constant(value)
        return rebuilt
    if isinstance(rebuilt, s.Call) and rebuilt.function in _LITERALS and rebuilt.arguments:
        return _literal(rebuilt)
    return rebuilt


def _literal(call: s.Call) -> s.Node:
    values = [part.value for part in call.arguments if isinstance(part, s.Constant)]
    builtin = BUILTINS[call.function]
    if len(values) < len(call.arguments) or len(values) > len(builtin.parameters):
        return call
    value = builtin.compute(*values)
    if value is None and None not in values:
        raise NotFeel(
            f"{call.function}({', '.join(show(item) for item in values)}) names no {call.function}.",
            advice=f"Write for instance {_LITERALS[call.function]}.",
        )
    return s.Constant(value)


def _rebuild(node: s.Node) -> s.Node:
    changed: dict[str, Any] = {}
    for field in fields(node):
        old = getattr(node, field.name)
        new = _folded(old)
        if new is not old:
            changed[field.name] = new
    return replace(node, **changed) if changed else node


def _folded(part: Any) -> Any:
    if isinstance(part, s.Node):
        return fold(part)
    if isinstance(part, tuple):
        new = tuple(_folded(item) for item in part)
        return part if all(a is b for a, b in zip(new, part, strict=True)) else new
    return part
