"""JSON that keeps amounts and instants what they are, for the stored state; and their plain form for everybody else.

Scripts and tables may put an exact number or an instant into the data of a task. Written as plain JSON they would come
back as texts, and the next condition would compare a text with a number. In the state they carry a mark that no form
field can be called.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import orjson

AMOUNT: Final = "\0amount"
INSTANT: Final = "\0instant"
_MARK: Final = rb"\u0000"
_PLAIN: Final = frozenset((str, int, bool, type(None)))


def dumps(value: Any) -> bytes:
    """Return JSON in which amounts and instants are marked. Raises TypeError for what JSON cannot hold."""
    return orjson.dumps(value, default=_marked, option=orjson.OPT_PASSTHROUGH_DATETIME)


def loads(data: bytes) -> Any:
    """Return what `dumps` was given. Raises ValueError for what is not JSON."""
    value = orjson.loads(data)
    return _unmarked(value) if _MARK in data else value


def plain(value: Any) -> Any:
    """Return a value as JSON for people and other systems: amounts as decimal texts, instants as ISO 8601."""
    kind = value.__class__
    if kind in _PLAIN:
        return value
    # Most of what is asked for holds nothing but texts and numbers: no call for each of them.
    if kind is dict:
        return {key: each if each.__class__ in _PLAIN else plain(each) for key, each in value.items()}
    if kind is list:
        return [each if each.__class__ in _PLAIN else plain(each) for each in value]
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value


def _marked(value: Any) -> Any:
    if isinstance(value, Decimal):
        return {AMOUNT: str(value)}
    if isinstance(value, datetime):
        return {INSTANT: value.isoformat()}
    raise TypeError(f"a value of type {type(value).__name__} cannot be kept")


def _unmarked(value: Any) -> Any:
    if isinstance(value, list):
        return [_unmarked(each) for each in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        # A message may hold anything: what only looks like a mark stays as it is.
        (key, inner), *_ = value.items()
        try:
            if key == AMOUNT and isinstance(inner, str):
                return Decimal(inner)
            if key == INSTANT and isinstance(inner, str):
                return datetime.fromisoformat(inner)
        except (InvalidOperation, ValueError):
            return value
    return {key: _unmarked(each) for key, each in value.items()}
