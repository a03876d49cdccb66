"""Answers of forms that mean something to the house: `[answers]` of process.toml says how the process calls them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from engine.bundles.bundle import Files, process_file
from engine.case_work import CaseWork
from engine.configuration.process_file import CODE
from engine.configuration.toml_reader import Reader, meant
from engine.model.config import ProcessConfig
from engine.model.problem import Problem
from forms.file_names import SCHEMA_SUFFIX

APPROVES = "approves"
"""A vote that approves the plan: what it covers does not lie below the plan."""
DUPLICATE = "duplicate"
"""This case repeats the one that `duplicate_of` names."""
HEARD = "heard"
"""Whoever is complained about was heard."""
COVERING = frozenset({"covers_people", "covers_refund"})
"""The fields of a vote that say what it covers."""
MEANINGS = (APPROVES, DUPLICATE, HEARD)


def form_means(work: CaseWork, meaning: str, data: Mapping[str, Any], *, unasked: bool) -> bool:
    """Say whether a form's answers mean this; `unasked` where the process or the form does not ask."""
    answer = work.process.config.answers.get(meaning)
    return unasked if answer is None else answer.in_form(data, unasked=unasked)


def check_answers(files: Files, config: ProcessConfig | None) -> Iterator[Problem]:
    """Yield the answers in `[answers]` that the house does not know, and those that no form of the bundle can give."""
    if config is None:
        return
    path, content = process_file(files)
    reader = Reader(path, CODE, content)
    given = form_choices(files)
    for name, answer in config.answers.items():
        at = f"answers.{name}"
        if name not in MEANINGS:
            reader.wrong(at, "means nothing to the house", meant(name, MEANINGS))
        elif answer.field and answer.field not in given:
            reader.wrong(f"{at}.field", f"is {answer.field}, which no form asks", meant(answer.field, given), name=name)
        elif answer.field:
            choices = given[answer.field]
            for value in answer.values:
                if choices is not None and value not in choices:
                    reader.wrong(f"{at}.values", f"holds {value}, which no form offers", meant(value, choices),
                                 name=name)  # fmt: skip
    for field in sorted(given.keys() & COVERING) if APPROVES not in config.answers else ():
        reader.wrong("answers", f"does not say which answer approves, but a form asks for {field}",
                     "Add [answers.approves] with `field` and `values`.")  # fmt: skip
        break
    yield from reader.problems


def form_properties(content: bytes) -> Mapping[str, Any]:
    """Return the fields of a form (`*.schema.json`) with their schemas; what is no form has none."""
    try:
        schema = json.loads(content)
    except (ValueError, RecursionError):
        return {}  # What is no form is another check's business.
    properties = schema.get("properties") if isinstance(schema, dict) else None
    return properties if isinstance(properties, dict) else {}


def form_choices(files: Files) -> dict[str, set[str] | None]:
    """Return every field of the forms with what can be chosen in any of them, None where anything can be said."""
    found: dict[str, set[str] | None] = {}
    for name, content in files.items():
        for field, schema in form_properties(content).items() if name.endswith(SCHEMA_SUFFIX) else ():
            enum = schema.get("enum") if isinstance(schema, dict) else None
            known = found.setdefault(field, set())
            if known is None or not isinstance(enum, list):
                found[field] = None
            else:
                known.update(each for each in enum if isinstance(each, str))
    return found
