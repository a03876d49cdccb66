"""Reads a posted HTML form, as a browser without scripts sends it, into the answer that the schema describes."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import UTC, tzinfo
from typing import Any

from forms.form import Field, Form
from forms.local_time import from_local, to_local

ADD_ROW = "_add"
"""Name of the submit button that asks for another row; its value is the pointer of the rows."""
ROWS_SHOWN = "_rows"
"""First part of the hidden control `_rows.actions` that says how many rows the page showed."""

_INTEGER = re.compile(r"[+-]?(?:[0-9]{1,18}|[0-9]{1,3}(?:,[0-9]{3}){1,5})")
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,18}|[0-9]{1,3}(?:,[0-9]{3}){1,5})(?:\.[0-9]{1,20})?(?:[eE][+-]?[0-9]{1,3})?")
_INDEX = re.compile(r"0|[1-9][0-9]{0,2}")

Pairs = Iterable[tuple[str, str]]


def decode(form: Form, pairs: Pairs, *, zone: tzinfo = UTC, kept: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the answer in a posted form; `forms.render.render_form` is the reverse.

    Blank controls are absent. What does not read as its type stays a text, so that validation reports it beside the
    field. Names that the form does not have are kept under their name for the same reason, except those that begin
    with `_` (buttons, tokens of the page). Local times are read in `zone`. Read-only fields are never read from the
    post: their values come from `kept`, the answer as it was before. Never raises; safe to repeat.
    """
    posted: dict[str, list[str]] = {}
    for name, value in pairs:
        if not name.startswith("_"):
            posted.setdefault(name, []).append(value)
    reader = _Reader(posted, zone)
    data = reader.fields(form.fields, "")
    for name, values in posted.items():
        if name not in reader.read:
            data.setdefault(name, values[-1])
    return with_readonly(form, data, kept or {})


def with_readonly(form: Form, data: Mapping[str, Any], kept: Mapping[str, Any]) -> dict[str, Any]:
    """Return `data` with the read-only fields as they are in `kept`, whatever was sent for them."""
    return _restored(form.fields, data, kept)


def _restored(fields: Iterable[Field], data: Mapping[str, Any], kept: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(data)
    for field in fields:
        if field.widget == "readonly":
            result.pop(field.name, None)
            if field.name in kept:
                result[field.name] = kept[field.name]
        elif field.kind == "group":
            inner, before = result.get(field.name, {}), kept.get(field.name, {})
            if isinstance(inner, Mapping) and isinstance(before, Mapping):
                restored = _restored(field.children, inner, before)
                if restored or field.name in result:
                    result[field.name] = restored
    return result


def rows_wanted(pairs: Pairs) -> dict[str, int]:
    """Return how many rows each repeating group is to show next: as many as before, one more where that was asked for.

    Keys are pointers such as `/actions`. For `render_form(rows=...)` when the page is shown again.
    """
    wanted: dict[str, int] = {}
    added: list[str] = []
    for name, value in pairs:
        if name.startswith(f"{ROWS_SHOWN}.") and _INDEX.fullmatch(value):
            wanted["/" + name.removeprefix(f"{ROWS_SHOWN}.").replace(".", "/")] = int(value)
        elif name == ADD_ROW:
            added.append(value)
    return {place: count + (place in added) for place, count in wanted.items()}


class _Reader:
    def __init__(self, posted: Mapping[str, list[str]], zone: tzinfo) -> None:
        self.posted = posted
        self.zone = zone
        self.read: set[str] = set()
        """The names that some field of the form has read."""

    def fields(self, fields: Iterable[Field], prefix: str) -> dict[str, Any]:
        result = {}
        for field in fields:
            value = self._field(field, f"{prefix}{field.name}")
            if value is not None:
                result[field.name] = value
        return result

    def _field(self, field: Field, name: str) -> Any:
        if field.widget == "readonly":
            return None
        if field.kind == "group":
            return self.fields(field.children, f"{name}.") or None
        if field.kind == "rows":
            return self._rows(field, name)
        if field.kind == "money":
            return self._money(name)
        values = self._values(name)
        if field.kind in ("choices", "references"):
            return values or None
        if field.kind == "date-time":
            return self._instant(name, values)
        return _scalar(field, values[-1]) if values else None

    def _values(self, name: str) -> list[str]:
        """Return what was posted under a name, blank values left out."""
        self.read.add(name)
        return [value for value in self.posted.get(name, ()) if value.strip()]

    def _money(self, name: str) -> dict[str, str] | None:
        amounts, currencies = self._values(f"{name}.amount"), self._values(f"{name}.currency")
        if not amounts:
            return None
        return {"amount": amounts[-1]} | ({"currency": currencies[-1]} if currencies else {})

    def _instant(self, name: str, values: list[str]) -> str | None:
        before = self._values(f"{name}.was")
        if not values:
            return None
        typed = values[-1]
        # The control cannot show fractions of a second nor which of two repeated hours: left alone, the instant stays.
        if before and to_local(before[-1], self.zone) == typed:
            return before[-1]
        return from_local(typed, self.zone) or typed

    def _rows(self, field: Field, name: str) -> list[dict[str, Any]] | None:
        indices = set()
        for posted in self.posted:
            if posted.startswith(f"{name}."):
                index = posted[len(name) + 1 :].partition(".")[0]
                if _INDEX.fullmatch(index):
                    indices.add(int(index))
        rows = [self.fields(field.children, f"{name}.{index}.") for index in sorted(indices)]
        return [row for row in rows if row] or None


def _scalar(field: Field, value: str) -> Any:
    if field.kind == "boolean":
        return {"true": True, "false": False}.get(value, value)
    if field.kind in ("integer", "number"):
        typed = unicodedata.normalize("NFKC", value).strip().replace("−", "-")
        if _INTEGER.fullmatch(typed):
            return int(typed.replace(",", ""))
        if field.kind == "number" and _NUMBER.fullmatch(typed):
            number = float(typed.replace(",", ""))
            return number if math.isfinite(number) else value
    return value
