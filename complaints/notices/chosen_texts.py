"""The texts between which an expression of a diagram chooses: whom a service task tells, and in which words."""

from __future__ import annotations

import ast


def chosen_texts(source: str) -> frozenset[str]:
    """Return the texts that an expression may come to, alone or in a list; what it only compares with is none of them.

    A text that it puts together from parts is none either: what that comes to is known when it runs.
    """
    try:
        return _texts(ast.parse(source.strip(), mode="eval").body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()  # What is no expression is another check's business.


def _texts(node: ast.expr) -> frozenset[str]:
    match node:
        case ast.Constant(value=str(text)):
            return frozenset({text})
        case ast.IfExp(body=one, orelse=other):
            return _texts(one) | _texts(other)
        case ast.BinOp(left=one, op=ast.Add(), right=other) if _lists(one) or _lists(other):
            return _texts(one) | _texts(other)
        case ast.BoolOp(values=several) | ast.List(elts=several) | ast.Tuple(elts=several):
            return frozenset().union(*map(_texts, several))
        case ast.Subscript(value=several):
            return _texts(several)
    return frozenset()


def _lists(node: ast.expr) -> bool:
    match node:
        case ast.IfExp(body=one, orelse=other) | ast.BinOp(left=one, op=ast.Add(), right=other):
            return _lists(one) or _lists(other)
    return isinstance(node, ast.List | ast.Tuple)
