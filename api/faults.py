"""Faults of single fields as every refusal lists them: where, why by a stable code, and one sentence in words.

`field` is a JSON pointer (RFC 6901) into the part of the request that `in` names: the body, the query, the path or the
headers; the empty pointer means all of it. What a library says about a fault is never passed on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from api import field_codes
from api.field_messages import MOST_NAMED, field_message, naming
from api.sentences import Sentences
from forms.pointer import pointer

PLACES = ("body", "query", "path", "header")
SENTENCES: Mapping[str, tuple[str, str, str]] = {
    "greater_than_equal": ("least", "ge", "least"),
    "less_than_equal": ("most", "le", "most"),
    "string_too_long": ("most-characters", "max_length", "most"),
    "too_long": ("most-entries", "max_length", "most"),
    "too_short": ("least-entries", "min_length", "least"),
}
"""Faults whose sentence names a limit -> the sentence, the library's name for the limit, and ours."""
RENAMED: Mapping[str, str] = {"/why": "/reason"}
"""What commands call a field otherwise than requests do."""
OWN_SENTENCE = ("not-on-campus",)
"""Codes whose sentence says more than which values are allowed."""
TAG = re.compile(r"<[a-z]+>")
"""A part of a path that names a choice between shapes and stands in no request."""
_QUOTED = re.compile(r"'([^']*)'")


def of_library(faults: Iterable[Any], sentences: Sentences, language: str) -> list[dict[str, Any]]:
    """Return faults that the validation of a request has found (`errors()` of pydantic)."""
    return [_of_library(fault, sentences, language) for fault in faults]


def of_house(fields: Iterable[Any], sentences: Sentences, language: str) -> list[dict[str, Any]]:
    """Return faults that a command or a query has found, each a mapping with `field` and `code`."""
    return [_of_house(field, sentences, language) for field in fields if isinstance(field, Mapping)]


def below(root: str, fields: Iterable[Any]) -> list[Any]:
    """Return faults of a part of the body, found without knowing where that part stands, with their whole way."""
    return [{**field, "field": pointer([root]) + _as_pointer(str(field.get("field", "")))} for field in fields]


def _of_library(fault: Any, sentences: Sentences, language: str) -> dict[str, Any]:
    location: Sequence[Any] = fault["loc"]
    kind, context = str(fault["type"]), fault.get("ctx") or {}
    named = bool(location) and location[0] in PLACES
    place = str(location[0]) if named else "body"
    parts = [part for part in location[int(named) :] if not TAG.fullmatch(str(part))]
    if part := context.get("part"):
        parts.append(part)
    parts += context.get("path", ())
    found = {"field": pointer(parts), "in": place, "code": field_codes.of_library(kind)}
    if kind in SENTENCES:
        sentence, theirs, ours = SENTENCES[kind]
        limit = {ours: context.get(theirs)}
        return {**found, "message": naming(sentences, sentence, language, limit), "values": limit}
    allowed = _QUOTED.findall(str(context.get("expected", ""))) if kind in ("literal_error", "enum") else None
    more = {"allowed": allowed} if allowed else {"values": context["values"]} if "values" in context else {}
    return _told({**found, **more}, sentences, language)


def _of_house(field: Mapping[str, Any], sentences: Sentences, language: str) -> dict[str, Any]:
    place = _as_pointer(str(field.get("field", "")), whole=field.get("code") == "unknown-fact")
    rest = {name: value for name, value in field.items() if name not in ("field", "in", "code", "known")}
    found = {"field": RENAMED.get(place, place), "in": field.get("in", "body"), "code": field.get("code"), **rest}
    if "known" in field:
        found["allowed"] = field["known"]
    # The sentence is that of whoever found the fault, who may know more than the code says.
    return {**_told(found, sentences, language), "code": field_codes.of_house(str(field.get("code")))}


def _told(field: dict[str, Any], sentences: Sentences, language: str) -> dict[str, Any]:
    """Add the sentence to a fault that has none yet."""
    if field.get("message"):
        return field
    allowed, code, values = field.get("allowed"), str(field["code"]), field.get("values")
    if code == "out-of-range" and isinstance(values, Mapping) and {"least", "most"} <= values.keys():
        message = naming(sentences, "range", language, values)
    elif code not in OWN_SENTENCE and isinstance(allowed, list | tuple) and 0 < len(allowed) <= MOST_NAMED:
        kind = "parameters" if code == "unknown-parameter" else "allowed"
        message = naming(sentences, kind, language, {"allowed": ", ".join(map(str, allowed))})
    else:
        message = field_message(sentences, code, language, values)
    return {**field, "message": message}


def _as_pointer(name: str, *, whole: bool = False) -> str:
    if whole:
        return pointer([name])
    return name if not name or name.startswith("/") else f"/{name}"
