"""Comparisons of an expression that can never come true, or stop every case, whatever the case says."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from engine.publication.possible import Kind, Lookup, Possible, answer_named, value_of_tree

_WORDS: Final[dict[Kind, str]] = {
    "text": "a text",
    "number": "a number",
    "truth": "true or false",
    "list": "a list",
    "instant": "an instant",
}
_LONGEST = 60
_MOST = 12
"""Words that are listed; of more, the rest is counted."""
_ORDERS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)


@dataclass(frozen=True)
class Never:
    """A name that is compared with a word which it can never be."""

    name: str
    word: str
    can_be: tuple[str, ...]
    line: int
    """1-based line in the text of the expression."""

    @property
    def listed(self) -> str:
        """What it can be, for a sentence."""
        rest = len(self.can_be) - _MOST
        words = ", ".join(word or '""' for word in self.can_be[:_MOST])
        return f"{words} and {rest} more" if rest > 0 else words

    @property
    def close(self) -> str | None:
        """The word that was meant, as it seems."""
        return next(iter(difflib.get_close_matches(self.word, self.can_be, n=1, cutoff=0.7)), None)


@dataclass(frozen=True)
class Unlike:
    """Two sides whose kinds cannot be compared."""

    left: str
    left_kind: str
    right: str
    right_kind: str
    ordered: bool
    """True: by < or >, which stops every case; False: the two are never equal."""
    line: int
    """1-based line in the text of the expression."""


def comparisons(tree: ast.expr, lookup: Lookup) -> Iterator[Never | Unlike]:
    """Yield what is wrong with the comparisons of an expression, as `engine.expressions.syntax` reads it. Pure.

    Says nothing where a side is not known for certain. Comparing with an empty text or None is always allowed.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            for sign, left, right in zip(node.ops, sides, sides[1:], strict=False):
                yield from _pair(sign, left, right, lookup)


def _pair(sign: ast.cmpop, left: ast.expr, right: ast.expr, lookup: Lookup) -> Iterator[Never | Unlike]:
    if isinstance(sign, (ast.In, ast.NotIn)):
        if isinstance(right, (ast.List, ast.Tuple)):
            for item in right.elts:
                yield from _equal(left, item, lookup)
        elif (name := _name(right)) and (word := _word(left)):
            yield from _held(name, word, lookup, right.lineno)
    elif isinstance(sign, _ORDERS):
        one, other = value_of_tree(left, lookup), value_of_tree(right, lookup)
        if one is not None and other is not None and not _alike(one, other):
            yield _unlike(left, one, right, other, ordered=True)
    else:
        yield from _equal(left, right, lookup)


def _equal(left: ast.expr, right: ast.expr, lookup: Lookup) -> Iterator[Never | Unlike]:
    if any(isinstance(side, ast.Constant) and side.value in ("", None) for side in (left, right)):
        return
    one, other = value_of_tree(left, lookup), value_of_tree(right, lookup)
    if one is None or other is None:
        return
    for side, can, word in ((left, one, _word(right)), (right, other, _word(left))):
        name = _name(side)
        if word and name and can.said and not can.said <= {"number", "list", "instant"}:
            if can.words is not None and word not in can.words:
                yield _never(name, word, can.words, side.lineno, truth="truth" in can.kinds)
            return
    if not _alike(one, other) and not ("nothing" in one.kinds and "nothing" in other.kinds):
        yield _unlike(left, one, right, other, ordered=False)


def _held(name: str, word: str, lookup: Lookup, line: int) -> Iterator[Never]:
    """Look for a word in a list of answers, or inside a text."""
    can = lookup(name)
    if can is None:
        return
    if can.said == {"list"} and can.items is not None and word not in can.items:
        yield _never(name, word, can.items, line)
    elif can.said == {"text"} and can.words is not None and not any(word in each for each in can.words):
        yield _never(name, word, can.words, line)


def _name(side: ast.expr) -> str | None:
    """Return the name that stands on a side, or the answer of the step's own form."""
    match side:
        case ast.Name(id=name):
            return name
        case ast.Subscript(value=ast.Name(id="form"), slice=ast.Constant(value=str(key))):
            return answer_named(key)
        case _:
            return None


def _word(side: ast.expr) -> str:
    return side.value if isinstance(side, ast.Constant) and isinstance(side.value, str) else ""


def _alike(one: Possible, other: Possible) -> bool:
    """Say whether a value of the one can be compared with a value of the other; what is nothing is left out."""
    if not one.said or not other.said:
        return True
    # True and False count as 1 and 0.
    kinds = [{"number" if kind == "truth" else kind for kind in side.said} for side in (one, other)]
    return not kinds[0].isdisjoint(kinds[1])


def _never(name: str, word: str, words: frozenset[str], line: int, *, truth: bool = False) -> Never:
    can_be = tuple(sorted(words - {""})) + (("True", "False") if truth else ())
    return Never(name, word[:_LONGEST], can_be or ("",), line)


def _unlike(left: ast.expr, one: Possible, right: ast.expr, other: Possible, *, ordered: bool) -> Unlike:
    return Unlike(_said(left), _kind(one), _said(right), _kind(other), ordered, left.lineno)


def _said(side: ast.expr) -> str:
    text = ast.unparse(side)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def _kind(can: Possible) -> str:
    (kind, *more) = sorted(can.said)
    return "of several kinds" if more else _WORDS[kind]
