"""Reads the text of an expression: what is not allowed is told with its place, in words a process owner understands.

The language is a part of Python's expressions (docs/process-owner/diagram-checks.md): names, constants, comparison,
and/or/not, arithmetic, lists, `in`, `a if b else c`, `x["key"]` and calls of a documented vocabulary. Nothing else.
"""

from __future__ import annotations

import ast
import io
import re
import token
import tokenize
import unicodedata
from collections.abc import Collection
from decimal import Decimal
from typing import Any, Final

from engine.errors import Refusal
from engine.expressions.arithmetic import MAX_NUMBER, VOCABULARY

MAX_SOURCE: Final = 2_000
"""Longest expression, in characters."""
MAX_DEPTH: Final = 40
"""Deepest nesting of an expression."""


class ExpressionError(Refusal):
    """The expression cannot be understood."""

    code = "expression-invalid"

    def __init__(self, message: str, advice: str, *, line: int = 1, column: int = 1) -> None:
        super().__init__(message, advice=advice, line=line, column=column)
        self.advice = advice
        """What to do about it, one sentence."""
        self.line = line
        """1-based line inside the expression's own text."""
        self.column = column
        """1-based column in that line."""


_ADVICE = "Use names, numbers, quoted text, == != < <= > >=, and, or, not, in, + - * / and the documented functions."
_FORBIDDEN: Final[dict[type[ast.AST], tuple[str, str]]] = {
    ast.Attribute: (
        "a dot after a name is not allowed",
        'Use the name alone, or name["key"] for an entry of a structured value.',
    ),
    ast.Pow: ("** is not allowed", "Write the multiplication out."),
    ast.Lambda: ("lambda is not allowed", _ADVICE),
    ast.NamedExpr: (":= is not allowed", "Compare with ==; set values in a script task."),
    ast.ListComp: ("a loop inside an expression is not allowed", _ADVICE),
    ast.SetComp: ("a loop inside an expression is not allowed", _ADVICE),
    ast.DictComp: ("a loop inside an expression is not allowed", _ADVICE),
    ast.GeneratorExp: ("a loop inside an expression is not allowed", _ADVICE),
    ast.Dict: ("{...} is not allowed", "Use a list in [ ] brackets."),
    ast.Set: ("{...} is not allowed", "Use a list in [ ] brackets."),
    ast.JoinedStr: ("f-strings are not allowed", "Use plain quoted text."),
    ast.Starred: ("* before a list is not allowed", "Write the values out."),
    ast.Slice: ("a range in [ ] is not allowed", 'Take one entry: name[0] or name["key"].'),
    ast.MatMult: ("@ is not allowed", _ADVICE),
    ast.BitAnd: ("& is not allowed", "Write and."),
    ast.BitOr: ("| is not allowed", "Write or."),
    ast.BitXor: ("^ is not allowed", _ADVICE),
    ast.Invert: ("~ is not allowed", "Write not."),
    ast.LShift: ("<< is not allowed", _ADVICE),
    ast.RShift: (">> is not allowed", _ADVICE),
}
_ALLOWED: Final[tuple[type[ast.AST], ...]] = (
    *(ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.UAdd),
    *(ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod),
    *(ast.Compare, ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn, ast.Is, ast.IsNot),
    *(ast.IfExp, ast.Call, ast.Constant, ast.Name, ast.Load, ast.List, ast.Tuple, ast.Subscript),
)
_SPELLINGS: Final = {"true": "True", "false": "False", "null": "None", "nil": "None", "none": "None"}
_FOREIGN: Final = (
    (re.compile(r"[$#]\{"), "${...} belongs to another engine", "Write the expression alone, without ${ and }."),
    (re.compile(r"&&"), "&& is not known here", "Write and."),
    (re.compile(r"\|\|"), "|| is not known here", "Write or."),
    (re.compile(r"==="), "=== is not known here", "Write ==."),
    (re.compile(r"<>"), "<> is not known here", "Write !=."),
    (re.compile(r"!(?!=)"), "! is not known here", "Write not."),
    (re.compile(r"(?<![=!<>:])=(?![=])"), "a single = does not compare", "Write == to compare."),
)


