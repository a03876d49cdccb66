"""Builds the Form from two definition files that have passed the checks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

from forms.compiled import compiled, items_of, limit_of
from forms.form import Field, Form, Group, Option, ShowIf, Shown
from forms.inline import inline
from forms.kinds import kind_of, widgets_of
from forms.texts import TEXTS
from forms.ui_check import answers_of


def build_form(
    process: str, name: str, *, schema: dict[str, Any], ui: dict[str, Any], content: Iterable[bytes]
) -> Form:
    """Return the form of two definitions without errors; `content` are the files as bytes, for the digest."""
    plain = inline(schema)
    digest = sha256(b"\0".join(sha256(part).digest() for part in content)).hexdigest()
    return Form(
        process=process,
        name=name,
        title=ui["title"],
        description=ui.get("description", {}),
        layout=_layout(_fields(plain, ui), ui),
        shows=tuple(_shown(entry) for entry in ui.get("shows", [])),
        script=ui.get("script", {}),
        schema=schema,
        ui=ui,
        digest=digest,
        validator=compiled(plain),
    )


def _layout(fields: tuple[Field, ...], ui: Mapping[str, Any]) -> tuple[Field | Group, ...]:
    """Put each group where the first of its fields stands."""
    by_name = {field.name: field for field in fields}
    groups = {
        name: Group(
            id=entry["id"],
            title=entry["title"],
            help=entry.get("help", {}),
            fields=tuple(by_name[member] for member in entry["fields"]),
        )
        for entry in ui.get("groups", [])
        for name in entry["fields"]
    }
    layout: dict[str, Field | Group] = {}
    for field in fields:
        group = groups.get(field.name)
        layout.setdefault(f"group {group.id}" if group else field.name, group or field)
    return tuple(layout.values())


def _fields(schema: dict[str, Any], ui: Mapping[str, Any]) -> tuple[Field, ...]:
    properties = schema.get("properties", {})
    first = [name for name in ui.get("order", []) if name in properties]
    names = [*first, *(name for name in properties if name not in first)]
    required = schema.get("required", [])
    return tuple(_field(name, properties[name], ui["fields"][name], required=name in required) for name in names)


def _field(name: str, schema: dict[str, Any], entry: dict[str, Any], *, required: bool) -> Field:
    kind = kind_of(schema)
    if kind is None:
        raise ValueError(f"the field {name} is outside the subset; check the form before it is built")
    inner = {"group": schema, "rows": schema.get("items")}.get(kind)
    show_if = entry.get("show_if")
    return Field(
        name=name,
        kind=kind,
        widget=entry.get("widget", widgets_of(schema, kind)[0]),
        label=entry["label"],
        help=entry.get("help", {}),
        required=required,
        options=tuple(
            Option(value, entry.get("options", {}).get(value) or TEXTS["yes" if value == "true" else "no"])
            for value in answers_of(schema, kind)
        ),
        children=_fields(inner, entry) if inner is not None else (),
        show_if=ShowIf(show_if["field"], tuple(show_if["in"])) if show_if else None,
        audience=entry.get("audience", "internal"),
        autocomplete=entry.get("autocomplete"),
        row_label=entry.get("row_label", {}),
        script=entry.get("script", {}),
        currencies=tuple(schema["properties"]["currency"]["enum"]) if kind == "money" else (),
        max_length=limit_of(schema),
        max_items=items_of(schema),
    )


def _shown(entry: dict[str, Any]) -> Shown:
    options = tuple(Option(value, labels) for value, labels in entry.get("options", {}).items())
    return Shown(fact=entry["fact"], label=entry["label"], options=options)
