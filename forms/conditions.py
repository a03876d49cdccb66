"""Checks the conditions of a schema (`if`, `then`, `else`, `allOf`, `dependentRequired`) against its fields."""

from __future__ import annotations

from typing import Any

from forms.kinds import kind_of
from forms.pattern import PatternInvalid, PatternSlow, compile_pattern
from forms.pointer import token
from forms.problem import Report

_LIMITS = frozenset(
    {"minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minItems", "maxItems"}
)
_IN_IF = frozenset({"properties", "required", "not", "anyOf", "allOf", "const", "enum", "contains"}) | _LIMITS
_IN_THEN = (
    frozenset(
        {"properties", "required", "dependentRequired", "allOf", "if", "then", "else", "const", "enum", "pattern"}
    )
    | _LIMITS
)


def check_conditions(node: dict[str, Any], fields: dict[str, Any], place: str, report: Report) -> None:
    """Check the conditional keywords of one object; `fields` are the properties that it really has."""
    _check_dependent(node, fields, place, report)
    for key in ("then", "else"):
        if key in node and "if" not in node:
            report.add("schema-keyword", f"{place}/{key}", f'"{key}" stands without "if" and has no effect.')
    if "if" in node:
        _check_part(node["if"], fields, f"{place}/if", report, allowed=_IN_IF, positive=True)
        if "then" not in node and "else" not in node:
            report.add("schema-keyword", f"{place}/if", '"if" stands without "then" and "else" and has no effect.')
    for key in ("then", "else"):
        if key in node:
            _check_part(node[key], fields, f"{place}/{key}", report, allowed=_IN_THEN)
    for index, part in enumerate(node.get("allOf", [])):
        _check_part(part, fields, f"{place}/allOf/{index}", report, allowed=_IN_THEN)


def _check_dependent(node: dict[str, Any], fields: dict[str, Any], place: str, report: Report) -> None:
    for name, needed in node.get("dependentRequired", {}).items():
        here = f"{place}/dependentRequired/{token(name)}"
        for other in [name, *needed]:
            if other not in fields:
                report.add("condition-unknown-field", here, f'There is no field "{other}" here.')


def _check_part(
    part: Any, fields: dict[str, Any], place: str, report: Report, *, allowed: frozenset[str], positive: bool = False
) -> None:
    """Check one part that speaks of an object. `positive`: it belongs to an `if` and is not below a `not`."""
    if not isinstance(part, dict):
        report.add("schema-keyword", place, "A condition is an object, not true or false.")
        return
    for key in part:
        if key not in allowed:
            report.add("schema-keyword", f"{place}/{token(key)}", f'"{key}" is not supported in a condition.')
    required = part.get("required", [])
    for name in required:
        if name not in fields:
            report.add("condition-unknown-field", f"{place}/required", f'There is no field "{name}" here.')
    for name, test in part.get("properties", {}).items():
        here = f"{place}/properties/{token(name)}"
        if name not in fields:
            report.add("condition-unknown-field", here, f'There is no field "{name}" here.')
            continue
        if positive and name not in required:
            report.add("condition-holds-when-absent", here, f'The condition also holds while "{name}" is empty.')
        if isinstance(fields[name], dict):
            # What is no field is told where it is described.
            _check_test(test, fields[name], here, report, allowed)
    if allowed is _IN_IF:
        if "not" in part:
            _check_part(part["not"], fields, f"{place}/not", report, allowed=allowed)
        for key in ("anyOf", "allOf"):
            for index, sub in enumerate(part.get(key, [])):
                _check_part(sub, fields, f"{place}/{key}/{index}", report, allowed=allowed, positive=positive)
    else:
        check_conditions(part, fields, place, report)


def _check_test(test: Any, field: dict[str, Any], place: str, report: Report, allowed: frozenset[str]) -> None:
    """Check what a condition says about one field."""
    if test is False and allowed is _IN_THEN:
        return
    if not isinstance(test, dict):
        report.add("schema-keyword", place, "Say what the field must be; only then and else may forbid it with false.")
        return
    kind = kind_of(field)
    if "properties" in test or "required" in test:
        if kind in ("group", "money"):
            _check_part(test, field.get("properties", {}), place, report, allowed=allowed, positive=allowed is _IN_IF)
        else:
            report.add("schema-keyword", place, "Only a group of fields or an amount of money has fields of its own.")
        return
    for key, value in test.items():
        here = f"{place}/{token(key)}"
        if key not in allowed or key in ("allOf", "anyOf", "dependentRequired", "if", "then", "else"):
            report.add("schema-keyword", here, f'"{key}" is not supported in a condition on a field.')
        elif key == "not":
            _check_test(value, field, here, report, allowed)
        elif key == "contains":
            if kind not in ("choices", "references") or not isinstance(value, dict) or set(value) != {"const"}:
                report.add("schema-keyword", here, '"contains" is {"const": value} on a field with several answers.')
            else:
                items = field.get("items")
                # Items that are none are told where the field is described.
                _check_values([value["const"]], items if isinstance(items, dict) else {}, here, report)
        elif key in ("const", "enum"):
            _check_values([value] if key == "const" else value, field, here, report)
        elif key == "pattern":
            check_pattern(value, field.get("maxLength"), here, report)


def _check_values(values: list[Any], field: dict[str, Any], place: str, report: Report) -> None:
    kind = kind_of(field)
    for value in values:
        possible = {
            "choice": isinstance(value, str) and value in field.get("enum", []),
            "boolean": isinstance(value, bool),
            "integer": isinstance(value, int) and not isinstance(value, bool),
            "number": isinstance(value, int | float) and not isinstance(value, bool),
        }.get(str(kind), isinstance(value, str) and kind not in ("group", "rows", "money", "choices", "references"))
        if not possible:
            report.add("condition-unknown-value", place, f"{value!r} is not a possible answer of this field.")


def check_pattern(pattern: Any, max_length: Any, place: str, report: Report) -> None:
    """Check that a pattern compiles and cannot be slow on a text of `max_length` characters."""
    from forms.pattern import MAX_TEXT

    if not isinstance(max_length, int) or max_length > MAX_TEXT:
        report.add("pattern-without-limit", place, "The field has a pattern, but no maxLength of at most 500.")
        max_length = MAX_TEXT
    try:
        compile_pattern(str(pattern), max_length)
    except PatternSlow as error:
        report.add("pattern-slow", place, f"The pattern can be slow on a hostile text: {error}.")
    except PatternInvalid as error:
        report.add("pattern-invalid", place, f"The pattern cannot be used: {error}.")