def parse(source: str, functions: Collection[str]) -> tuple[ast.expr, str]:
    """Return the checked syntax tree of an expression and the text that its positions refer to.

    `functions` are the names that may be called besides `VOCABULARY`. Raises ExpressionError with line and column
    of `source`. Floats are already exact decimals in the tree's constants.
    """
    if len(source) > MAX_SOURCE:
        raise ExpressionError(
            f"the expression has {len(source)} characters, more than {MAX_SOURCE}",
            "Divide it: compute parts in a script task or in a decision table.",
        )
    text = source.strip()
    if not text:
        raise ExpressionError("the expression is empty", "Write a condition or value, or remove the element.")
    line_offset, column_offset = _start_of(source, text)
    try:
        _check_characters(text)
        _check_tokens(text)
        wrapped = f"({text}\n)"
        try:
            tree = ast.parse(wrapped, mode="eval").body
        except SyntaxError as problem:
            raise _syntax_error(text, problem) from None
        except (ValueError, MemoryError, RecursionError):
            raise ExpressionError("the expression cannot be read", _ADVICE) from None
        _Check(wrapped, functions).visit_expression(tree)
    except ExpressionError as error:
        column = error.column + (column_offset if error.line == 1 else 0)
        raise ExpressionError(error.message, error.advice, line=error.line + line_offset, column=column) from None
    return tree, wrapped


def _start_of(source: str, text: str) -> tuple[int, int]:
    before = source[: source.index(text)]
    return before.count("\n"), len(before) - (before.rfind("\n") + 1)


def _place(text: str, index: int) -> tuple[int, int]:
    return text.count("\n", 0, index) + 1, index - (text.rfind("\n", 0, index) + 1) + 1


def outside_quotes(text: str) -> str:
    """Return `text` with quoted parts blanked out, so that positions stay."""
    return re.sub(r"'[^'\n]*'|\"[^\"\n]*\"", lambda found: " " * len(found.group()), text)


def _check_characters(text: str) -> None:
    if "\\" in text or "\x00" in text:
        line, column = _place(text, min(i for i in (text.find("\\"), text.find("\x00")) if i >= 0))
        raise ExpressionError("a backslash is not allowed", "Write the text without \\.", line=line, column=column)
    bare = outside_quotes(text)
    for index, sign in enumerate(bare):
        plain = unicodedata.normalize("NFKC", sign)
        if (sign != plain and plain.isascii() and not plain.isalpha()) or sign in "“”‘’、。":
            line, column = _place(text, index)
            raise ExpressionError(
                f"the character {sign} is not the plain one",
                f"Type {plain if plain.isascii() else 'a plain quotation mark or comma'} with the Latin keyboard.",
                line=line,
                column=column,
            )
    for pattern, message, advice in _FOREIGN:
        if found := pattern.search(bare):
            line, column = _place(text, found.start())
            raise ExpressionError(message, advice, line=line, column=column)


def _check_tokens(text: str) -> None:
    """Refuse what Python would read differently from how it looks: bare commas, `1if`, prefixed or joined quotes."""
    depth, before = 0, None
    try:
        for found in tokenize.generate_tokens(io.StringIO(text).readline):
            line, column = found.start[0], found.start[1] + 1
            if found.string in ("(", "[", "{"):
                depth += 1
            elif found.string in (")", "]", "}"):
                depth -= 1
                if depth < 0:
                    raise ExpressionError(
                        "a bracket is closed that was not opened", "Balance the brackets.", line=line, column=column
                    )
            elif found.string == "," and depth == 0:
                raise ExpressionError("a comma outside brackets", "Put lists into [ ].", line=line, column=column)
            elif found.type == token.STRING and found.string[0] not in "'\"":
                raise ExpressionError(
                    "a letter before the quotation mark", "Use plain quoted text.", line=line, column=column
                )
            if (
                before is not None
                and before.end == found.start
                and before.type == token.NUMBER
                and found.type == token.NAME
            ):
                raise ExpressionError(
                    "a letter directly after a number", "Put a space between them.", line=line, column=column
                )
            before = found
    except (tokenize.TokenError, IndentationError, SyntaxError):
        return  # the parser proper says where and why


def _syntax_error(text: str, problem: SyntaxError) -> ExpressionError:
    line = max(1, problem.lineno or 1)
    column = max(1, (problem.offset or 1) - (1 if line == 1 else 0))
    lines = text.count("\n") + 1
    if line > lines:
        line, column = lines, len(text.rsplit("\n", 1)[-1]) or 1
    return ExpressionError("the expression is not complete or not well formed", _ADVICE, line=line, column=column)


