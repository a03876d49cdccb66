"""What a value can be, as far as that is certain: its kinds and, where they are few, the very words."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

Kind = Literal["text", "number", "truth", "list", "instant", "nothing"]


@dataclass(frozen=True)
class Possible:
    """Everything that a value can be."""

    kinds: frozenset[Kind]
    words: frozenset[str] | None = frozenset()
    """The texts it can be, where `text` is among the kinds; None: any."""
    items: frozenset[str] | None = None
    """The texts that its entries can be, where `list` is among the kinds; None: anything."""

    def __or__(self, other: Possible) -> Possible:
        """Return what a value can be that is one of the two."""
        items = other.items if "list" not in self.kinds else self.items
        if "list" in self.kinds and "list" in other.kinds:
            items = _both(self.items, other.items)
        return Possible(self.kinds | other.kinds, _both(self.words, other.words), items)

    @property
    def said(self) -> frozenset[Kind]:
        """The kinds of what it is where it is anything."""
        return self.kinds - {"nothing"}


Lookup = Callable[[str], "Possible | None"]
"""What a name can be; None: not known."""


def _both(left: frozenset[str] | None, right: frozenset[str] | None) -> frozenset[str] | None:
    return None if left is None or right is None else left | right


def only(kind: Kind) -> Possible:
    """Return any value of a kind."""
    return Possible(frozenset({kind}), None if kind == "text" else frozenset())


def one_of(words: Iterable[str]) -> Possible:
    """Return one of these texts."""
    return Possible(frozenset({"text"}), frozenset(words))


TRUTH: Final = only("truth")
NUMBER: Final = only("number")
TEXT: Final = only("text")
NOTHING: Final = only("nothing")


def constant(value: object) -> Possible | None:
    """Return a value that is written out; None for what is none of the kinds."""
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return TRUTH
    if isinstance(value, (int, Decimal)):
        return NUMBER
    return one_of([value]) if isinstance(value, str) else None


def any_of(found: Iterable[Possible | None]) -> Possible | None:
    """Return what a value can be that is one of these; None where there are none, or one is not known."""
    joined: Possible | None = None
    for each in found:
        if each is None:
            return None
        joined = each if joined is None else joined | each
    return joined


def answer_named(key: str) -> str:
    """Return the name by which an answer of the step's own form is looked up: it stands as `form["decision"]`."""
    return f'form["{key}"]'


_COUNTS: Final = {"len": NUMBER, "sum": NUMBER, "abs": NUMBER, "any": TRUTH, "all": TRUTH}


def value_of_tree(tree: ast.expr, lookup: Lookup) -> Possible | None:
    """Return what an expression (as `engine.expressions.syntax` reads it) comes to; None: not known. Pure."""
    match tree:
        case ast.Constant(value=value):
            return constant(value)
        case ast.Name(id=name):
            return lookup(name)
        case ast.Subscript(value=ast.Name(id="form"), slice=ast.Constant(value=str(key))):
            return lookup(answer_named(key))
        case ast.IfExp(body=body, orelse=other):
            return any_of([value_of_tree(body, lookup), value_of_tree(other, lookup)])
        case ast.BoolOp(values=parts):
            return any_of([value_of_tree(part, lookup) for part in parts])
        case ast.Compare() | ast.UnaryOp(op=ast.Not()):
            return TRUTH
        case ast.UnaryOp():
            return NUMBER
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            return Possible(frozenset({"list"}), frozenset(), _words([value_of_tree(part, lookup) for part in parts]))
        case ast.Call(func=ast.Name(id=function)):
            return _COUNTS.get(function)
        case ast.BinOp(op=sign, left=left, right=right):
            return _computed(sign, value_of_tree(left, lookup), value_of_tree(right, lookup))
        case _:
            return None


def _words(parts: list[Possible | None]) -> frozenset[str] | None:
    found: frozenset[str] = frozenset()
    for part in parts:
        if part is None or part.kinds != {"text"} or part.words is None:
            return None
        found |= part.words
    return found


def _computed(sign: ast.operator, left: Possible | None, right: Possible | None) -> Possible | None:
    if left is None or right is None:
        return None
    # A side that is nothing yet is the name that this gives a value, as in attempts = attempts + 1.
    said = left.said or right.said
    if said == (right.said or said) == {"number"}:
        return NUMBER
    if not isinstance(sign, ast.Add) or said != (right.said or said):
        return None
    if said == {"list"}:
        return only("list")
    return TEXT if said == {"text"} else None
