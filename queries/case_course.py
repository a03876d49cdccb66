"""What a case's course is made of: events, letters, notes and notices, found cheaply and put into words when shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, Table, false, or_, select

from access import people
from complaints.tables import message, note
from engine.case_log import whole_lines
from engine.tables import event_log
from forms.languages import Labels, labels, pick
from queries.case_file import ProcessVersion
from queries.event_lines import OTHER_CASES, EventLine, event_line
from queries.links import numbers_seen
from queries.notice_titles import notice_title
from queries.reader import Reader
from storage.outbox import HOUSE, outbox

OF_FACTS = frozenset({"facts", "decision"})
"""Kinds of events whose line tells facts of the case."""
SYSTEM = "system"
COMPLAINANT = "complainant"
WRITTEN = labels(
    "给投诉人的消息（待发出）", "민원인에게 보낼 메시지(발송 대기)", "A message to the complainant, waiting"
)
LOST = labels("给投诉人的消息", "민원인에게 보낸 메시지", "A message to the complainant")
"""One that was given up."""
PROCESS: Labels = {"zh-CN": "{title} 第 {version} 版", "ko": "{title} {version}판", "en": "{title}, version {version}"}
"""Who has done what nobody did: the process, in the version that was in force for the case."""
Source = Literal["event", "message", "note", "notice"]
SOURCES: tuple[Source, ...] = get_args(Source)
"""Where lines come from; of one instant they stand in this order, which is that of the alphabet."""
TABLES: Mapping[str, Table] = {"message": message, "note": note, "notice": outbox}


@dataclass(frozen=True)
class TimelineItem:
    """One line."""

    id: str
    at: datetime
    source: str
    """event, message, note or notice."""
    kind: str
    text: str
    """What happened, in the reader's language; the letter or note itself where it is one."""
    element: str | None
    name: str | None
    """The element's name in the reader's language."""
    actor: str | None
    """A person's id, `complainant` or `system`: what tables, clocks and the diagram do is nobody's doing."""
    actor_name: str | None
    """Of a person; of the process and its version, where it was the process."""
    process: ProcessVersion
    detail: Mapping[str, Any]


@dataclass(frozen=True)
class Entry:
    """What a line will be made of, and where it stands. Most of a long case is never shown, and not put into words."""

    at: datetime
    source: str
    id: str
    row: Any = None
    """Of an event; what else there is, is read when it is shown."""
    version: int = 0
    """Of an event: under which of the case's versions it came."""

    @property
    def key(self) -> tuple[datetime, str, str]:
        """Its place in the list."""
        return self.at, self.source, self.id


Versions = list[tuple[datetime | None, str, ProcessVersion]]
"""Until when (None: still), the version's id, and the version."""


