"""What no answer may be, whatever the form: too large, too deep, not JSON, or with characters no store keeps."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import orjson

from forms.characters import CONTROL, MAYBE_IN_JSON, SURROGATE
from forms.field_problem import FieldProblem
from forms.pointer import pointer

MAX_BYTES = 256 * 1024
"""The largest answer to one form, in bytes of compact JSON."""
MAX_DEPTH = 8
"""The deepest nesting of lists and objects in an answer."""
MAX_REPORTED = 100
"""How many problems are reported at most; more help nobody."""


def limit_problems(data: dict[str, Any]) -> list[FieldProblem]:
    """Return what makes the answer as a whole unacceptable; nothing for an ordinary answer, in some microseconds."""
    try:
        encoded = orjson.dumps(data)
    except TypeError:
        return list(_faults(data)) or [FieldProblem("", "not_json", {})]
    if len(encoded) > MAX_BYTES:
        return [FieldProblem("", "too_large", {"kilobytes": MAX_BYTES // 1024})]
    # The JSON text holds these bytes where the answer holds control characters, or speaks of them: then look closely.
    return list(_faults(data)) if MAYBE_IN_JSON.search(encoded) else []


def _faults(data: dict[str, Any]) -> Iterator[FieldProblem]:
    """Walk through the answer and name the places; a loop, since the answer may be nested to any depth."""
    found = 0
    waiting: list[tuple[tuple[str | int, ...], Any]] = [((), data)]
    while waiting and found < MAX_REPORTED:
        path, value = waiting.pop()
        code = _code_of(value)
        if code is None and len(path) > MAX_DEPTH:
            code = "too_deep"
        if code is not None:
            found += 1
            yield FieldProblem(_printable(path), code, {})
        elif isinstance(value, dict):
            bad = [name for name in value if not isinstance(name, str) or _code_of(name)]
            if bad:
                found += 1
                yield FieldProblem(_printable(path), "not_json", {})
            waiting.extend(((*path, name), inner) for name, inner in value.items() if name not in bad)
        elif isinstance(value, list):
            waiting.extend(((*path, index), inner) for index, inner in enumerate(value))


def _code_of(value: Any) -> str | None:
    if isinstance(value, str):
        if SURROGATE.search(value):
            return "surrogate"
        return "control_character" if CONTROL.search(value) else None
    if isinstance(value, float):
        return None if math.isfinite(value) else "number_size"
    if isinstance(value, int):
        return None if abs(value) < 2**63 else "number_size"
    return None if value is None or isinstance(value, dict | list) else "not_json"


def _printable(path: tuple[str | int, ...]) -> str:
    return pointer(path[: MAX_DEPTH + 1])
