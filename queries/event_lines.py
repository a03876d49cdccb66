"""A line of the event log as people read it; what only the machine cares about is left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.model.elements import Element
from queries.reader import Reader
from queries.timeline_words import sentence
from queries.words import ProcessWords

STEPS = ("entered", "completed", "cancelled")
HIDDEN = frozenset({"effect", "note", "message-sent", "message-received"})
"""Kinds that say nothing to people, or that stand in the list as what they are about."""
PEOPLE = frozenset({"owner", "taken-over"})
"""Kinds whose `name` is a person."""


@dataclass(frozen=True)
class EventLine:
    """What to show of an event."""

    text: str
    name: str | None
    detail: Mapping[str, Any]


def event_line(
    reader: Reader, version_id: str, row: Any, names: Mapping[str, str], *, everything: bool, whole: bool
) -> EventLine | None:
    """Return the line of an event, None where it is left out. `names`: people's names by id."""
    process = reader.process(version_id)
    words, language = reader.library.words.of(process), reader.language
    element = process.diagram.elements.get(row.element or "")
    if not everything and (_is_noise(row.kind, element) or _is_dated(row)):
        return None
    name = words.element(row.element, language) if row.element else None
    detail: Mapping[str, Any] = row.detail if whole else {}
    text = sentence(
        _sentence_kind(row, element),
        language,
        {
            **{key: value for key, value in detail.items() if isinstance(value, str | int)},
            "name": name or "",
            "what": _what(words, row, language),
            "person": _person(row, names),
        },
    )
    return EventLine(text, name, detail)


def _is_noise(kind: str, element: Element | None) -> bool:
    if kind in STEPS:
        if element is None:
            return True
        by_people = element.kind == "userTask"
        happened = kind == "completed" and element.kind in ("boundaryEvent", "intermediateCatchEvent")
        return not (by_people or happened)
    return kind in HIDDEN


def _is_dated(row: Any) -> bool:
    """Say whether the time of a record has come (`promise:<id>`): what became of it stands in a line of its own."""
    return row.kind == "fired" and ":" in (row.name or "").partition("/")[0]


def _sentence_kind(row: Any, element: Element | None) -> str:
    if row.kind == "clock":
        return f"clock-{row.detail.get('what', 'started')}"
    if row.kind == "completed" and element is not None and element.kind != "userTask":
        return "event"
    return str(row.kind)


def _what(words: ProcessWords, row: Any, language: str) -> str:
    detail = row.detail
    if row.kind == "clock":
        return words.clock(row.name.partition("/")[0], language)
    if row.kind == "fired":
        return words.clock((row.name or "").partition("/")[0], language)
    if row.kind == "status":
        status = words.status(detail.get("status") or "", language)
        return f"{status} · {words.closure(detail['closure'], language)}" if detail.get("closure") else status
    if row.kind == "facts":
        return _facts(words, detail, language)
    if row.kind == "decision":
        said = {name: value for name, value in detail.get("outputs", {}).items() if value not in (False, 0, "")}
        return _facts(words, said, language)
    return row.name or ""


def _facts(words: ProcessWords, values: Mapping[str, Any], language: str) -> str:
    shown = (
        (words.fact(name, language), words.value(name, value, language))
        for name, value in values.items()
        if not isinstance(value, list | dict)
    )
    return "; ".join(f"{name}: {value}" for name, value in shown if value)


def _person(row: Any, names: Mapping[str, str]) -> str:
    person = row.name if row.kind in PEOPLE else row.detail.get("to")
    return names.get(person, "") if isinstance(person, str) else ""
