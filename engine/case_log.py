"""The log of cases: the one way to write lines of it, a row a change, and to take a row apart again.

A line has the case, the instant and the actor of its neighbours, and mostly no more of its own than a kind, an element
and a task (docs/adr/0026). Who asks for lines of a case asks the view `engine.tables.event_log`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, insert

from access.keys.cipher import DataKey
from access.keys.sealed_rows import opened_rows, seal
from access.keys.stored_keys import KeyDestroyed
from engine.model.step import Event
from engine.tables import change_log
from storage.prepared import Prepared
from storage.sealed import Sealed

_NOTHING: list[Any] = [None] * 5
"""A line that says nothing."""
_INSERT = Prepared(insert(change_log), columns=("case_id", "at", "actor", "lines", "details"))
ROUTING: Final = frozenset(
    {
        "acting", "after_days", "attempts", "channel", "closure", "count", "delivered", "dropped", "due_at",
        "element", "kept", "kind", "late", "of", "operation", "outcome", "process", "rating", "recorded_by",
        "refunds", "remedies", "remedy", "satisfied", "status", "team", "template", "to", "type", "version", "was",
        "was_kept", "was_type", "what",
    }
)  # fmt: skip
"""What lines tell in the open: codes, counts, instants and ids. Everything else is sealed with the key of the case."""


@dataclass(frozen=True)
class Change:
    """What one change adds to the log of one case."""

    case_id: str
    key: DataKey | None
    """Of the case; None where all that the lines tell is in the open (`ROUTING`)."""
    at: datetime
    actor: str
    """A person's id, `complainant` or `system`."""
    events: Sequence[Event]
    """In order."""


def write(connection: Connection, *changes: Change) -> None:
    """Write changes down in this order, in one go; one without events leaves nothing. Repeating doubles them.

    Raises KeyDestroyed where something is to be sealed and there is no key.
    """
    rows = [
        {
            "case_id": each.case_id, "at": each.at, "actor": each.actor,
            "lines": [_line(event) for event in each.events], "details": _details(each),
        }
        for each in changes
        if each.events
    ]  # fmt: skip
    _INSERT.run_many(connection, rows)


def whole_lines(key: DataKey | None, rows: Iterable[Any]) -> list[Any]:
    """Return rows of `event_log` with all that they tell in `detail`; without the key what is in the open."""
    return [whole_line(row) for row in opened_rows(key, rows)]


def whole_line(row: Any) -> Any:
    """Return an opened row of `event_log` with all that it tells in `detail`."""
    return row._replace(detail={**row.detail, **(row.details[row.line] or {})}) if row.details else row


def events_of(lines: Sequence[Sequence[Any]]) -> Iterator[Event]:
    """Yield the events of a row, from its column `lines`, in order, with what they tell in the open."""
    for line in lines:
        kind, element, task, name, detail = [*line, *_NOTHING][: len(_NOTHING)]
        yield Event(kind, element, name, task, detail or {})


def _line(event: Event) -> list[Any]:
    """Return what a line has, in the order of the view, which is that in which least is left out in between."""
    told = {name: value for name, value in event.detail.items() if name in ROUTING}
    line = [event.kind, event.element, event.task, event.name, told or None]
    while line[-1] is None:
        line.pop()
    return line


def _details(change: Change) -> Sealed | None:
    found = [{name: each for name, each in event.detail.items() if name not in ROUTING} for event in change.events]
    if not any(found):
        return None
    if change.key is None:
        raise KeyDestroyed
    return seal(change.key, [each or None for each in found])
