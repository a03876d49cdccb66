"""Clocks as people read them: when, why then, and what has become of it, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from engine.model.due import Due, Reason
from engine.model.step import ClockView
from engine.process_words import ProcessWords
from engine.tables import case_clock
from queries.reader import Reader

OF_A_CLOCK = frozenset({"clock", "rung", "follows-clock"})
"""Reasons whose `name` is a clock."""


@dataclass(frozen=True)
class ClockLine:
    """A duty to do something by a time."""

    name: str
    label: str
    due_at: datetime | None
    explanation: str
    state: str
    """running, paused, met or dropped."""
    late: bool
    round: int
    scope: str
    started_at: datetime
    met_at: datetime | None
    provisional: bool
    """True while a year is counted whose calendar nobody has published."""


def clock_lines(reader: Reader, case_id: str, words: ProcessWords, zone: ZoneInfo) -> tuple[ClockLine, ...]:
    """Return the clocks of a case, the running ones first, each by its due time. The caller has passed the wall."""
    rows = reader.opened(case_id, reader.connection.execute(select(case_clock).where(case_clock.c.case_id == case_id)))
    lines = [clock_line(reader, row, words, zone) for row in rows]
    order = {"running": 0, "paused": 1}
    return tuple(sorted(lines, key=lambda c: (order.get(c.state, 2), c.due_at or c.started_at, c.name, c.round)))


def clock_line(reader: Reader, row: Any, words: ProcessWords, zone: ZoneInfo) -> ClockLine:
    """Return one row of `case_clock` explained."""
    running_late = row.state == "running" and row.due_at is not None and row.due_at < reader.now
    return ClockLine(
        name=row.name,
        label=words.clock(row.name, reader.language),
        due_at=row.due_at,
        explanation=explanation(
            reader, row.due_at, in_names(row.reasons, words, reader.language), zone, provisional=row.provisional
        ),
        state=row.state,
        late=row.late or running_late,
        round=row.round,
        scope=row.scope,
        started_at=row.started_at,
        met_at=row.met_at,
        provisional=row.provisional,
    )


def in_names(reasons: Iterable[Mapping[str, Any]], words: ProcessWords, language: str) -> list[Mapping[str, Any]]:
    """Return the reasons with each clock by what is to be done, as the process says it."""

    def named(reason: Mapping[str, Any]) -> Mapping[str, Any]:
        if reason["code"] not in OF_A_CLOCK:
            return reason
        duty = words.duty(str(reason["values"].get("name")), language)
        return {**reason, "values": {**reason["values"], "name": duty}}

    return [named(reason) for reason in reasons]


def due_explanation(
    reader: Reader, row: Any, clocks: Mapping[str, Iterable[Mapping[str, Any]]], words: ProcessWords, zone: ZoneInfo
) -> str:
    """Return why a row of the deadline table falls when it does; what follows a clock says also what the clock says.

    `clocks` are the reasons of the clocks of the case by their key.
    """
    followed = (each["values"].get("key") for each in row.reasons if each["code"] in OF_A_CLOCK)
    reasons = [*row.reasons, *(reason for key in followed for reason in clocks.get(str(key), ()))]
    return explanation(reader, row.due_at, in_names(reasons, words, reader.language), zone, provisional=row.provisional)


def explanation(
    reader: Reader,
    due_at: datetime | None,
    reasons: Iterable[Mapping[str, Any]],
    zone: ZoneInfo,
    *,
    provisional: bool = False,
) -> str:
    """Return why something is due when it is, as one paragraph; without a due time the reasons alone."""
    found = tuple(Reason(each["code"], each["values"]) for each in reasons)
    explainer, language = reader.library.explainer, reader.language
    if due_at is not None:
        return explainer.explain(Due(due_at, found, provisional), language, zone=zone)
    return ("" if language == "zh-CN" else " ").join(explainer.reasons(found, language, zone=zone))


def view_explanation(reader: Reader, version_id: str, view: ClockView, zone: ZoneInfo) -> str:
    """Return the explanation of a clock of a case as the step of this very transaction has left it.

    `version_id` is that of the process which the case runs.
    """
    words = reader.library.words.of(reader.process(version_id))
    reasons = in_names(view.reasons, words, reader.language)
    return explanation(reader, view.due_at, reasons, zone, provisional=view.provisional)