class CaseCourse:
    """The course of one case, as one reader sees it."""

    def __init__(self, reader: Reader, case_id: str, versions: Versions, *, everything: bool, whole: bool) -> None:
        self._reader, self._case_id, self._versions = reader, case_id, versions
        self._everything, self._whole = everything, whole

    def entries(self, case_id: str, source: Source) -> Iterator[Entry]:
        """Yield what a source has of the case, in no order."""
        if source == "event":
            yield from self._events(case_id)
            return
        if source == "message" and not self._whole:
            return
        connection, table = self._reader.connection, TABLES[source]
        chosen = select(table.c.id, table.c.created_at if source == "notice" else table.c.at)
        chosen = chosen.where(table.c.case_id == case_id, *self._seen(source))
        for name, at in connection.execute(chosen):
            yield Entry(at, source, name)

    def told(self, entries: Sequence[Entry]) -> Iterator[TimelineItem]:
        """Yield the lines of some entries, in their order; what says nothing to people is left out."""
        rows = {source: self._rows(source, entries) for source in TABLES}
        events = [entry.row for entry in entries if entry.source == "event"]
        named = {str(row.detail["to"]) for row in events if isinstance(row.detail.get("to"), str)}
        names = people.names(self._reader.connection, {*named, *(row.name for row in events if row.name)})
        names |= numbers_seen(self._reader, {row.name for row in events if row.kind in OTHER_CASES})
        for entry in entries:
            item = self._event(entry, names) if entry.source == "event" else self._item(entry, rows[entry.source])
            if item is not None:
                yield item

    def _events(self, case_id: str) -> Iterator[Entry]:
        found = self._reader.connection.execute(
            select(event_log).where(event_log.c.case_id == case_id).order_by(event_log.c.sequence)
        )
        rows = whole_lines(self._reader.key(case_id), found)
        moved = 0
        for row in rows:
            if self._whole or row.kind not in OF_FACTS:
                # Not by the instant: the end of the old instance and the start of the new one have the same.
                version = min(moved, len(self._versions) - 1)
                yield Entry(row.at, "event", f"e{row.sequence:019d}", row, version)
            moved += row.kind == "retyped"

    def _seen(self, source: str) -> Sequence[ColumnElement[bool]]:
        """Return which rows of a source the reader may see."""
        if source == "message":
            return ()
        if source == "note":
            return () if self._whole else (note.c.author == self._reader.who.person_id,)
        table = outbox.c
        # Letters that went out stand among the letters; those that wait are for those who see the whole case, too.
        waits = table.delivered_at.is_(None) if self._whole else false()
        # What also goes out by mail, or to another system, is told once.
        # What nobody could read was to be told all the same, though it is owed no more.
        told = or_(table.cancelled_at.is_(None), table.given_up_at.is_not(None))
        return table.channel == HOUSE, told, or_(table.recipient != COMPLAINANT, waits)

    def _rows(self, source: str, entries: Sequence[Entry]) -> Mapping[str, Any]:
        ids, table = [entry.id for entry in entries if entry.source == source], TABLES[source]
        rows = self._reader.connection.execute(select(table).where(table.c.id.in_(ids))).all() if ids else ()
        return {row.id: row for row in self._reader.opened(self._case_id, rows)}

    def _event(self, entry: Entry, names: Mapping[str, str]) -> TimelineItem | None:
        row, (_, version_id, version) = entry.row, self._versions[entry.version]
        line: EventLine | None = event_line(
            self._reader, version_id, row, names, everything=self._everything, whole=self._whole
        )
        if line is None:
            return None
        actor = SYSTEM if line.by_process else row.actor
        by = _process(version, self._reader.language) if line.by_process else None
        return TimelineItem(
            entry.id, row.at, "event", row.kind, line.text, row.element, line.name, actor, by, version, line.detail
        )

    def _item(self, entry: Entry, rows: Mapping[str, Any]) -> TimelineItem:
        row, (version_id, version) = rows[entry.id], self._version_at(entry.at)
        if entry.source == "message":
            author = COMPLAINANT if row.author is None and row.direction == "in" else row.author
            detail = {"direction": row.direction, "template": row.template, "subject": row.subject}
            return TimelineItem(
                row.id, row.at, "message", row.direction, row.text, None, None, author, None, version, detail
            )
        if entry.source == "note":
            return TimelineItem(row.id, row.at, "note", "note", row.text, None, None, row.author, None, version, {})
        clock = (row.payload.get("values") or {}).get("clock")
        text = notice_title(self._reader, self._reader.process(version_id), row.kind, clock=clock)
        if not text:
            # What somebody has written themselves has no template, and no title.
            said = LOST if row.given_up_at is not None else WRITTEN
            text = pick(said, self._reader.language) if row.recipient == COMPLAINANT else row.kind
        return TimelineItem(
            row.id, row.created_at, "notice", row.kind, text, None, None, SYSTEM, None, version, _delivery(row)
        )

    def _version_at(self, at: datetime) -> tuple[str, ProcessVersion]:
        for until, version_id, version in self._versions:
            if until is None or at < until:
                return version_id, version
        return self._versions[-1][1], self._versions[-1][2]


def _delivery(row: Any) -> dict[str, Any]:
    return {
        "recipient": row.recipient,
        "delivered_at": row.delivered_at.isoformat() if row.delivered_at else None,
        "held_until": row.held_until.isoformat() if row.held_until else None,
        "given_up": row.given_up_at is not None,
    }


def _process(version: ProcessVersion, language: str) -> str:
    return pick(PROCESS, language).format(title=version.title, version=version.version)
