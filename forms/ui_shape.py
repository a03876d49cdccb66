"""The shape of a UI schema, as JSON Schema 2020-12: which entries there are and what each holds."""

from __future__ import annotations

from typing import Any

AUTOCOMPLETE = (
    "off", "name", "given-name", "family-name", "nickname", "organization", "organization-title", "street-address",
    "address-line1", "address-line2", "address-level1", "address-level2", "postal-code", "country-name", "bday",
    "email", "tel", "url", "language",
)  # fmt: skip
"""The tokens of HTML's autocomplete attribute that make sense on a complaint (WCAG 2.2, 1.3.5)."""

SCRIPT_PARTS = ("empathy", "fact", "next_step", "time")
"""The parts of a text to be read out: the feeling, the fact, what happens next, by when (R-004-13, R-004-23)."""

_NAME = {"type": "string", "pattern": "^[a-z][a-z0-9_.]{0,127}$"}
_LABELS: dict[str, Any] = {
    "type": "object",
    "properties": {tag: {"type": "string", "maxLength": 4000} for tag in ("zh-CN", "ko", "en")},
    "additionalProperties": False,
}
_OPTIONS = {"type": "object", "additionalProperties": _LABELS}
_SCRIPT = {
    "type": "object",
    "properties": dict.fromkeys(SCRIPT_PARTS, _LABELS),
    "required": list(SCRIPT_PARTS),
    "additionalProperties": False,
}
_ORDER = {"type": "array", "items": {"type": "string"}, "uniqueItems": True}

FIELD: dict[str, Any] = {
    "type": "object",
    "properties": {
        "label": _LABELS,
        "help": _LABELS,
        "widget": {
            "enum": [
                "text", "textarea", "select", "radio", "checkboxes", "date", "datetime", "money", "people", "repeat",
                "file-ref", "readonly", "script", "group",
            ]
        },
        "options": _OPTIONS,
        "audience": {"enum": ["public", "internal"]},
        "autocomplete": {"enum": list(AUTOCOMPLETE)},
        "show_if": {
            "type": "object",
            "properties": {
                "field": {"type": "string"},
                "in": {"type": "array", "items": {"type": ["string", "boolean"]}, "minItems": 1, "uniqueItems": True},
            },
            "required": ["field", "in"],
            "additionalProperties": False,
        },
        "script": _SCRIPT,
        "row_label": _LABELS,
        "fields": {"type": "object", "additionalProperties": {"$ref": "#/$defs/field"}},
        "order": _ORDER,
    },
    "required": ["label"],
    "additionalProperties": False,
}  # fmt: skip

UI_SHAPE: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$defs": {"field": FIELD},
    "type": "object",
    "properties": {
        "title": _LABELS,
        "description": _LABELS,
        "order": _ORDER,
        "groups": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "id": {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,63}$"},
                    "title": _LABELS,
                    "help": _LABELS,
                    "fields": {"type": "array", "items": {"type": "string"}, "minItems": 1},
                },
                "required": ["id", "title", "fields"],
                "additionalProperties": False,
            },
        },
        "shows": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"fact": _NAME, "label": _LABELS, "options": _OPTIONS},
                "required": ["fact", "label"],
                "additionalProperties": False,
            },
        },
        "script": _SCRIPT,
        "fields": {"type": "object", "additionalProperties": {"$ref": "#/$defs/field"}},
    },
    "required": ["title", "fields"],
    "additionalProperties": False,
}
