"""Turns input cells into Python closures: `(value of the input, Scope) -> true, false or null`. Done once per file.

The usual cells (a literal, a comparison or range with literal ends) become closures of one comparison.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from engine.decisions import syntax as s
from engine.decisions.compile_expression import SUBJECT, Functions, compile_expression
from engine.decisions.scope import Scope
from engine.decisions.truth import compare, join, matches
from engine.decisions.values import Range, equal, within

Test = Callable[[Any, Scope], bool | None]
_FAST: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def compile_cell(cell: s.Cell, functions: Functions) -> Test | None:
    """Return the closure of a cell, None for a cell that matches anything. Raises `NotFeel` like an expression does."""
    if not cell.negated and any(isinstance(test, s.Anything) for test in cell.tests):
        return None
    tests = [_test(test, functions) for test in cell.tests]
    if cell.negated:
        return _negated(tests)
    if len(tests) == 1:
        return tests[0]
    texts = [test.value for test in cell.tests if isinstance(test, s.Constant) and isinstance(test.value, str)]
    if len(texts) == len(tests):
        return _one_of(frozenset(texts))
    return lambda value, scope: join((test(value, scope) for test in tests), decisive=True)


def _negated(tests: list[Test]) -> Test:
    def evaluate(value: Any, scope: Scope) -> bool | None:
        answer = join((test(value, scope) for test in tests), decisive=True)
        return None if answer is None else not answer

    return evaluate


def _one_of(texts: frozenset[str]) -> Test:
    def evaluate(value: Any, scope: Scope) -> bool | None:
        if type(value) is str:
            return value in texts
        return False if value is None else None

    return evaluate


def _test(node: s.Node, functions: Functions) -> Test:
    if isinstance(node, s.Constant):
        return _equals(node.value)
    if isinstance(node, s.OperatorTest):
        return _operator_test(node, functions)
    if isinstance(node, s.RangeOf) and isinstance(node.low, s.Constant) and isinstance(node.high, s.Constant):
        return _constant_range(Range(node.low.value, node.high.value, node.low_closed, node.high_closed))
    expression = compile_expression(node, functions)
    if s.mentions_subject(node):

        def evaluate(value: Any, scope: Scope) -> bool | None:
            answer = expression(scope.inner({SUBJECT: value}))
            return answer if isinstance(answer, bool) else None

        return evaluate
    return lambda value, scope: matches(value, expression(scope))


def _equals(constant: Any) -> Test:
    kind = type(constant)
    if constant is None:
        return lambda value, scope: value is None
    if kind in (str, Decimal, bool):

        def evaluate(value: Any, scope: Scope) -> bool | None:
            if type(value) is kind:
                return bool(value == constant)
            return False if value is None else None

        return evaluate
    return lambda value, scope: equal(value, constant)


def _operator_test(node: s.OperatorTest, functions: Functions) -> Test:
    sign = node.operator
    if isinstance(node.operand, s.Constant):
        limit = node.operand.value
        kind, fast = type(limit), _FAST.get(sign)
        if fast is not None and kind in (Decimal, str):
            return lambda value, scope: fast(value, limit) if type(value) is kind else None
        return lambda value, scope: compare(sign, value, limit)
    operand = compile_expression(node.operand, functions)

    def evaluate(value: Any, scope: Scope) -> bool | None:
        return compare(sign, value, operand(scope.inner({SUBJECT: value})))

    return evaluate


def _constant_range(span: Range) -> Test:
    low, high, kind = span.low, span.high, type(span.low)
    if kind is type(high) and kind in (Decimal, str):
        above = operator.le if span.low_closed else operator.lt
        below = operator.le if span.high_closed else operator.lt
        return lambda value, scope: above(low, value) and below(value, high) if type(value) is kind else None
    if low is None or high is None:
        # A range needs two ends: with null as an end it is null itself.
        return lambda value, scope: None
    return lambda value, scope: within(value, span)
