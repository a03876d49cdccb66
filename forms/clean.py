"""Brings an answer into the one form in which it is checked and stored."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Any

from forms.characters import as_line, as_stored
from forms.form import Field, Form
from forms.formats import canonical_instant, instant_of
from forms.money import cleaned_amount

_NARROWED = ("date", "date-time", "email")
"""Kinds that hold no Chinese or Korean writing: full-width figures and signs from an input method are narrowed."""


def clean(form: Form, data: Any) -> Any:
    """Return the answer in its canonical form; `data` is left alone. Never raises, safe to repeat.

    Texts are composed (NFC) and trimmed, line breaks are line feeds, and none in a field of one line, which loses its
    format characters too (`forms.characters.as_seen`). What is blank is no answer and goes: null, a text that shows
    nothing, an empty list, an empty row, an amount of money without a figure. Answers
    of a multiple choice stand in the order of the form, each once. Instants are in UTC with Z. Amounts lose their
    thousands separators. Unknown names and wrong types stay as they are, for validation to report.
    """
    return _fields(form.fields, data) if isinstance(data, dict) else data


def _fields(fields: Iterable[Field], data: dict[str, Any]) -> dict[str, Any]:
    known = {field.name: field for field in fields}
    result = {}
    for name, value in data.items():
        field = known.get(name)
        cleaned = value if field is None else _value(field, value)
        if field is None or not _blank(cleaned):
            result[name] = cleaned
    return result


def _blank(value: Any) -> bool:
    return value is None or (isinstance(value, str | list | dict) and not value)


def _value(field: Field, value: Any) -> Any:
    if isinstance(value, str):
        return _text(field, value)
    if isinstance(value, list):
        return _list(field, value)
    if isinstance(value, dict):
        if field.kind == "group":
            return _fields(field.children, value)
        return _money(value) if field.kind == "money" else value
    return value


def _text(field: Field, value: str) -> str:
    if field.kind in ("integer", "number", "boolean"):
        return value.strip() and value
    text = unicodedata.normalize("NFKC", value) if field.kind in _NARROWED else value
    text = as_stored(text) if field.multiline else as_line(text)
    if field.kind == "date-time":
        instant = instant_of(text)
        return canonical_instant(instant) if instant else text
    return text


def _money(value: dict[str, Any]) -> dict[str, Any]:
    parts = {name: part for name, part in value.items() if not _blank(part)}
    if isinstance(parts.get("amount"), str):
        parts["amount"] = cleaned_amount(parts["amount"])
    if isinstance(parts.get("currency"), str):
        parts["currency"] = unicodedata.normalize("NFKC", parts["currency"]).strip()
    parts = {name: part for name, part in parts.items() if not _blank(part)}
    # A currency is preselected on the page; alone it answers nothing.
    return {} if set(parts) <= {"currency"} and isinstance(parts.get("currency", ""), str) else parts


def _list(field: Field, values: list[Any]) -> list[Any]:
    if field.kind == "rows":
        rows = (_fields(field.children, row) if isinstance(row, dict) else row for row in values)
        return [row for row in rows if not _blank(row)]
    if field.kind not in ("choices", "references"):
        return values
    texts = [_text(field, value) if isinstance(value, str) else value for value in values]
    kept = [text for text in texts if not _blank(text)]
    if not all(isinstance(text, str) for text in kept):
        return kept
    unique = list(dict.fromkeys(kept))
    order = {option.value: index for index, option in enumerate(field.options)}
    return sorted(unique, key=lambda text: order.get(text, len(order))) if order else unique
