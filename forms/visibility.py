"""Which answers may be shown to whom: the audience of each field is data in the UI schema, internal by default."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from forms.form import Audience, Field, Form


def visible_fields(form: Form, audience: Audience) -> tuple[Field, ...]:
    """Return the fields at the top of the form that `audience` may see: all of them for `internal`."""
    return tuple(field for field in form.fields if _seen(field, audience))


def visible_data(form: Form, data: Mapping[str, Any], audience: Audience) -> dict[str, Any]:
    """Return the part of an answer that `audience` may see; `data` is left alone.

    For `public` a field inside a group or a row is shown only where both it and what holds it are public; a group or a
    row of which nothing is left is left out, and so is every name that the form does not have.
    """
    return _visible(form.fields, data, audience)


def _seen(field: Field, audience: Audience) -> bool:
    return audience == "internal" or field.audience == "public"


def _visible(fields: Iterable[Field], data: Mapping[str, Any], audience: Audience) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for field in fields:
        if field.name not in data or not _seen(field, audience):
            continue
        value = data[field.name]
        if field.kind == "group":
            value = _visible(field.children, value, audience) if isinstance(value, Mapping) else None
        elif field.kind == "rows":
            rows = value if isinstance(value, list) else []
            value = [_visible(field.children, row, audience) for row in rows if isinstance(row, Mapping)]
            value = [row for row in value if row]
        if value is not None and value not in ({}, []):
            result[field.name] = value
    return result
