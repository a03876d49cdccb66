"""The log of cases: the one way to write lines of it, a row a change, and to take a row apart again.

A line has the case, the instant and the actor of its neighbours, and mostly no more of its own than a kind, an element
and a task (docs/adr/0026). Who asks for lines of a case asks the view `engine.tables.event_log`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Text, bindparam, insert, select, update

from access.keys.cipher import DataKey
from access.keys.sealed_rows import committed, opened_rows, seal
from access.keys.stored_keys import KeyDestroyed
from engine.model.step import Event
from engine.tables import change_log, instance
from storage.prepared import Prepared
from storage.sealed import Sealed
from storage.types import as_json
from trail.digests import START, Head, change_hash, lines_digest

_NOTHING: list[Any] = [None] * 5
"""A line that says nothing."""
# The lines come as the text that was bound into the hash.
_INSERT = Prepared(
    insert(change_log).values(
        {
            name: bindparam(name, type_=Text() if name == "lines" else change_log.c[name].type)
            for name in ("case_id", "number", "at", "actor", "hash", "told", "lines", "details")
        }
    )
)
_HEAD = (
    select(instance.c.trail_number, instance.c.trail_hash)
    .where(instance.c.case_id == bindparam("case"))
    .with_for_update()
)
_MOVE_HEAD = Prepared(
    update(instance)
    .where(instance.c.case_id == bindparam("case"))
    .values(trail_number=bindparam("number"), trail_hash=bindparam("hash"))
)
ROUTING: Final = frozenset(
    {
        "acting", "after_days", "attempts", "channel", "closure", "count", "delivered", "dropped", "due_at",
        "element", "kept", "kind", "late", "of", "operation", "outcome", "process", "rating", "recorded_by",
        "refunds", "remedies", "remedy", "satisfied", "status", "team", "template", "to", "type", "version", "was",
        "was_kept", "was_type", "what",
    }
)  # fmt: skip
"""What lines tell in the open: codes, counts, instants and ids. Everything else is sealed with the key of the case."""
NAMES_PEOPLE: Final = frozenset({"respondent-named", "colleague-cleared"})
"""Lines that name in the open somebody whom a redacted file leaves out. Something is sealed beside them though they
tell nothing else: by its digest, which nobody can guess, the record is bound without being shown.
"""


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
    """Write changes of cases down that nobody has loaded, in this order; one without events leaves nothing.

    Repeating doubles them. Each case is locked from here to the end of the transaction, in the order of their ids: the
    record of each binds the one before (docs/adr/0031). Raises KeyDestroyed where something is to be sealed and there
    is no key, LookupError where there is no such case.
    """
    heads: dict[str, Head] = {}
    for case_id in sorted({each.case_id for each in changes if each.events}):
        heads[case_id] = _locked_head(connection, case_id)
    rows = []
    for each in changes:
        if each.events:
            row = record(each, heads[each.case_id])
            heads[each.case_id] = Head(row["number"], row["hash"])
            rows.append(row)
    _INSERT.run_many(connection, rows)
    _MOVE_HEAD.run_many(
        connection, [{"case": case, "number": head.number, "hash": head.hash} for case, head in heads.items()]
    )


def write_next(connection: Connection, change: Change, head: Head) -> Head:
    """Write a change of a case that is loaded, behind `head`, and return the new head, which the caller stores.

    One without events leaves nothing. Raises KeyDestroyed.
    """
    if not change.events:
        return head
    row = record(change, head)
    _INSERT.run(connection, row)
    return Head(row["number"], row["hash"])


def record(change: Change, head: Head) -> dict[str, Any]:
    """Return the row of a change that follows `head`. Raises KeyDestroyed."""
    number = head.number + 1
    lines = as_json([_line(event) for event in change.events])
    details, told = _details(change, number)
    said = lines_digest(lines, details, told)
    return {
        "case_id": change.case_id, "number": number, "at": change.at, "actor": change.actor, "lines": lines,
        "details": details, "told": told,
        "hash": change_hash(head.hash, change.case_id, number, change.at, change.actor, said),
    }  # fmt: skip


def part(number: int) -> str:
    """Return what names the sealed details of a record among all that is sealed under the key of its case."""
    return f"record/{number}"


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


def _locked_head(connection: Connection, case_id: str) -> Head:
    """Return the head of a case nobody has loaded, with its row locked."""
    row = connection.execute(_HEAD, {"case": case_id}).first()
    if row is None:
        raise LookupError(f"there is no case {case_id}")
    return Head(row.trail_number, row.trail_hash or START)


def _details(change: Change, number: int) -> tuple[Sealed | None, bytes | None]:
    """Return what is not in the open, sealed, and the commitment to it; nothing where there is no such thing."""
    found = [{name: each for name, each in event.detail.items() if name not in ROUTING} for event in change.events]
    if not any(found) and not any(event.kind in NAMES_PEOPLE for event in change.events):
        return None, None
    if change.key is None:
        raise KeyDestroyed
    told = [each or None for each in found]
    return seal(change.key, told), committed(change.key, told, of=part(number))
