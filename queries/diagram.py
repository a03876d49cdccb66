"""The live picture of a case: its drawing, where it stands, which way it came, and what falls due where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from engine.process import CompiledProcess
from engine.tables import IS_OPEN, case_clock, deadline, event_log, work_item
from forms.languages import Labels, pick
from queries.case_file import ProcessVersion, process_version_of
from queries.drawings import Drawing
from queries.explain import due_explanation
from queries.fact_words import place_in_words
from queries.notice_titles import notice_title
from queries.reader import Reader
from queries.token_replay import Replay, replay
from queries.visibility import case_row


@dataclass(frozen=True)
class TokenMark:
    """Something is going on at this element."""

    element: str
    name: str
    state: str
    """`open`: somebody has to act; `waiting`: for time, a message, or what runs inside."""
    since: datetime
    task: str | None
    """The id of the task, where people act."""
    team: str | None
    assignee: str | None
    due_at: datetime | None
    team_name: str | None = None
    """In the reader's language."""


@dataclass(frozen=True)
class Visit:
    """How often a case came by."""

    element: str
    count: int


@dataclass(frozen=True)
class FlowCount:
    """How often a flow was taken."""

    flow: str
    count: int


@dataclass(frozen=True)
class DueMark:
    """An instant at which something happens by itself."""

    source: str
    """`timer`: at this element; `clock`: a rung of a clock's ladder; `dated`: an action or a promise."""
    name: str
    element: str | None
    label: str
    due_at: datetime
    provisional: bool
    """True while a year is counted whose calendar nobody has published."""
    explanation: str
    """Why then, in the reader's language."""


@dataclass(frozen=True)
class CaseDiagram:
    """A case on its diagram."""

    process: ProcessVersion
    xml: str
    """The drawing that the case starts in."""
    drawings: tuple[Drawing, ...]
    """Every drawing of the version, that one first."""
    tokens: tuple[TokenMark, ...]
    visited: tuple[Visit, ...]
    """In the order of the first visit."""
    flows: tuple[FlowCount, ...]
    due: tuple[DueMark, ...]
    labels: Mapping[str, str]
    """Element or flow -> its name in the reader's language."""


DATED: Mapping[str, Labels] = {
    "action": {"zh-CN": "整改事项到期", "ko": "조치 기한", "en": "an action is due"},
    "promise": {"zh-CN": "承诺到期", "ko": "약속 기한", "en": "a promise is due"},
    "other": {"zh-CN": "到期事项", "ko": "기한이 된 일", "en": "something is due"},
}
"""Records with a time of their own, by their kind."""


def diagram(reader: Reader, case_id: str) -> CaseDiagram:
    """Return the picture of a case. Raises NotFound."""
    row = case_row(reader, case_id)
    process = reader.process(row.version_id)
    words = reader.library.words.of(process)
    events = reader.connection.execute(
        select(event_log).where(event_log.c.case_id == case_id).order_by(event_log.c.sequence)
    ).all()
    found = replay(process.diagram, events)
    drawn = reader.library.drawings.of(reader.connection, row.version_id, reader.library.versions)
    named = (*process.diagram.elements, *process.diagram.flows)
    return CaseDiagram(
        process=process_version_of(reader, row.version_id),
        xml=drawn.drawings[0].xml,
        drawings=drawn.drawings,
        tokens=_tokens(reader, case_id, process, found),
        visited=tuple(Visit(element, count) for element, count in found.visited.items()),
        flows=tuple(FlowCount(flow, count) for flow, count in sorted(found.flows.items())),
        due=_due(reader, case_id, process, drawn.timers, reader.zone(row.facts.get("campus"))),
        labels={name: words.element(name, reader.language) for name in named},
    )


def _tokens(reader: Reader, case_id: str, process: CompiledProcess, found: Replay) -> tuple[TokenMark, ...]:
    words, language = reader.library.words.of(process), reader.language
    rows = reader.connection.execute(select(work_item).where(work_item.c.case_id == case_id, IS_OPEN)).all()
    marks = [
        TokenMark(
            element=row.element,
            name=words.element(row.element, language),
            state="open",
            since=row.entered_at,
            task=row.id,
            team=row.team,
            assignee=row.assignee,
            due_at=row.due_at,
            team_name=place_in_words(reader, row.team) if row.team else None,
        )
        for row in rows
    ]
    people_act = {row.task for row in rows}
    for standing in found.tokens.values():
        kind = process.diagram.elements[standing.element].kind
        if standing.task in people_act or kind == "userTask":
            continue
        name = words.element(standing.element, language)
        marks.append(TokenMark(standing.element, name, "waiting", standing.since, None, None, None, None))
    return tuple(sorted(marks, key=lambda mark: (mark.state, mark.since, mark.element)))


def _due(
    reader: Reader, case_id: str, process: CompiledProcess, timers: Mapping[str, str], zone: ZoneInfo
) -> tuple[DueMark, ...]:
    due = select(deadline).where(deadline.c.case_id == case_id).order_by(deadline.c.due_at, deadline.c.key)
    rows = reader.opened(case_id, reader.connection.execute(due))
    known = select(case_clock.c.key, case_clock.c.reasons).where(case_clock.c.case_id == case_id)
    clocks = {row.key: row.reasons for row in reader.opened(case_id, reader.connection.execute(known))}
    words = reader.library.words.of(process)
    marks = []
    for row in rows:
        element, label = _place(reader, process, row, timers)
        why = due_explanation(reader, row, clocks, words, zone)
        marks.append(DueMark(row.source, row.name, element, label, row.due_at, row.provisional, why))
    return tuple(marks)


def _place(reader: Reader, process: CompiledProcess, row: Any, timers: Mapping[str, str]) -> tuple[str | None, str]:
    """Return at which element something falls due, and what it is called."""
    words, language = reader.library.words.of(process), reader.language
    if row.source == "timer":
        return row.name, words.element(row.name, language)
    if row.source == "clock":
        clock, _, rung = row.name.partition("/")
        spec = process.config.clocks.get(clock)
        template = next((each.template for each in spec.rungs if each.name == rung), "") if spec else ""
        return timers.get(clock), notice_title(reader, process, template, clock=clock) or words.clock(clock, language)
    return None, pick(DATED.get(row.name, DATED["other"]), language)
