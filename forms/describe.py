"""Says in plain words what each step of a process is for and what its form asks: the executor's page, always in step.

The words are those of the process owner: the name and documentation of the user task in the diagram, the labels and
help of its form. Nothing is written twice, so the page cannot disagree with what runs (R-002-44, R-002-45).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from forms.catalogue import FormCatalogue, UnknownForm
from forms.diagram_steps import Step, steps_of
from forms.form import Field, Form, Group
from forms.languages import pick

_KINDS: Mapping[str, str] = {
    "string": "text",
    "date": "date",
    "date-time": "date and time",
    "email": "e-mail address",
    "uri": "web address",
    "choice": "one of a list",
    "integer": "whole number",
    "number": "number",
    "boolean": "yes or no",
    "money": "amount and currency",
    "choices": "any of a list",
    "references": "list",
    "group": "group",
    "rows": "list of entries",
}


def describe_steps(diagrams: Iterable[bytes], catalogue: FormCatalogue, process: str, *, language: str = "en") -> str:
    """Return a Markdown page about every user task, in the order of a case; pure, the same for the same files.

    Raises ValueError for a diagram that is no XML and UnknownForm for a user task without a form in the catalogue.
    """
    parts = [
        "# What each step asks of you\n",
        "<!-- Written by forms/describe.py from the diagrams and the forms; a test keeps it current. -->\n",
    ]
    for step in steps_of(diagrams):
        try:
            form = catalogue.form(process, step.element)
        except UnknownForm:
            raise UnknownForm(f"the step {step.element!r} has no form in process {process!r}") from None
        parts.append(describe_step(step, form, language=language))
    return "\n".join(parts)


def describe_step(step: Step, form: Form, *, language: str = "en") -> str:
    """Return the Markdown section of one step: what it is for, who does it, and each field."""
    needs = _needs(form, language)
    lines = [f"## {step.name}\n", f"`{step.element}` · done by {step.who}\n"]
    lines += [f"{text}\n" for text in (step.purpose, pick(form.description, language)) if text]
    if form.shows:
        lines.append("You see: " + ", ".join(pick(shown.label, language) for shown in form.shows) + ".\n")
    lines += ["| field | what it is | needed | read by |", "| --- | --- | --- | --- |"]
    for item in form.layout:
        for field in item.fields if isinstance(item, Group) else (item,):
            lines += _rows(field, needs, language)
    return "\n".join(lines) + "\n"


def _rows(field: Field, needs: Mapping[str, str], language: str, above: str = "") -> Iterator[str]:
    label = above + pick(field.label, language)
    what = _KINDS[field.kind]
    if field.options and field.kind != "boolean":
        shown = [pick(option.labels, language) for option in field.options]
        what += f": {'; '.join(shown)}" if len(shown) <= 10 else f" ({len(shown)} to choose from)"
    if field.help:
        what += f". {pick(field.help, language)}"
    need = "yes" if field.required else needs.get(field.name, "no") if not above else "no"
    readers = "the complainant too" if field.audience == "public" else "staff"
    yield f"| {_cell(label)} | {_cell(what)} | {_cell(need)} | {readers} |"
    for child in field.children:
        yield from _rows(child, needs, language, above=f"{label}: ")


def _needs(form: Form, language: str) -> dict[str, str]:
    """Return in words when each field of the form is needed that is not always needed."""
    fields = {field.name: field for field in form.fields}
    needs: dict[str, list[str]] = {}
    for rule in form.schema.get("allOf", ()):
        tests = rule.get("if", {}).get("properties", {})
        when = " and ".join(_condition(fields[name], test, language) for name, test in tests.items() if name in fields)
        for name in rule.get("then", {}).get("required", ()):
            needs.setdefault(name, []).append(when)
    return {name: "if " + ", or if ".join(whens) for name, whens in needs.items()}


def _condition(field: Field, test: Mapping[str, Any], language: str) -> str:
    labels = {option.value: pick(option.labels, language) for option in field.options}
    values = test["enum"] if "enum" in test else [test["const"]] if "const" in test else []
    known = [labels[value] for value in values if isinstance(value, str) and value in labels]
    label = pick(field.label, language)
    if not known or len(known) == len(labels):
        return f"“{label}” is filled in"
    return f"“{label}” is " + " or ".join(f"“{value}”" for value in known)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
