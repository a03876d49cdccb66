"""Builds the node of each grammar rule (`grammar.py`) from its tokens and parts."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, Literal, cast

from lark import Token

from engine.decisions import syntax as s
from engine.decisions.refusals import NotFeel
from engine.decisions.temporal import parse_any
from engine.decisions.values import MAX_EXPONENT

_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{6})|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\", "'": "'"}
_CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "null": None}


def anything(_minus: Token) -> s.Node:
    """Build `-`."""
    return s.Cell((s.Anything(),))


def tests(*parts: Any) -> s.Node:
    """Build a cell; a cell that is one whole `not(...)` negates its tests."""
    found = _nodes(parts)
    if len(found) == 1 and isinstance(found[0], s.Not):
        return s.Cell(found[0].items, negated=True)
    return s.Cell(found)


def operator_test(sign: Token, operand: s.Node) -> s.Node:
    """Build `< 5`."""
    return s.OperatorTest(cast(s.Operator, str(sign)), operand)


def if_else(*parts: Any) -> s.Node:
    """Build `if a then b else c`."""
    return s.If(*_nodes(parts))


def iterate(mode: Token, *parts: Any) -> s.Node:
    """Build `for`, `some` and `every`."""
    *loops, body = _nodes(parts)
    return s.Iterate(
        cast(Literal["for", "some", "every"], str(mode)), tuple(p for p in loops if isinstance(p, s.Loop)), body
    )


def loop(*parts: Any) -> s.Node:
    """Build `x in list` and `x in 1..5`."""
    source, *until = _nodes(parts)
    return s.Loop(str(parts[0]), source, until[0] if until else None)


def disjunction(*parts: Any) -> s.Node:
    """Build `a or b`."""
    return s.Or(_nodes(parts))


def conjunction(*parts: Any) -> s.Node:
    """Build `a and b`."""
    return s.And(_nodes(parts))


def comparison(*parts: Any) -> s.Node:
    """Build `a < b`, and `a < b < c` as both claims at once.

    FEEL has no chain: it would compare a truth value with a number, which is always null. So the only sensible reading
    is the mathematical one; a chain with `=` has two readings and is refused.
    """
    signs = [str(part) for part in parts[1::2]]
    sides = _nodes(parts)
    pairs = [
        s.Compare(cast(s.Operator, sign), left, right)
        for sign, left, right in zip(signs, sides[:-1], sides[1:], strict=True)
    ]
    if len(pairs) == 1:
        return pairs[0]
    if not (set(signs) <= {"<", "<="} or set(signs) <= {">", ">="}):
        raise NotFeel(
            "Several comparisons stand in a row, and it is not clear what is compared with what.",
            advice="Join them with and, or put brackets around one.",
            position=parts[3].start_pos,
        )
    return s.And(tuple(pairs), chained=True)


def inside(*parts: Any) -> s.Node:
    """Build `a in test`."""
    return s.In(*_nodes(parts))


def between(*parts: Any) -> s.Node:
    """Build `a between b and c`."""
    return s.Between(*_nodes(parts))


def left_to_right(first: s.Node, *rest: Any) -> s.Node:
    """Build a row of equal operators from the left: `a - b - c` is `(a - b) - c`; `**` too (DMN 1.5, 10.3.1.2)."""
    node = first
    for sign, right in zip(rest[::2], rest[1::2], strict=True):
        node = s.Arithmetic(cast(Literal["+", "-", "*", "/", "**"], str(sign)), node, right)
    return node


def negate(_minus: Token, operand: s.Node) -> s.Node:
    """Build `-a`; the minus of a number is part of the number."""
    if isinstance(operand, s.Constant) and type(operand.value) is Decimal:
        return s.Constant(operand.value.copy_negate())
    return s.Negate(operand)


def path(source: s.Node, _dot: Token, entry_name: Token) -> s.Node:
    """Build `a.b`."""
    return s.Path(source, str(entry_name))


def filter_list(*parts: Any) -> s.Node:
    """Build `a[b]`."""
    return s.Filter(*_nodes(parts))


def name(token: Token) -> s.Node:
    """Build a name."""
    return s.Name(str(token))


def number(token: Token) -> s.Node:
    """Build a number, exactly as written."""
    value = Decimal(str(token))
    if value and abs(value.adjusted()) > MAX_EXPONENT:
        raise NotFeel(f"The number {token} is too large or too small.", position=token.start_pos)
    return s.Constant(value)


def string(token: Token) -> s.Node:
    """Build a text; `\\n`, `\\t`, `\\"`, `\\\\` and `\\u4e2d` are the signs they stand for."""
    return s.Constant(_unescape(token, str(token)[1:-1]))


def at_literal(token: Token) -> s.Node:
    """Build `@"2026-01-01"`."""
    value = parse_any(str(token)[1:-1])
    if value is None:
        raise NotFeel(
            f"@{token} is no date, time or duration.",
            advice='Write for instance @"2026-01-31", @"2026-01-31T10:00:00+08:00" or @"P1D".',
            position=token.start_pos,
        )
    return s.Constant(value)


def constant(token: Token) -> s.Node:
    """Build `true`, `false` and `null`."""
    return s.Constant(_CONSTANTS[str(token)])


def subject(_token: Token) -> s.Node:
    """Build `?`."""
    return s.Subject()


def negated(*parts: Any) -> s.Node:
    """Build `not(...)`."""
    return s.Not(_nodes(parts))


def call(function: Token, *parts: Any) -> s.Node:
    """Build `f(a, b)`."""
    return s.Call(str(function), _nodes(parts))


def call_named(function: Token, *parts: Any) -> s.Node:
    """Build `f(x: a)`."""
    return s.Call(str(function), (), _entries(parts, "parameter"))


def group(*parts: Any) -> s.Node:
    """Build `(a)`, and `(a, < 5)` as the list of tests that may stand after `in`."""
    found = _nodes(parts)
    if len(found) == 1 and not isinstance(found[0], s.OperatorTest):
        return found[0]
    return s.TestList(found)


def list_of(*parts: Any) -> s.Node:
    """Build `[a, b]`."""
    return s.ListOf(_nodes(parts))


def context_of(*parts: Any) -> s.Node:
    """Build `{a: 1}`."""
    return s.ContextOf(_entries(parts, "entry"))


def range_of(*parts: Any) -> s.Node:
    """Build `[a..b]` and its open forms."""
    low, high = _nodes(parts)
    return s.RangeOf(low, high, parts[0].type == "LSQB", str(parts[-1]) == "]")


def entry(key: Token, _colon: Token, value: s.Node) -> tuple[str, s.Node]:
    """Build `a: 1`."""
    return (_unescape(key, str(key)[1:-1]) if key.type == "STRING" else str(key), value)


def _nodes(parts: tuple[Any, ...]) -> tuple[s.Node, ...]:
    return tuple(part for part in parts if isinstance(part, s.Node))


def _entries(parts: tuple[Any, ...], what: str) -> tuple[tuple[str, s.Node], ...]:
    found = tuple(part for part in parts if isinstance(part, tuple))
    keys = [key for key, _ in found]
    for key in keys:
        if keys.count(key) > 1:
            raise NotFeel(f"The {what} `{key}` is given twice.")
    return found


def _unescape(token: Token, text: str) -> str:
    def sign(found: re.Match[str]) -> str:
        code = found[1] or found[2]
        if code:
            number = int(code, 16)
            if number > 0x10FFFF or 0xD800 <= number <= 0xDFFF:
                raise NotFeel(f"\\u{code} is no character.", position=token.start_pos)
            return chr(number)
        if found[3] not in _ESCAPED:
            raise NotFeel(
                f"`\\{found[3]}` is no escape that FEEL knows.",
                advice="Write \\\\ for a backslash.",
                position=token.start_pos,
            )
        return _ESCAPED[found[3]]

    return _ESCAPE.sub(sign, text)
