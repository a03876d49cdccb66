"""Says what is wrong with an answer to a form, field by field."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from jsonschema.exceptions import ValidationError

from forms.field_problem import FieldProblem
from forms.form import Field, Form
from forms.keywords import Unfit
from forms.limits import MAX_REPORTED, limit_problems
from forms.pointer import pointer
from forms.script_text import has_blanks

_LIMITS = {
    "minLength": "too_short",
    "maxLength": "too_long",
    "minimum": "minimum",
    "maximum": "maximum",
    "exclusiveMinimum": "exclusive_minimum",
    "exclusiveMaximum": "exclusive_maximum",
    "multipleOf": "multiple_of",
    "minItems": "min_items",
    "maxItems": "max_items",
}
_PLAIN = {"enum": "choice", "const": "const", "uniqueItems": "unique_items"}
_TYPES = {
    "string": "type_text",
    "integer": "type_integer",
    "number": "type_number",
    "boolean": "type_boolean",
    "array": "type_list",
    "object": "type_object",
}


def validate(form: Form, data: object) -> tuple[FieldProblem, ...]:
    """Return every fault of an answer in the order of the form's fields; nothing where it is in order.

    `data` is any JSON value, best after `forms.clean.clean`. Never raises for anything JSON can hold, and is bounded:
    an answer over the limits of `forms.limits` is not looked at field by field. Pure; safe to repeat.
    """
    if not isinstance(data, dict):
        return (FieldProblem("", "type_object", {}),)
    limits = limit_problems(data)
    if limits:
        return tuple(limits)
    problems = [_problem(error) for error in _first(form.validator.iter_errors(data))]
    problems.extend(_unfinished_scripts(form.fields, data, ()))
    return _in_order(form, problems) if problems else ()


def _first(errors: Iterable[ValidationError]) -> list[ValidationError]:
    found = []
    for error in errors:
        found.append(error)
        if len(found) >= MAX_REPORTED:
            break
    return found


def _problem(error: ValidationError) -> FieldProblem:
    place = pointer(error.absolute_path)
    if isinstance(error, Unfit):
        return FieldProblem(place, error.code, error.values)
    keyword, limit = str(error.validator), error.validator_value
    if keyword in _LIMITS:
        if keyword in ("minLength", "minItems") and limit == 1:
            return FieldProblem(place, "required", {})
        return FieldProblem(place, _LIMITS[keyword], {"limit": limit})
    if keyword == "type":
        return FieldProblem(place, _TYPES[str(limit)], {})
    # What is left is a field that a condition forbids: the schema `false`.
    return FieldProblem(place, _PLAIN.get(keyword, "not_allowed"), {})


def _unfinished_scripts(fields: Iterable[Field], data: Any, path: tuple[str | int, ...]) -> Iterable[FieldProblem]:
    """Find texts to be read out or sent that still hold a blank such as {name} (R-004-13)."""
    if not isinstance(data, dict):
        return
    for field in fields:
        here, value = (*path, field.name), data.get(field.name)
        if field.widget == "script" and isinstance(value, str) and has_blanks(value):
            yield FieldProblem(pointer(here), "unfilled_blank", {})
        elif field.kind == "group":
            yield from _unfinished_scripts(field.children, value, here)
        elif field.kind == "rows" and isinstance(value, list):
            for index, row in enumerate(value):
                yield from _unfinished_scripts(field.children, row, (*here, index))


def _in_order(form: Form, problems: list[FieldProblem]) -> tuple[FieldProblem, ...]:
    """Return each fault once, in the order of the page; beside a wrong type, nothing else about the same field."""
    rank = {field.name: index for index, field in enumerate(form.fields)}
    wrong_type = {problem.pointer for problem in problems if problem.code.startswith("type_")}
    kept: dict[tuple[str, str], FieldProblem] = {}
    for problem in problems:
        if problem.pointer not in wrong_type or problem.code.startswith("type_"):
            kept.setdefault((problem.pointer, problem.code), problem)
    # Names of fields need no escaping in a pointer; a name that does is unknown and stands last.
    return tuple(sorted(kept.values(), key=lambda problem: rank.get(f"{problem.pointer}/".split("/")[1], len(rank))))
