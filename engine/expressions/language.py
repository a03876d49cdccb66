"""The expression language of diagrams: compiled once, checked at publication, run in a microsecond.

What is allowed stands in `syntax.py`, how it computes in `arithmetic.py`. Nothing here can reach
an attribute, a module, a file or the network, loop, or grow without bound (docs/developer/engine.md).
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from types import CodeType
from typing import Any, Final

from engine.errors import StepFailed
from engine.expressions.arithmetic import OPERATORS, VOCABULARY, chain
from engine.expressions.syntax import MAX_SOURCE, ExpressionError, outside_quotes, parse

__all__ = [
    "NOT_CONSTANT",
    "VOCABULARY",
    "Assignment",
    "Call",
    "Expression",
    "ExpressionError",
    "ExpressionFailed",
    "Script",
    "compile_expression",
    "compile_script",
]


class ExpressionFailed(StepFailed):
    """An expression of the diagram could not be computed with the data of this case."""

    code = "expression-failed"


class _NotConstant:
    def __repr__(self) -> str:
        return "NOT_CONSTANT"


NOT_CONSTANT: Final = _NotConstant()
"""Stands in `Call.args` for an argument that is only known when the expression runs."""


@dataclass(frozen=True)
class Call:
    """One call in an expression, for the checks at publication."""

    function: str
    args: tuple[Any, ...]
    """Constants as written (numbers exact); NOT_CONSTANT where the argument is computed."""


@dataclass(frozen=True)
class Expression:
    """A checked expression. Compare and hash by source; safe to share between threads."""

    source: str
    names: frozenset[str] = field(compare=False)
    """The facts and task data it reads."""
    calls: tuple[Call, ...] = field(compare=False)
    """The calls it makes, in order of appearance."""
    constant: Any = field(compare=False)
    """Its value where it is a single constant, else NOT_CONSTANT."""
    _run: Callable[[Mapping[str, Any], Mapping[str, Callable[..., Any]]], Any] = field(compare=False, repr=False)

    def evaluate(self, names: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]]) -> Any:
        """Return the value with these names and functions; pure as far as the functions are.

        `and`, `or` and `if` do not look at what they do not need. Raises ExpressionFailed, naming what is missing
        or does not fit together; what a function raises as a Refusal passes through.
        """
        try:
            return self._run(names, functions)
        except KeyError as missing:
            key = missing.args[0] if missing.args else None
            if key in self.names and key not in names:
                raise self._failed(f"the name {key} has no value in this case", name=key) from None
            raise self._failed(f"there is no entry {key!r}", name=None) from None
        except IndexError:
            raise self._failed("the list is shorter than the number in [ ]", name=None) from None
        except ZeroDivisionError:
            raise self._failed("a division by zero", name=None) from None
        except (TypeError, ValueError, ArithmeticError) as error:
            raise self._failed(str(error) or type(error).__name__, name=None) from None

    def _failed(self, reason: str, *, name: str | None) -> ExpressionFailed:
        return ExpressionFailed(
            f"{self.source.strip()}: {reason}.", expression=self.source.strip(), reason=reason, name=name
        )


@dataclass(frozen=True)
class Assignment:
    """One line of a script: `name = expression`."""

    name: str
    value: Expression
    line: int
    """1-based line in the script."""


@dataclass(frozen=True)
class Script:
    """A checked script: assignments, run in order, each seeing the earlier ones."""

    source: str
    assignments: tuple[Assignment, ...] = field(compare=False)
    names: frozenset[str] = field(compare=False)
    """What must have a value before the script runs."""

    def run(self, names: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]]) -> dict[str, Any]:
        """Return what the script assigns, by name; `names` stays as it is. Raises ExpressionFailed."""
        seen = dict(names)
        made: dict[str, Any] = {}
        for step in self.assignments:
            seen[step.name] = made[step.name] = step.value.evaluate(seen, functions)
        return made


def compile_expression(source: str, functions: Collection[str] = ()) -> Expression:
    """Return the checked expression; the same text and functions give the same object as long as it is remembered.

    `functions` may be called besides `VOCABULARY`; the callables come at evaluation. White space and line breaks
    around and inside the text are fine. Raises ExpressionError with line, column and advice.
    """
    return _compile(source, functions if isinstance(functions, frozenset) else frozenset(functions))


@lru_cache(maxsize=8192)
def _compile(source: str, functions: frozenset[str]) -> Expression:
    tree, _ = parse(source, functions)
    return _build(source, tree)


def _build(source: str, tree: ast.expr) -> Expression:
    calls = tuple(
        Call(node.func.id, tuple(_constant(argument) for argument in node.args))
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    )
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    names = frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in called)
    constant = _constant(tree)
    constants: dict[str, Any] = {}
    body = _Rewrite(constants).visit(tree)
    code = _code(body)
    run = eval(code, {"__builtins__": {}, **_GLOBALS, **constants})  # noqa: S307 - the tree holds only what we allow
    return Expression(source, names, calls, constant, run)


def _constant(node: ast.expr) -> Any:
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        value = node.operand.value
        return -value if isinstance(value, (int, Decimal)) and not isinstance(value, bool) else NOT_CONSTANT
    return NOT_CONSTANT


_GLOBALS: Final[dict[str, Any]] = {
    **{f"_call_{name}": function for name, function in VOCABULARY.items()},
    **{f"_do_{name}": function for name, function in OPERATORS.items()},
    "_chain": chain,
}


def _code(body: ast.expr) -> CodeType:
    parameters = [ast.arg("_names"), ast.arg("_functions")]
    arguments = ast.arguments(posonlyargs=parameters, args=[], kwonlyargs=[], kw_defaults=[], defaults=[])
    whole = ast.Expression(ast.Lambda(arguments, body))
    return compile(ast.fix_missing_locations(whole), "<expression>", "eval")


class _Rewrite(ast.NodeTransformer):
    """Turns the checked tree into one that reads names from a mapping and computes by our own operators."""

    def __init__(self, constants: dict[str, Any]) -> None:
        self._constants = constants

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return _entry("_names", node.id)

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        if type(node.value) in (int, str, bool, type(None)):
            return node
        name = f"_constant_{len(self._constants)}"  # compile() takes no Decimal, so it stands in the globals
        self._constants[name] = node.value
        return ast.Name(name, ast.Load())

    def visit_Tuple(self, node: ast.Tuple) -> ast.expr:
        """A list, as it would come back from the store: `(1, 2)` is the same before and after a case was saved."""
        return ast.List([self.visit(item) for item in node.elts], ast.Load())

    def visit_Call(self, node: ast.Call) -> ast.expr:
        assert isinstance(node.func, ast.Name)
        arguments = [self.visit(argument) for argument in node.args]
        function = node.func.id
        target = ast.Name(f"_call_{function}", ast.Load()) if function in VOCABULARY else _entry("_functions", function)
        return ast.Call(target, arguments, [])

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        return _do(node.op, self.visit(node.left), self.visit(node.right))

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        sides = [node.left, *node.comparators]
        visited = [self.visit(side) for side in sides]
        if len(node.ops) > 1:
            signs = ast.Tuple([ast.Constant(type(sign).__name__) for sign in node.ops], ast.Load())
            return ast.Call(ast.Name("_chain", ast.Load()), [signs, *visited], [])
        sign = node.ops[0]
        if isinstance(sign, (ast.Is, ast.IsNot)):
            # `is` is only allowed beside None, which nothing else is equal to; beside a literal Python warns of `is`.
            return ast.Compare(visited[0], [ast.Eq() if isinstance(sign, ast.Is) else ast.NotEq()], visited[1:])
        if any(_is_plain(side) for side in sides):
            return ast.Compare(visited[0], node.ops, visited[1:])
        return _do(sign, visited[0], visited[1])


def _is_plain(node: ast.expr) -> bool:
    """A whole number, text or truth value compares exactly with anything, so Python's own operator may do it."""
    if isinstance(node, (ast.List, ast.Tuple)):
        return all(_is_plain(item) for item in node.elts)
    return isinstance(node, ast.Constant) and type(node.value) in (int, str, bool, type(None))


