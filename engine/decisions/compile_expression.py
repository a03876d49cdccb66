"""Turns the nodes of an expression into Python closures: `Scope -> value`. Done once, when the file is read.

Semantics: DMN 1.5, section 10.3.2. Whatever does not fit together is null; nothing raises but `TooMuchWork`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.decisions import syntax as s
from engine.decisions.arithmetic import OPERATIONS, negative
from engine.decisions.compile_loops import compile_filter, compile_iterate
from engine.decisions.functions import ADVICE, BUILTINS, Builtin
from engine.decisions.functions_dates import part
from engine.decisions.refusals import NotFeel
from engine.decisions.scope import Scope
from engine.decisions.truth import compare, join, matches
from engine.decisions.values import Range, at_most, less

Evaluate = Callable[[Scope], Any]
SUBJECT = "?"
"""The name under which a scope holds the value of the input whose column a cell stands in."""


@dataclass(frozen=True)
class Function:
    """A business knowledge model: a function that the file itself defines; its body sees its parameters only."""

    name: str
    parameters: tuple[str, ...]
    body: Evaluate
    height: int


Functions = Mapping[str, Function]


def compile_expression(node: s.Node, functions: Functions) -> Evaluate:
    """Return the closure of an expression. Raises `NotFeel` for unknown functions and wrong numbers of arguments."""
    return _COMPILERS[type(node)](node, functions)


def _constant(node: s.Constant, _functions: Functions) -> Evaluate:
    value = node.value
    return lambda scope: value


def _name(node: s.Name, _functions: Functions) -> Evaluate:
    name = node.name
    return lambda scope: scope.get(name)


def _subject(_node: s.Subject, _functions: Functions) -> Evaluate:
    return lambda scope: scope.get(SUBJECT)


def _path(node: s.Path, functions: Functions) -> Evaluate:
    source, entry = compile_expression(node.source, functions), node.entry

    def evaluate(scope: Scope) -> Any:
        value = source(scope)
        if isinstance(value, list):
            # A path over a list takes the entry of every item (DMN 1.5, section 10.3.2.5).
            scope.run.spend(len(value))
            return [item.get(entry) if isinstance(item, dict) else part(item, entry) for item in value]
        return value.get(entry) if isinstance(value, dict) else part(value, entry)

    return evaluate


def _list(node: s.ListOf, functions: Functions) -> Evaluate:
    items = [compile_expression(item, functions) for item in node.items]
    return lambda scope: [item(scope) for item in items]


def _context(node: s.ContextOf, functions: Functions) -> Evaluate:
    entries = [(key, compile_expression(value, functions)) for key, value in node.entries]

    def evaluate(scope: Scope) -> Any:
        inner = scope.inner({})
        for key, value in entries:
            inner.names[key] = value(inner)
        return dict(inner.names)

    return evaluate


def _range(node: s.RangeOf, functions: Functions) -> Evaluate:
    low, high = compile_expression(node.low, functions), compile_expression(node.high, functions)

    def evaluate(scope: Scope) -> Any:
        ends = low(scope), high(scope)
        if None in ends or less(*ends) is None:
            return None
        return Range(*ends, node.low_closed, node.high_closed)

    return evaluate


def _compare(node: s.Compare, functions: Functions) -> Evaluate:
    operator = node.operator
    left, right = compile_expression(node.left, functions), compile_expression(node.right, functions)
    return lambda scope: compare(operator, left(scope), right(scope))


def _in(node: s.In, functions: Functions) -> Evaluate:
    value = compile_expression(node.value, functions)
    tests = node.test.tests if isinstance(node.test, s.TestList) else (node.test,)
    compiled = [_single_test(test, functions) for test in tests]

    def evaluate(scope: Scope) -> Any:
        subject = value(scope)
        return join((test(subject, scope) for test in compiled), decisive=True)

    return evaluate


def _single_test(node: s.Node, functions: Functions) -> Callable[[Any, Scope], bool | None]:
    if isinstance(node, s.OperatorTest):
        operator, operand = node.operator, compile_expression(node.operand, functions)
        return lambda value, scope: compare(operator, value, operand(scope))
    test = compile_expression(node, functions)
    return lambda value, scope: matches(value, test(scope))


def _between(node: s.Between, functions: Functions) -> Evaluate:
    value, low, high = (compile_expression(child, functions) for child in node.children())

    def evaluate(scope: Scope) -> Any:
        subject = value(scope)
        return join((at_most(low(scope), subject), at_most(subject, high(scope))), decisive=False)

    return evaluate


def _arithmetic(node: s.Arithmetic, functions: Functions) -> Evaluate:
    operation = OPERATIONS[node.operator]
    left, right = compile_expression(node.left, functions), compile_expression(node.right, functions)
    if node.operator == "+":
        return lambda scope: _weighed(scope, operation(left(scope), right(scope)))
    return lambda scope: operation(left(scope), right(scope))


def _weighed(scope: Scope, value: Any) -> Any:
    """Count the making of a text as work by its length, so that loops cannot fill the memory."""
    if isinstance(value, str):
        scope.run.spend(len(value) // 50)
    return value


def _negate(node: s.Negate, functions: Functions) -> Evaluate:
    operand = compile_expression(node.operand, functions)
    return lambda scope: negative(operand(scope))


def _and(node: s.And, functions: Functions) -> Evaluate:
    items = [compile_expression(item, functions) for item in node.items]
    return lambda scope: join((item(scope) for item in items), decisive=False)


def _or(node: s.Or, functions: Functions) -> Evaluate:
    items = [compile_expression(item, functions) for item in node.items]
    return lambda scope: join((item(scope) for item in items), decisive=True)


def _not(node: s.Not, functions: Functions) -> Evaluate:
    operand = compile_expression(node.items[0], functions)

    def evaluate(scope: Scope) -> Any:
        value = operand(scope)
        return not value if isinstance(value, bool) else None

    return evaluate


def _if(node: s.If, functions: Functions) -> Evaluate:
    condition, then, otherwise = (compile_expression(child, functions) for child in node.children())
    return lambda scope: then(scope) if condition(scope) is True else otherwise(scope)


def _filter(node: s.Filter, functions: Functions) -> Evaluate:
    return compile_filter(compile_expression(node.source, functions), compile_expression(node.condition, functions))


def _iterate(node: s.Iterate, functions: Functions) -> Evaluate:
    loops = [
        (
            loop.name,
            compile_expression(loop.source, functions),
            None if loop.until is None else compile_expression(loop.until, functions),
        )
        for loop in node.loops
    ]
    return compile_iterate(node.mode, loops, compile_expression(node.body, functions))


def _call(node: s.Call, functions: Functions) -> Evaluate:
    own = functions.get(node.function)
    if own is not None:
        return _call_own(node, own, functions)
    builtin = BUILTINS.get(node.function)
    if builtin is None:
        raise NotFeel(
            f"There is no function `{node.function}`.",
            advice=ADVICE.get(node.function, "Use one of the functions in docs/process-owner/decision-tables.md."),
        )
    compute, spread = builtin.compute, _spreads(node, builtin)
    arguments = [
        compile_expression(argument, functions)
        for argument in (node.arguments if spread else _ordered(node, builtin.parameters, builtin.required))
    ]

    def evaluate(scope: Scope) -> Any:
        values = [argument(scope) for argument in arguments]
        scope.run.spend(1 + sum(len(value) for value in values if isinstance(value, list)))
        return _weighed(scope, compute(values) if spread else compute(*values))

    return evaluate


def _call_own(node: s.Call, own: Function, functions: Functions) -> Evaluate:
    parameters, body = own.parameters, own.body
    arguments = [compile_expression(argument, functions) for argument in _ordered(node, parameters, len(parameters))]

    def evaluate(scope: Scope) -> Any:
        scope.run.spend(10)
        names = {name: argument(scope) for name, argument in zip(parameters, arguments, strict=True)}
        return body(Scope(scope.run, names=names, sees_facts=False))

    return evaluate


def _spreads(node: s.Call, builtin: Builtin) -> bool:
    return builtin.spread and len(node.arguments) > 1


def _ordered(node: s.Call, parameters: tuple[str, ...], required: int) -> tuple[s.Node, ...]:
    given = dict(node.named)
    for name in given:
        if name not in parameters:
            raise NotFeel(f"The function `{node.function}` has no parameter `{name}`.")
    for name in parameters[:required] if given else ():
        if name not in given:
            raise NotFeel(f"The function `{node.function}` needs the parameter `{name}`.")
    count = len(given) or len(node.arguments)
    if not required <= count <= len(parameters):
        expected = str(required) if required == len(parameters) else f"{required} to {len(parameters)}"
        raise NotFeel(
            f"The function `{node.function}` takes {expected} arguments ({', '.join(parameters)}), not {count}."
        )
    return tuple(given.get(name, s.Constant(None)) for name in parameters) if given else node.arguments


_COMPILERS: dict[type[s.Node], Callable[[Any, Functions], Evaluate]] = {
    s.Constant: _constant,
    s.Name: _name,
    s.Subject: _subject,
    s.Path: _path,
    s.Filter: _filter,
    s.ListOf: _list,
    s.ContextOf: _context,
    s.RangeOf: _range,
    s.Compare: _compare,
    s.In: _in,
    s.Between: _between,
    s.Arithmetic: _arithmetic,
    s.Negate: _negate,
    s.And: _and,
    s.Or: _or,
    s.Not: _not,
    s.If: _if,
    s.Iterate: _iterate,
    s.Call: _call,
}
