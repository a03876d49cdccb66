"""The log of cases: the one way to write lines of it, a row a change, and to take a row apart again.

A line has the case, the instant and the actor of its neighbours, and mostly no more of its own than a kind, an element
and a task (docs/adr/0026). Who asks for lines of a case asks the view `engine.tables.event_log`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert

from engine.model.step import Event
from engine.tables import change_log
from storage.prepared import Prepared

_NOTHING: list[Any] = [None] * 5
"""A line that says nothing."""
_INSERT = Prepared(insert(change_log), columns=("case_id", "at", "actor", "lines"))


@dataclass(frozen=True)
class Change:
    """What one change adds to the log of one case."""

    case_id: str
    at: datetime
    actor: str
    """A person's id, `complainant` or `system`."""
    events: Sequence[Event]
    """In order."""


def write(connection: Connection, *changes: Change) -> None:
    """Write changes down in this order, in one go; one without events leaves nothing. Repeating doubles them."""
    rows = [
        {"case_id": each.case_id, "at": each.at, "actor": each.actor, "lines": [_line(event) for event in each.events]}
        for each in changes
        if each.events
    ]
    _INSERT.run_many(connection, rows)


def events_of(lines: Sequence[Sequence[Any]]) -> Iterator[Event]:
    """Yield the events of a row, from its column `lines`, in order."""
    for line in lines:
        kind, element, task, name, detail = [*line, *_NOTHING][: len(_NOTHING)]
        yield Event(kind, element, name, task, detail or {})


def _line(event: Event) -> list[Any]:
    """Return what a line has, in the order of the view, which is that in which least is left out in between."""
    line = [event.kind, event.element, event.task, event.name, dict(event.detail) or None]
    while line[-1] is None:
        line.pop()
    return line