def _entry(mapping: str, key: str) -> ast.expr:
    return ast.Subscript(ast.Name(mapping, ast.Load()), ast.Constant(key), ast.Load())


def _do(sign: ast.operator | ast.cmpop, left: ast.expr, right: ast.expr) -> ast.expr:
    return ast.Call(ast.Name(f"_do_{type(sign).__name__}", ast.Load()), [left, right], [])


def compile_script(source: str, functions: Collection[str] = ()) -> Script:
    """Return the checked script: one `name = expression` a line, blank lines and `#` remarks between them.

    Raises ExpressionError with the line and column in the script.
    """
    return _compile_script(source, functions if isinstance(functions, frozenset) else frozenset(functions))


@lru_cache(maxsize=1024)
def _compile_script(source: str, functions: frozenset[str]) -> Script:
    if len(source) > MAX_SOURCE:
        raise ExpressionError(
            f"the script has more than {MAX_SOURCE} characters", "Divide it over several script tasks."
        )
    assignments: list[Assignment] = []
    assigned: set[str] = set()
    needed: set[str] = set()
    for line, target, text, column in _lines(source):
        _check_target(target, line, functions)
        try:
            value = _compile(text, functions)
        except ExpressionError as error:
            shift = column if error.line == 1 else 0
            raise ExpressionError(
                error.message, error.advice, line=line + error.line - 1, column=error.column + shift
            ) from None
        needed |= value.names - assigned
        assigned.add(target)
        assignments.append(Assignment(target, value, line))
    if not assignments:
        raise ExpressionError("the script is empty", "Write a line name = expression, or remove the step.")
    return Script(source, tuple(assignments), frozenset(needed))


def _lines(source: str) -> list[tuple[int, str, str, int]]:
    """Return (line, target, expression, columns before it); a line that opens a bracket goes on until it is closed."""
    found: list[tuple[int, str, str, int]] = []
    rows = source.split("\n")
    at = 0
    while at < len(rows):
        row, line = rows[at], at + 1
        at += 1
        if not row.strip() or row.lstrip().startswith("#"):
            continue
        target, sign, text = row.partition("=")
        if not sign or text.startswith("=") or target[-1:] in "+-*/%<>!:|&^@" or not target.strip().isidentifier():
            raise ExpressionError(
                "a script may hold only lines name = expression",
                "Write one value a line, for instance attempts = attempts + 1; leave everything else to service tasks.",
                line=line,
                column=len(row) - len(row.lstrip()) + 1,
            )
        while at < len(rows) and _open(text):
            text += "\n" + rows[at]
            at += 1
        found.append((line, target.strip(), text, len(target) + 1))
    return found


def _open(text: str) -> bool:
    bare = outside_quotes(text)
    return sum(bare.count(sign) for sign in "([") > sum(bare.count(sign) for sign in ")]")


def _check_target(target: str, line: int, functions: frozenset[str]) -> None:
    try:
        parsed = ast.parse(target, mode="eval").body
    except SyntaxError:
        parsed = None
    if not isinstance(parsed, ast.Name) or target.startswith("_") or target in VOCABULARY or target in functions:
        raise ExpressionError(f"{target} cannot be given a value", "Use another name.", line=line, column=1)
