"""Draws a form as accessible HTML (WCAG 2.2 AA), without scripts and fit for a strict content security policy."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, tzinfo
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from forms.controls import Candidate, FactLine, ScriptPart
from forms.display import showable, shown_fact
from forms.field_problem import FieldProblem
from forms.form import Field, Form
from forms.languages import Text, picked
from forms.page import Page
from forms.script_text import filled, script_text
from forms.texts import TEXTS
from forms.ui_shape import SCRIPT_PARTS

_PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


@lru_cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def initial_data(form: Form, addressed: str, facts: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return what a form begins with: scripts in the language of who gets them, blanks filled from the facts."""
    return _scripts(form.fields, addressed, facts or {})


def _scripts(fields: Sequence[Field], language: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for field in fields:
        if field.widget == "script":
            result[field.name] = script_text(field.script, language, facts)
        elif field.kind == "group" and (inner := _scripts(field.children, language, facts)):
            result[field.name] = inner
    return result


def render_form(
    form: Form,
    data: Mapping[str, Any] | None,
    problems: Sequence[FieldProblem],
    language: str,
    *,
    id_prefix: str,
    addressed: str | None = None,
    facts: Mapping[str, Any] | None = None,
    told: Mapping[str, Any] | None = None,
    zone: tzinfo = UTC,
    candidates: Mapping[str, Sequence[Candidate]] | None = None,
    rows: Mapping[str, int] | None = None,
) -> Markup:
    """Return what stands inside `<form method="post" novalidate>`: errors, facts, words to say, fields; no send button.

    `data` is an answer or a draft, valid or not; None begins anew with `initial_data`. `problems` come from `validate`.
    `addressed` is the language of whoever is told the words of the form, `told` the facts as they read them; None: that
    of the page, and `facts`.
    Every id begins with `id_prefix` (letters, digits and _; ValueError otherwise), so that several forms fit one page.
    Times are shown in `zone`. `candidates` lists who and what may be chosen: keys `people` and `files`. `rows` comes
    from `rows_wanted`. Pure; safe to repeat.
    """
    if not _PREFIX.fullmatch(id_prefix):
        raise ValueError(f"an id prefix has letters, digits and _ only: {id_prefix!r}")
    known, heard = facts or {}, addressed or language
    told = known if told is None else told
    answer = initial_data(form, heard, told) if data is None else data
    page = Page(
        form, answer, problems, language=language, addressed=heard, id_prefix=id_prefix, zone=zone,
        candidates=candidates or {}, rows=rows or {},
    )  # fmt: skip
    sections = page.sections()
    html = _environment().get_template("form.html").render(
        id=id_prefix,
        language=language,
        description=picked(form.description, language),
        summary=page.summary(),
        facts=_fact_lines(form, known, language),
        script=_script_parts(form, told, heard, language),
        sections=sections,
        t={name: page.word(name) for name in TEXTS},
    )  # fmt: skip
    return Markup(html)  # noqa: S704  (drawn by a template with autoescape)


def _fact_lines(form: Form, facts: Mapping[str, Any], language: str) -> list[FactLine]:
    lines = []
    for shown in form.shows:
        value = showable(shown_fact(facts.get(shown.fact), language, options=shown.options))
        if value:
            lines.append(FactLine(picked(shown.label, language), value))
    return lines


def _script_parts(form: Form, facts: Mapping[str, Any], addressed: str, language: str) -> list[ScriptPart]:
    parts = []
    for name in SCRIPT_PARTS:
        if name in form.script:
            text = picked(form.script[name], addressed)
            spoken = text.lang or addressed
            words = showable(filled(text.text, facts))
            parts.append(ScriptPart(name, Text(words, None if spoken == language else spoken)))
    return parts
