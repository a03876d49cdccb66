"""Turns a checked schema into the validator that runs: limits where the schema has none, shortcuts for speed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jsonschema.protocols import Validator

from forms.formats import FORMATS, MAX_EMAIL
from forms.keywords import MAX_INTEGER, MAX_NUMBER, MONEY, Part, validator_class
from forms.kinds import kind_of
from forms.money import money_faults
from forms.pattern import MAX_TEXT, LimitedPattern, compile_pattern

MAX_STRING = 20_000
"""The longest text where the schema names no maxLength, in characters; a larger maxLength is cut to it."""
MAX_ROWS = 100
"""The most rows or references where the schema names no maxItems; a larger maxItems is cut to it."""
MAX_URI = 2_000

Holds = Callable[[Any], bool]


def compiled(schema: dict[str, Any]) -> Validator:
    """Return the validator of a form's schema (references written out, free of errors)."""
    return validator_class()(_object(schema))


def limit_of(schema: dict[str, Any]) -> int | None:
    """Return the largest number of characters of a typed field, or None where the kind has none."""
    kind = kind_of(schema)
    if kind == "string":
        return min(int(schema.get("maxLength", MAX_STRING)), MAX_STRING)
    if kind in ("email", "uri"):
        most = MAX_EMAIL if kind == "email" else MAX_URI
        return min(int(schema.get("maxLength", most)), most)
    return None


def items_of(schema: dict[str, Any]) -> int | None:
    """Return the largest number of rows or answers, or None where the kind has only one."""
    kind = kind_of(schema)
    if kind == "choices":
        return min(int(schema.get("maxItems", MAX_ROWS)), len(schema["items"]["enum"]))
    if kind in ("rows", "references"):
        return min(int(schema.get("maxItems", MAX_ROWS)), MAX_ROWS)
    return None


def _object(schema: dict[str, Any]) -> Part:
    properties = schema.get("properties", {})
    fields = {name: _field(field) for name, field in properties.items()}
    part = Part(_condition({key: value for key, value in schema.items() if key != "properties"}, properties))
    part["properties"] = fields
    if not {"allOf", "if", "dependentRequired"} & set(schema):
        part.holds = _object_holds(fields, frozenset(schema.get("required", [])))
    return part


def _object_holds(fields: dict[str, Part], required: frozenset[str]) -> Holds | None:
    tests = {name: part.holds for name, part in fields.items()}

    def holds(value: Any) -> bool:
        if type(value) is not dict or not required <= value.keys():
            return False
        for name, answer in value.items():
            test = tests.get(name)
            if test is None or not test(answer):
                return False
        return True

    return holds


def _field(schema: dict[str, Any]) -> Part:
    kind = kind_of(schema)
    if kind == "group":
        return _object(schema)
    if kind == "money":
        currencies = tuple(schema["properties"]["currency"]["enum"])
        part = Part({MONEY: currencies})
        part.holds = lambda value: not money_faults(value, currencies)
        return part
    part = Part(schema)
    if (length := limit_of(schema)) is not None:
        part["maxLength"] = length
    if (items := items_of(schema)) is not None:
        part["maxItems"] = items
        part["items"] = _field(schema["items"])
    if kind == "choices":
        part["uniqueItems"] = True
    if "pattern" in schema:
        part["pattern"] = _limited(schema["pattern"], schema)
    part.holds = _holds(part, str(kind))
    return part


def _holds(part: Part, kind: str) -> Holds | None:
    """Return the shortcut of a field that is no group, or None where it has a keyword that no shortcut knows."""
    if "const" in part:
        return None
    if kind in ("string", "date", "date-time", "email", "uri"):
        return _text_holds(part)
    if kind == "choice":
        answers = frozenset(part["enum"])
        return lambda value: type(value) is str and value in answers
    if kind == "boolean":
        return lambda value: value is True or value is False
    if kind in ("integer", "number"):
        return _number_holds(part, kind)
    return _list_holds(part)


def _text_holds(part: Part) -> Holds:
    least, most = part.get("minLength", 0), part.get("maxLength", MAX_STRING)
    pattern, test = part.get("pattern"), FORMATS.get(part.get("format", ""))

    def holds(value: Any) -> bool:
        return (
            type(value) is str
            and least <= len(value) <= most
            and (test is None or test(value))
            and (pattern is None or pattern.fits(value))
        )

    return holds


def _number_holds(part: Part, kind: str) -> Holds | None:
    if {"exclusiveMinimum", "exclusiveMaximum", "multipleOf"} & set(part):
        return None
    bound = MAX_INTEGER if kind == "integer" else MAX_NUMBER
    low, high = max(part.get("minimum", -bound), -bound), min(part.get("maximum", bound), bound)
    types = (int,) if kind == "integer" else (int, float)
    return lambda value: type(value) in types and low <= value <= high


def _list_holds(part: Part) -> Holds | None:
    item = part["items"].holds
    least, most, unique = part.get("minItems", 0), part["maxItems"], part.get("uniqueItems", False)
    if item is None:
        return None

    def holds(value: Any) -> bool:
        if type(value) is not list or not least <= len(value) <= most or not all(map(item, value)):
            return False
        return not unique or len(set(value)) == len(value)

    return holds


def _limited(pattern: str, field: dict[str, Any]) -> LimitedPattern:
    """Return a pattern with the limit of the field it speaks of, for which the check has counted its ways."""
    limit = min(int(field.get("maxLength", MAX_TEXT)), MAX_TEXT)
    return LimitedPattern(compile_pattern(pattern, limit), limit)


def _condition(node: Any, fields: dict[str, Any], field: dict[str, Any] | None = None) -> Any:
    """Return a condition with the patterns inside it compiled.

    `fields` are the fields of the object that the condition speaks of, `field` the one whose answer it tests, if any.
    """
    if isinstance(node, list):
        return [_condition(item, fields, field) for item in node]
    if not isinstance(node, dict):
        return node
    result: dict[str, Any] = {}
    for key, value in node.items():
        if key == "pattern" and isinstance(value, str):
            result[key] = _limited(value, field or {})
        elif key == "properties":
            tested = {name: fields.get(name, {}) for name in value}
            result[key] = {n: _condition(test, tested[n].get("properties", {}), tested[n]) for n, test in value.items()}
        elif key in ("const", "enum", "required", "dependentRequired"):
            result[key] = value
        else:
            result[key] = _condition(value, fields, field)
    return result
