"""Answers to a form in words: each question with its answer, as the form's own labels say it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Any

from sqlalchemy import select

from access.people import names
from engine.process import CompiledProcess
from engine.tables import instance, work_item
from forms.display import showable, shown_answer
from forms.form import Field, Form
from forms.languages import pick
from queries.day_words import day_in_words
from queries.earlier_forms import EarlierForm
from queries.reader import Reader


@dataclass(frozen=True)
class AnswerLine:
    """A question and its answer."""

    label: str
    text: str
    public: bool
    """The complainant may read it too."""
    rows: tuple[tuple[AnswerLine, ...], ...] = ()
    """The entries of a repeating group, or the one entry of a group."""


@dataclass(frozen=True)
class AnsweredForm:
    """An earlier form with its answers in words."""

    form: EarlierForm
    lines: tuple[AnswerLine, ...]


def answered_forms(reader: Reader, case_id: str, forms: Iterable[EarlierForm], zone: tzinfo) -> list[AnsweredForm]:
    """Return earlier forms of a case in words, in their order; instants in `zone`. The caller has passed the wall."""
    found = tuple(forms)
    process = _process(reader, case_id)
    used = reader.connection.execute(
        select(work_item.c.id, work_item.c.form).where(work_item.c.id.in_([each.task_id for each in found]))
    )
    by_task = {row.id: process.forms.get(row.form or "") for row in used}
    return [
        AnsweredForm(each, answer_lines(reader, form, each.data, zone))
        for each in found
        if (form := by_task.get(each.task_id)) is not None
    ]


def answer_lines(reader: Reader, form: Form, data: Mapping[str, Any], zone: tzinfo) -> tuple[AnswerLine, ...]:
    """Return the answers of one form in the order of its questions; what was left empty is left out."""
    lines = tuple(_lines(form.fields, data, reader.language, zone))
    asked = {value for field, value in _people(form.fields, data)}
    known = names(reader.connection, asked) if asked else {}
    return tuple(replace(line, text=known.get(line.text, line.text)) for line in lines)


def _lines(fields: Iterable[Field], data: Mapping[str, Any], language: str, zone: tzinfo) -> Iterator[AnswerLine]:
    for field in fields:
        value = data.get(field.name)
        if value is None:
            continue
        label, public = pick(field.label, language), field.audience == "public"
        inner = [value] if field.kind == "group" else value if field.kind == "rows" else None
        if isinstance(inner, list):
            rows = tuple(
                tuple(_lines(field.children, row, language, zone)) for row in inner if isinstance(row, Mapping)
            )
            yield AnswerLine(label, "", public, rows)
        elif field.kind == "date" and isinstance(value, str):
            yield AnswerLine(label, showable(day_in_words(value, language)), public)
        elif text := showable(shown_answer(field, value, language, zone=zone)):
            yield AnswerLine(label, text, public)


def _people(fields: Iterable[Field], data: Mapping[str, Any]) -> Iterator[tuple[Field, str]]:
    for field in fields:
        value = data.get(field.name)
        if field.widget == "people" and isinstance(value, str):
            yield field, value


def _process(reader: Reader, case_id: str) -> CompiledProcess:
    version: str = reader.connection.execute(
        select(instance.c.version_id).where(instance.c.case_id == case_id)
    ).scalar_one()
    return reader.process(version)
