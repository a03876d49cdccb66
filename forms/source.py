"""Reads a definition file strictly and remembers on which line everything stands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from forms.characters import UNUSABLE
from forms.pointer import token
from forms.problem import Report

MAX_BYTES = 256 * 1024
"""The largest definition file that is read."""
MAX_NESTING = 40
"""The deepest nesting of brackets that is read; a form within the subset needs about 20."""

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[\]{},:]|[^\s\[\]{},:"]+', re.DOTALL)
"""One token of JSON. An unterminated string runs to the end: broken text is read once, not again at each quote."""


def read_source(content: bytes, report: Report) -> dict[str, Any] | None:
    """Return the JSON object in `content`, or None after recording why it cannot be used.

    On success `report.lines` holds the line of each pointer. Refused: more than `MAX_BYTES`, encodings but UTF-8,
    deeper nesting than `MAX_NESTING`, the same name twice in one object, NaN and Infinity, anything but an object.
    """
    if len(content) > MAX_BYTES:
        report.add("file-too-large", "", f"The file has {len(content):,} bytes; {MAX_BYTES:,} are allowed.")
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        report.add("json-invalid", "", f"The file is not UTF-8 text (byte {error.start}).", line=line)
        return None
    if deep := _too_deep(text):
        report.add("json-too-deep", "", f"Brackets are nested deeper than {MAX_NESTING}.", line=deep)
        return None
    try:
        value = json.loads(text, parse_constant=_refuse_constant, parse_int=_integer)
    except json.JSONDecodeError as error:
        report.add("json-invalid", "", f"This is not JSON: {error.msg} (column {error.colno}).", line=error.lineno)
        return None
    except ValueError as error:
        report.add("json-invalid", "", f"This is not JSON: {error}.")
        return None
    report.lines, repeated = _lines(text)
    for place, line in repeated:
        report.add("json-duplicate-key", place, "The same name stands twice in one object.", line=line)
    if not isinstance(value, dict):
        report.add("json-not-an-object", "", "The file must hold one JSON object.")
        return None
    unusable = list(_unusable(value, ""))
    for place in unusable:
        report.add("json-invalid", place, "A text holds a control character, or one that stands for none.")
    return None if repeated or unusable else value


def _unusable(node: Any, place: str) -> Iterator[str]:
    """Yield the pointers of the names and texts that no page could show; the nesting is limited already."""
    if isinstance(node, str):
        if UNUSABLE.search(node):
            yield place
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from _unusable(item, f"{place}/{index}")
    elif isinstance(node, dict):
        for name, item in node.items():
            if UNUSABLE.search(name):
                yield place
            yield from _unusable(item, f"{place}/{token(name)}")


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")


def _integer(digits: str) -> int:
    if len(digits) > 30:
        raise ValueError("a number has more than 30 digits")
    return int(digits)


def _too_deep(text: str) -> int | None:
    """Return the line where the nesting passes the limit: asked before parsing, which would exhaust the stack."""
    depth = 0
    for found in _TOKEN.finditer(text):
        if found.group() in "[{":
            depth += 1
        elif found.group() in "]}":
            depth -= 1
        if depth > MAX_NESTING:
            return text.count("\n", 0, found.start()) + 1
    return None


def _lines(text: str) -> tuple[dict[str, int], list[tuple[str, int]]]:
    """Return the line of each pointer of valid JSON, and the names that are repeated in their object."""
    lines: dict[str, int] = {"": 1}
    repeated: list[tuple[str, int]] = []
    stack: list[tuple[str, int | None]] = []
    """The open brackets: the pointer of each and, in an array, the index of the item being read."""
    place, at, line, name = "", 0, 1, ""
    for found in _TOKEN.finditer(text):
        line += text.count("\n", at, found.start())
        at, piece = found.start(), found.group()
        if piece in "[{":
            stack.append((place, 0 if piece == "[" else None))
            if piece == "[":
                place = f"{place}/0"
                lines[place] = _line_of_next(text, at, line)
        elif piece in "]}":
            place = stack.pop()[0]
        elif piece == ",":
            parent, index = stack[-1]
            if index is not None:
                stack[-1] = (parent, index + 1)
                place = f"{parent}/{index + 1}"
                lines[place] = _line_of_next(text, at, line)
        elif piece == ":":
            parent = stack[-1][0]
            place = f"{parent}/{token(json.loads(name))}"
            if place in lines:
                repeated.append((place, line))
            lines[place] = line
        else:
            name = piece
    return lines, repeated


def _line_of_next(text: str, at: int, line: int) -> int:
    """Return the line of the next character that is not white space: the comma at `at` may end its line."""
    at += 1
    while at < len(text) and text[at] in " \t\r\n":
        line += text[at] == "\n"
        at += 1
    return line
