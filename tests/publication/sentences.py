"""Reads out of the code every sentence that a check can say, so that none is forgotten in the catalogues."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from api.finding_words import FINDINGS
from api.texts import read_catalogue

ROOT = Path(__file__).resolve().parents[2]
_MESSAGES = {
    "Finding": slice(1, 3),
    "wrong": slice(1, 3),
    "Problem": slice(-2, None),
    "_problem": slice(-2, None),
    "problem": slice(2, 4),
    "error": slice(2, 4),
    "warning": slice(2, 4),
    "NotFeel": slice(0, 1),
    "add": slice(2, 3),
}
"""What tells a finding -> which of its arguments are sentences."""
_PLACE = re.compile(r"%\(\w+\)s")
SOMETHING = "%s"


def said_in(file: Path) -> Iterator[tuple[int, str]]:
    """Yield the sentences that a module says, with their lines and `%s` where a value stands."""
    for function in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not isinstance(function, ast.FunctionDef):
            continue
        given: dict[str, list[ast.expr]] = {}
        for each in ast.walk(function):
            if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Name):
                given.setdefault(each.targets[0].id, []).append(each.value)
        for call in ast.walk(function):
            if isinstance(call, ast.Call) and _name(call) in _MESSAGES:
                spoken = [*call.args[_MESSAGES[_name(call)]]]
                if _name(call) == "Finding" and len(call.args) == 2:
                    spoken += [by.args[-1] for by in function.decorator_list if isinstance(by, ast.Call)]
                spoken += [each.value for each in call.keywords if each.arg in ("message", "advice")]
                for text in {text for each in spoken for text in _texts(each, given)}:
                    if _PLACE.sub("", text.replace(SOMETHING, "")).strip(" ."):
                        predicate = _name(call) == "wrong" and text[:1].islower()
                        yield call.lineno, f"{SOMETHING} {text.rstrip('.')}." if predicate else text


def _name(call: ast.Call) -> str:
    return getattr(call.func, "id", "") or getattr(call.func, "attr", "")


def _texts(node: ast.expr, given: dict[str, list[ast.expr]]) -> list[str]:
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.JoinedStr(values=parts):
            return ["".join(str(p.value) if isinstance(p, ast.Constant) else SOMETHING for p in parts)]
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            return [first + second for first in _texts(left, given) for second in _texts(right, given)]
        case ast.IfExp(body=body, orelse=other):
            return _texts(body, given) + _texts(other, given)
        case ast.Call(keywords=[ast.keyword(arg="otherwise", value=value)]):
            return _texts(value, given)
        case ast.Name(id=name) if name in given:
            return [text for each in given[name] for text in _texts(each, {})]
        case _:
            return [SOMETHING]


def known(language: str) -> dict[str, str]:
    """Return the sentences of a catalogue with `%s` where values stand -> what is said for them."""
    catalogue = read_catalogue(ROOT / "locale", language, FINDINGS)
    return {_PLACE.sub(SOMETHING, str(each.id)): str(each.string) for each in catalogue if each.id and not each.context}
