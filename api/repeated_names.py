"""A name that stands twice in a JSON object: which value counts is left open (RFC 8259, section 4); it is refused."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from engine.errors import Unfit
from forms.pointer import pointer

MOST_TOLD = 20
"""Repeated names that one refusal lists."""


class _Object(dict[str, Any]):
    """An object as it was read, the last value of each name, with the names that stand in it more than once."""

    repeated: tuple[str, ...] = ()


def require_names_once(content: bytes) -> None:
    """Return for JSON in which no object has a name twice, and for what is no JSON, which is told by others.

    Raises Unfit with `repeated` and the place of each such name.
    """
    try:
        said = json.loads(content, object_pairs_hook=_object)
        places = [place for _, place in zip(range(MOST_TOLD), _repeated(said, ()), strict=False)]
    except (ValueError, RecursionError):
        return
    if places:
        raise Unfit(fields=[{"field": pointer(map(_showable, place)), "code": "repeated"} for place in places])


def _showable(part: str | int) -> str:
    # Half a surrogate pair cannot be answered in UTF-8.
    return str(part).encode("utf-8", "replace").decode("utf-8")


def _object(pairs: list[tuple[str, Any]]) -> _Object:
    found = _Object(pairs)
    if len(found) < len(pairs):
        counted = Counter(name for name, _ in pairs)
        found.repeated = tuple(name for name, times in counted.items() if times > 1)
    return found


def _repeated(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    if isinstance(value, _Object):
        for name in value.repeated:
            yield (*path, name)
    for place, each in (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    ):
        yield from _repeated(each, (*path, place))
