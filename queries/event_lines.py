"""A line of the event log as people read it; what only the machine cares about is left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.model.elements import Element
from engine.process import CompiledProcess
from queries.fact_words import fact_in_words
from queries.links import relation_in_words
from queries.reader import Reader
from queries.rung_words import Fallen, fallen_rung
from queries.timeline_words import sentence

STEPS = ("entered", "completed", "cancelled")
HIDDEN = frozenset({"effect", "note", "message", "message-sent", "message-received"})
"""Kinds that say nothing to people, or that stand in the list as what they are about."""
PEOPLE = frozenset({"owner", "taken-over", "colleague-cleared"})
"""Kinds whose `name` is a person."""
OTHER_CASES = frozenset({"linked", "unlinked"})
"""Kinds whose `name` is another case."""
TELLING = frozenset({"facts", "decision"})
"""Kinds whose line says nothing without what has changed."""
OF_THE_PROCESS = frozenset(
    {
        "decision", "clock", "status", "entered", "cancelled", "fired", "message", "incident", "incident-waiting",
        "effect",
        "action-overdue", "promise-missed", "retention-hold", "post-unknown",
    }
)  # fmt: skip
"""Kinds that follow by themselves, whoever gave the occasion: what the process does, not what a person does."""


@dataclass(frozen=True)
class EventLine:
    """What to show of an event."""

    text: str
    name: str | None
    detail: Mapping[str, Any]
    by_process: bool
    """True: nobody has done it; it follows from the version of the process."""


def event_line(
    reader: Reader, version_id: str, row: Any, names: Mapping[str, str], *, everything: bool, whole: bool
) -> EventLine | None:
    """Return the line of an event, None where it is left out.

    `names`: by id the names of people, and the numbers of those linked cases that the reader may see.
    """
    if row.kind in OTHER_CASES and row.name not in names:
        return None
    process = reader.process(version_id)
    words, language = reader.library.words.of(process), reader.language
    element = process.diagram.elements.get(row.element or "")
    if not everything and (_is_noise(row.kind, element) or _is_dated(row) or _is_same(row)):
        return None
    what = _what(reader, process, row)
    if row.kind in TELLING and not what:
        return None
    name = words.element(row.element, language) if row.element else None
    if row.kind in STEPS and name == row.element:
        # Nobody has named it: a joint of the drawing, no step.
        return None
    detail: Mapping[str, Any] = row.detail if whole else {}
    fallen = fallen_rung(process.config, row.name or "", language) if row.kind == "fired" else None
    if fallen is not None and whole:
        detail = {**detail, "clock": fallen.clock, "rung": fallen.rung}
    text = sentence(
        _sentence_kind(row, element, fallen),
        language,
        {
            **{key: value for key, value in detail.items() if isinstance(value, str | int)},
            "name": name or "",
            "what": what,
            "when": fallen.when if fallen is not None else "",
            "person": _person(row, names),
            "number": names.get(row.name or "", ""),
        },
    )
    by_people = element is not None and element.kind == "userTask"
    return EventLine(text, name, detail, row.kind in OF_THE_PROCESS or (row.kind == "completed" and not by_people))


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


def _is_same(row: Any) -> bool:
    """Say whether a table came to what the facts said already: kept for whoever asks why, no news to anybody."""
    return row.kind == "decision" and bool(row.detail.get("same"))


def _sentence_kind(row: Any, element: Element | None, fallen: Fallen | None) -> str:
    if fallen is not None:
        return fallen.kind
    if _is_same(row):
        return "decision-same"
    if row.kind == "clock":
        return f"clock-{row.detail.get('what', 'started')}"
    if row.kind == "completed" and element is not None and element.kind != "userTask":
        return "event"
    return str(row.kind)


def _what(reader: Reader, process: CompiledProcess, row: Any) -> str:
    words, language, detail = reader.library.words.of(process), reader.language, row.detail
    if row.kind in ("clock", "fired"):
        return words.clock((row.name or "").partition("/")[0], language)
    if row.kind == "status":
        status = words.status(detail.get("status") or "", language)
        return f"{status} · {words.closure(detail['closure'], language)}" if detail.get("closure") else status
    if row.kind == "facts":
        # What tables have written stands in the lines of the tables.
        decided = {name for use in process.config.tables for name in (*use.writes, use.rules_fact) if name}
        return _facts(reader, process, {name: value for name, value in detail.items() if name not in decided})
    if _is_same(row):
        written = (name for use in process.config.tables if use.decision == row.name for name in use.writes)
        return ", ".join(words.fact(name, language) for name in written)
    if row.kind == "decision":
        said = {name: value for name, value in detail.get("outputs", {}).items() if value not in (False, 0, "")}
        return _facts(reader, process, said)
    if row.kind in OTHER_CASES:
        return relation_in_words(language, detail["kind"], detail["of"])
    if row.kind == "token-moved":
        return words.element(str(detail["to"]), language)
    if row.kind == "message":
        return words.message(row.name or "", language)
    return row.name or ""


def _facts(reader: Reader, process: CompiledProcess, values: Mapping[str, Any]) -> str:
    """Return names and values of those facts that have a name at all; the others are for the machine."""
    words = reader.library.words.of(process)
    shown = (
        (words.fact(name, reader.language), fact_in_words(reader, process, name, value))
        for name, value in values.items()
        if name in process.config.facts and not isinstance(value, list | dict)
    )
    is_, and_ = ("：", "；") if reader.language == "zh-CN" else (": ", "; ")
    return and_.join(f"{name}{is_}{value}" for name, value in shown if value)


def _person(row: Any, names: Mapping[str, str]) -> str:
    person = row.name if row.kind in PEOPLE else row.detail.get("to")
    return names.get(person, "") if isinstance(person, str) else ""
