"""From text to a checked FEEL expression: the one entrance to grammar and lexer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from engine.decisions import syntax as s
from engine.decisions.fold import fold
from engine.decisions.grammar import parse_tokens
from engine.decisions.lexer import tokenize
from engine.decisions.refusals import NotFeel

MAX_HEIGHT = 40
"""Levels an expression may be nested."""
MAX_LOOPS = 10
"""Loops (`x in list`) an expression may have."""


@dataclass(frozen=True)
class Parsed:
    """A read expression and what was read although FEEL writes it otherwise."""

    node: s.Node
    python_words: tuple[str, ...]
    """`True`, `False` or `None` of Python, read as `true`, `false`, `null`."""
    chained: bool
    """Whether comparisons stand in a row (`1 < ? < 5`)."""


def parse_expression(text: str, names: Collection[str] = ()) -> Parsed:
    """Read an expression; `names` are declared names that may hold spaces. Raises `NotFeel`, nothing else."""
    return _parse(text, names, "expression")


def parse_cell(text: str, names: Collection[str] = ()) -> Parsed:
    """Read an input cell (unary tests); `-` and an empty cell match anything. Raises `NotFeel`, nothing else."""
    if not text.strip():
        return Parsed(s.Cell((s.Anything(),)), (), chained=False)
    return _parse(text, names, "cell")


def _parse(text: str, names: Collection[str], start: str) -> Parsed:
    tokens = tokenize(text, names)
    node = parse_tokens(tokens, start=start, length=len(text))
    if s.height(node) > MAX_HEIGHT:
        raise NotFeel(
            f"The expression is nested deeper than {MAX_HEIGHT} levels.", advice="Split it into several decisions."
        )
    if sum(isinstance(part, s.Loop) for part, _ in s.walk(node)) > MAX_LOOPS:
        raise NotFeel(f"The expression has more than {MAX_LOOPS} loops.", advice="Split it into several decisions.")
    _check_places(node)
    node = fold(node)
    python = tuple(text[t.start_pos : t.end_pos] for t in tokens if t.type == "PYTHON")
    chained = any(isinstance(part, s.And) and part.chained for part, _ in s.walk(node))
    return Parsed(node, python, chained)


def _check_places(node: s.Node) -> None:
    """Refuse tests where a value is meant: `("a", "b")` alone, `< 5` inside a sum, `not` of several things in a sum."""
    for part, _ in s.walk(node):
        for child in part.children():
            if isinstance(child, s.TestList) and not (isinstance(part, s.In) and child is part.test):
                raise NotFeel(
                    "A list of tests in round brackets stands only after in.",
                    advice='Write "a","b" for a choice, or ["a","b"] for a list.',
                )
            if isinstance(child, s.OperatorTest) and not isinstance(part, s.In | s.TestList | s.Cell | s.Not):
                raise NotFeel("A comparison without a left side stands only in a cell or after in.")
            if (
                isinstance(child, s.Not)
                and (len(child.items) != 1 or isinstance(child.items[0], s.OperatorTest))
                and not isinstance(part, s.Cell)
            ):
                raise NotFeel("not(...) of several tests stands only as a whole cell.")
    if isinstance(node, s.TestList | s.OperatorTest):
        raise NotFeel("A test stands only in a cell or after in; here a value is needed.")
    if isinstance(node, s.Cell) and any(isinstance(test, s.Not) and _plural(test) for test in node.tests):
        raise NotFeel("not(...) of several tests stands only as a whole cell.")
    if isinstance(node, s.Not) and _plural(node):
        raise NotFeel("not(...) of several tests stands only as a whole cell.")


def _plural(node: s.Not) -> bool:
    return len(node.items) != 1 or isinstance(node.items[0], s.OperatorTest)
