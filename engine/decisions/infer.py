"""What kind of value an expression gives, as far as it can be told without the facts, and where kinds do not fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.decisions import syntax as s
from engine.decisions.functions import BUILTINS
from engine.decisions.values import ORDERED, Kind, kind_of

Kinds = Mapping[str, Kind | None]
SUBJECT = "?"
_LENGTHS: frozenset[Kind] = frozenset({"days and time duration", "years and months duration"})
_MOVABLE: frozenset[Kind] = frozenset({"date", "time", "date and time"})
_WORDS: dict[str, str] = {
    "+": "added to",
    "-": "reduced by",
    "*": "multiplied with",
    "/": "divided by",
    "**": "raised to",
}


def infer(node: s.Node, kinds: Kinds) -> Kind | None:
    """Return the kind of the value (which may still be null), None where it depends on the facts."""
    if isinstance(node, s.Constant):
        return kind_of(node.value)
    if isinstance(node, s.Name):
        return kinds.get(node.name)
    if isinstance(node, s.Subject):
        return kinds.get(SUBJECT)
    if isinstance(node, s.Compare | s.In | s.Between | s.And | s.Or | s.Not):
        return "boolean"
    if isinstance(node, s.Iterate):
        return "list" if node.mode == "for" else "boolean"
    if isinstance(node, s.Call):
        builtin = BUILTINS.get(node.function)
        return builtin.returns if builtin else None
    if isinstance(node, s.If):
        then, otherwise = infer(node.then, kinds), infer(node.otherwise, kinds)
        return then if then == otherwise else None
    if isinstance(node, s.Negate):
        return infer(node.operand, kinds)
    if isinstance(node, s.Arithmetic):
        return _result(node.operator, infer(node.left, kinds), infer(node.right, kinds))
    simple: dict[type[s.Node], Kind] = {s.ListOf: "list", s.ContextOf: "context", s.RangeOf: "range"}
    return simple.get(type(node))


def misfits(node: s.Node, kinds: Kinds) -> Iterator[str]:
    """Yield, in words, each place that gives null whatever the facts are because the kinds do not fit together."""
    bound = {loop.name for loop, _ in s.walk(node) if isinstance(loop, s.Loop)}
    bound |= {key for part, _ in s.walk(node) if isinstance(part, s.ContextOf) for key, _ in part.entries}
    if any(isinstance(part, s.Filter) for part, _ in s.walk(node)):
        # Inside a filter every name may be an entry of the item, so nothing is known of names.
        return
    known = {name: kind for name, kind in kinds.items() if name not in bound}
    for part, _ in s.walk(node):
        yield from _misfit(part, known)


def _misfit(part: s.Node, kinds: Kinds) -> Iterator[str]:
    if isinstance(part, s.Arithmetic):
        left, right = infer(part.left, kinds), infer(part.right, kinds)
        if _both_known(left, right) and _result(part.operator, left, right) is None:
            yield f"a {left} cannot be {_WORDS[part.operator]} a {right}"
    elif isinstance(part, s.Negate):
        kind = infer(part.operand, kinds)
        if kind not in (None, "null", "number", *_LENGTHS):
            yield f"a {kind} has no negative"
    elif isinstance(part, s.Compare):
        yield from _comparison(part.operator, infer(part.left, kinds), infer(part.right, kinds))
    elif isinstance(part, s.Between):
        for end in (part.low, part.high):
            yield from _comparison("<=", infer(part.value, kinds), infer(end, kinds))
    elif isinstance(part, s.And | s.Or | s.Not):
        for item in part.children():
            kind = None if isinstance(item, s.OperatorTest) else infer(item, kinds)
            if kind not in (None, "null", "boolean"):
                yield f"a {kind} is neither true nor false"
    elif isinstance(part, s.If):
        kind = infer(part.condition, kinds)
        if kind not in (None, "null", "boolean"):
            yield f"the condition of if is a {kind}"


def _comparison(operator: str, left: Kind | None, right: Kind | None) -> Iterator[str]:
    if not _both_known(left, right):
        return
    if left != right:
        yield f"a {left} cannot be compared with a {right}"
    elif operator not in ("=", "!=") and left not in ORDERED:
        yield f"a {left} has no order"


def _both_known(left: Kind | None, right: Kind | None) -> bool:
    return left not in (None, "null") and right not in (None, "null")


def _result(operator: str, left: Kind | None, right: Kind | None) -> Kind | None:
    if left is None or right is None:
        return None
    if left == right == "number":
        return "number"
    if operator == "+" and left == right == "string":
        return "string"
    if operator in "+-" and left == right and left in _LENGTHS:
        return left
    if operator in "+-" and left in _MOVABLE and right in _LENGTHS:
        return None if left == "time" and right == "years and months duration" else left
    if operator == "+" and left in _LENGTHS and right in _MOVABLE:
        return None if right == "time" and left == "years and months duration" else right
    if operator == "-" and left == right and left in _MOVABLE:
        return "days and time duration"
    if operator in ("*", "/") and left in _LENGTHS and right == "number":
        return left
    if operator == "*" and left == "number" and right in _LENGTHS:
        return right
    return "number" if operator == "/" and left == right and left in _LENGTHS else None
