"""What kind of question a field is: derived from its schema, and which widgets can ask it."""

from __future__ import annotations

from typing import Any, Literal

Kind = Literal[
    "string", "date", "date-time", "email", "uri", "choice", "integer", "number", "boolean", "money", "choices",
    "references", "group", "rows",
]  # fmt: skip

_FORMATS: dict[str, Kind] = {"date": "date", "date-time": "date-time", "email": "email", "uri": "uri"}

WIDGETS: dict[Kind, tuple[str, ...]] = {
    "string": ("text", "textarea", "people", "file-ref", "script", "readonly"),
    "date": ("date", "readonly"),
    "date-time": ("datetime", "readonly"),
    "email": ("text", "readonly"),
    "uri": ("text", "readonly"),
    "choice": ("radio", "select", "readonly"),
    "integer": ("text", "readonly"),
    "number": ("text", "readonly"),
    "boolean": ("radio", "select", "checkboxes", "readonly"),
    "money": ("money", "readonly"),
    "choices": ("checkboxes", "readonly"),
    "references": ("people", "file-ref", "readonly"),
    "group": ("group",),
    "rows": ("repeat",),
}
"""The widgets that can ask each kind; the first is the default."""

KEYWORDS: dict[Kind, frozenset[str]] = {
    "string": frozenset({"type", "minLength", "maxLength", "pattern", "const"}),
    "date": frozenset({"type", "format"}),
    "date-time": frozenset({"type", "format"}),
    "email": frozenset({"type", "format", "maxLength"}),
    "uri": frozenset({"type", "format", "maxLength"}),
    "choice": frozenset({"type", "enum"}),
    "integer": frozenset({"type", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}),
    "number": frozenset({"type", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}),
    "boolean": frozenset({"type", "const"}),
    "money": frozenset({"type", "format", "properties", "required", "additionalProperties"}),
    "choices": frozenset({"type", "items", "minItems", "maxItems", "uniqueItems"}),
    "references": frozenset({"type", "items", "minItems", "maxItems", "uniqueItems"}),
    "group": frozenset(
        {"type", "properties", "required", "additionalProperties", "dependentRequired", "allOf", "if", "then", "else"}
    ),
    "rows": frozenset({"type", "items", "minItems", "maxItems"}),
}
"""The keywords of JSON Schema 2020-12 that a field of each kind may have."""

SHORT_LISTS = 6
"""A choice of more answers than this is asked by a drop-down list unless the UI schema says otherwise."""


def kind_of(schema: Any) -> Kind | None:
    """Return the kind of a field's schema (references written out), or None where it is outside the subset."""
    if not isinstance(schema, dict):
        return None
    kind = schema.get("type")
    if kind == "string":
        if "enum" in schema:
            return "choice"
        return _FORMATS.get(str(schema["format"])) if "format" in schema else "string"
    if kind in ("integer", "number", "boolean"):
        return kind  # type: ignore[no-any-return]
    if kind == "object":
        return "money" if schema.get("format") == "money" else "group" if "format" not in schema else None
    if kind == "array":
        items = schema.get("items")
        inner = kind_of(items)
        return {"choice": "choices", "string": "references", "group": "rows"}.get(str(inner))  # type: ignore[return-value]
    return None


def widgets_of(schema: dict[str, Any], kind: Kind) -> tuple[str, ...]:
    """Return the widgets that fit this field, the default first.

    A single box fits a yes/no question only where yes is the one permitted answer (a consent): an unticked box is
    indistinguishable from an unanswered question.
    """
    widgets = WIDGETS[kind]
    if kind == "boolean":
        if schema.get("const") is True:
            return ("checkboxes", "readonly")
        return tuple(widget for widget in widgets if widget != "checkboxes")
    if kind == "choice" and len(schema["enum"]) > SHORT_LISTS:
        return ("select", "radio", "readonly")
    if kind == "string" and schema.get("maxLength", 20_000) > 200:
        return ("textarea", "text", "people", "file-ref", "script", "readonly")
    return widgets