class _Check:
    """Walks the tree once: refuses what is not in the language and makes numbers exact."""

    def __init__(self, wrapped: str, functions: Collection[str]) -> None:
        self._wrapped = wrapped
        self._lines = wrapped.splitlines()
        self._functions = functions

    def visit_expression(self, tree: ast.expr) -> None:
        self._visit(tree, 1)

    def _refuse(self, node: ast.AST, message: str, advice: str) -> ExpressionError:
        line = getattr(node, "lineno", 1)
        offset = getattr(node, "col_offset", 0)
        column = len(self._lines[line - 1].encode()[:offset].decode(errors="ignore")) + 1 - (1 if line == 1 else 0)
        return ExpressionError(message, advice, line=line, column=max(1, column))

    def _visit(self, node: ast.AST, depth: int, anchor: ast.AST | None = None) -> None:
        where = node if hasattr(node, "lineno") else (anchor or node)
        if depth > MAX_DEPTH:
            raise self._refuse(where, "the expression is nested too deeply", "Divide it into smaller parts.")
        if not isinstance(node, _ALLOWED):
            message, advice = _FORBIDDEN.get(type(node), ("this is not part of the expression language", _ADVICE))
            raise self._refuse(where, message, advice)
        match node:
            case ast.Name():
                self._check_name(node)
            case ast.Constant():
                self._check_constant(node)
            case ast.Call():
                self._check_call(node)
                for argument in node.args:
                    self._visit(argument, depth + 1, node)
                return
            case ast.Compare(ops=operators, comparators=sides):
                if len(operators) > 1 and any(isinstance(sign, _NOT_CHAINED) for sign in operators):
                    raise self._refuse(node, "in and is cannot stand in a chain", "Join the comparisons with and.")
                for sign, side in zip(operators, sides, strict=True):
                    if isinstance(sign, (ast.Is, ast.IsNot)) and not _is_none(side):
                        raise self._refuse(node, "is compares identity, not values", "Write == (or is None).")
            case ast.Subscript(slice=key) if not _is_key(key):
                raise self._refuse(node, "only a fixed key is allowed in [ ]", 'Write name["key"] or name[0].')
        for child in ast.iter_child_nodes(node):
            self._visit(child, depth + 1, where)

    def _check_name(self, node: ast.Name) -> None:
        if node.id in _SPELLINGS:
            raise self._refuse(node, f"{node.id} is not known here", f"Write {_SPELLINGS[node.id]}.")
        if node.id.startswith("_"):
            raise self._refuse(
                node, f"the name {node.id} begins with an underscore", "Use a name that begins with a letter."
            )
        if node.id in VOCABULARY or node.id in self._functions:
            raise self._refuse(node, f"{node.id} is a function", f"Call it: {node.id}(...).")

    def _check_call(self, node: ast.Call) -> None:
        known = ", ".join(sorted({*VOCABULARY, *self._functions}))
        if not isinstance(node.func, ast.Name):
            raise self._refuse(node, "only a documented function may be called", f"Use one of: {known}.")
        if node.func.id not in VOCABULARY and node.func.id not in self._functions:
            raise self._refuse(node, f"there is no function {node.func.id}", f"Use one of: {known}.")
        if node.keywords:
            raise self._refuse(node, "named arguments are not allowed", f"Write {node.func.id}(value).")

    def _check_constant(self, node: ast.Constant) -> None:
        value: Any = node.value
        if isinstance(value, float):
            value = Decimal(ast.get_source_segment(self._wrapped, node) or repr(value))
            node.value = value
        if isinstance(value, (bytes, complex)) or value is Ellipsis:
            raise self._refuse(node, "this kind of value is not allowed", "Use a number or quoted text.")
        if isinstance(value, (int, Decimal)) and not isinstance(value, bool) and not -MAX_NUMBER <= value <= MAX_NUMBER:
            raise self._refuse(node, "the number is too large", "Use a smaller number.")


_NOT_CHAINED = (ast.In, ast.NotIn, ast.Is, ast.IsNot)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_key(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        node = node.operand
        return isinstance(node, ast.Constant) and type(node.value) is int
    return isinstance(node, ast.Constant) and type(node.value) in (int, str)
