"""Answers that a form takes, one for each choice it offers, so that each outcome is tried."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from forms.form import Field, Form
from forms.validate import validate

Answer = Mapping[str, Any]
_ROUNDS = 10
"""How often an answer is mended before it is given up."""
_MISSING = frozenset({"required", "unfilled_blank", "min_items"})


def answers(form: Form | None) -> Iterator[tuple[str, Answer]]:
    """Yield answers with what is special about each (`outcome=founded`): the shortest, the fullest, each choice.

    Every answer passes the form's own rules; a choice that none could be found for is left out. The same form always
    gives the same answers.
    """
    if form is None:
        yield "", {}
        return
    needed = {field.name: value_of(field) for field in form.fields if field.required}
    whole = {field.name: value_of(field) for field in form.fields}
    for what, first in (("", needed), ("", whole)):
        found = _mended(form, first, fixed=frozenset())
        if found is not None:
            yield what, found
            if first is needed and found == whole:
                break
    for field in form.fields:
        shown = _shown_with(form, field)
        for value in _choices(field):
            for first in (needed, whole):
                found = _mended(form, {**first, **shown, field.name: value}, fixed={*shown, field.name})
                if found is not None:
                    yield f"{field.name}={_shown(value)}", found
                    break


def _choices(field: Field) -> list[Any]:
    match field.kind:
        case "choice":
            return [option.value for option in field.options]
        case "boolean":
            return [True, False]
        case "choices":
            return [[option.value] for option in field.options]
        case _:
            return []


def _shown_with(form: Form, field: Field) -> dict[str, Any]:
    """Return answers to other questions beside which a question is asked at all (`show_if`)."""
    fields = {each.name: each for each in form.fields}
    found: dict[str, Any] = {}
    while field.show_if is not None and field.show_if.field not in found:
        other, value = fields[field.show_if.field], field.show_if.values[0]
        found[other.name] = [value] if other.kind == "choices" else value
        field = other
    return found


def _mended(form: Form, first: Answer, *, fixed: Collection[str]) -> Answer | None:
    """Return the answer with what it lacks and without what it may not have; None where it cannot be made to fit."""
    answer = dict(first)
    fields = {field.name: field for field in form.fields}
    for _ in range(_ROUNDS):
        problems = validate(form, answer)
        if not problems:
            return answer
        before = dict(answer)
        for problem in problems:
            name, *rest = problem.pointer.strip("/").split("/")
            if name not in fields or name in fixed:
                continue
            if problem.code in _MISSING and not rest:
                answer[name] = value_of(fields[name])
            elif problem.code in ("maximum", "exclusive_maximum") and not rest:
                answer[name] = 0
            elif not fields[name].required:
                answer.pop(name, None)
        if answer == before:
            return None
    return None


def value_of(field: Field) -> Any:
    """Return a value that a field takes: the first choice, a small number, a short text."""
    match field.kind:
        case "choice":
            return field.options[0].value if field.options else ""
        case "choices":
            return [option.value for option in field.options[:1]]
        case "boolean":
            return True
        case "integer" | "number":
            return 1
        case "money":
            return {"amount": "10.00", "currency": (field.currencies or ("CNY",))[0]}
        case "date":
            return "2026-03-20"
        case "date-time":
            return "2026-03-02T15:00:00+08:00"
        case "rows":
            return [{child.name: value_of(child) for child in field.children}]
        case "group":
            return {child.name: value_of(child) for child in field.children}
        case "references":
            return ["x"]
        case _:
            return "x" * min(3, field.max_length or 3)


def _shown(value: Any) -> str:
    return str(value[0]) if isinstance(value, list) and value else str(value).lower() if value is not None else ""
