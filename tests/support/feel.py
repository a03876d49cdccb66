"""Evaluates single FEEL texts, for tests of the language itself."""

from __future__ import annotations

from typing import Any

from engine.decisions.compile_expression import compile_expression
from engine.decisions.compile_tests import compile_cell
from engine.decisions.feel import parse_cell, parse_expression
from engine.decisions.scope import Run, Scope
from engine.decisions.syntax import Cell
from engine.decisions.values import from_fact


def evaluate(text: str, /, **facts: Any) -> Any:
    """Return the value of an expression; facts whose names hold spaces are written with `__` for the space."""
    named = {name.replace("__", " "): value for name, value in facts.items()}
    compute = compile_expression(parse_expression(text, named).node, {})
    return compute(Scope(Run(named)))


def cell_matches(text: str, value: Any, /, **facts: Any) -> bool | None:
    """Return what a cell makes of the value of its input: true, false or null."""
    node = parse_cell(text, facts).node
    assert isinstance(node, Cell)
    test = compile_cell(node, {})
    return True if test is None else test(from_fact(value), Scope(Run(facts)))
