"""One list for a case: who did what when, on which version of the process, with letters, notes and notices between."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select

from access import people
from complaints.tables import message, note
from engine.tables import event_log, past_instance
from forms.languages import Labels, pick
from queries.case_file import ProcessVersion, process_version_of
from queries.event_lines import OTHER_CASES, EventLine, event_line
from queries.links import numbers_seen
from queries.notice_titles import notice_title
from queries.reader import Reader
from queries.visibility import case_row, sees_whole
from storage import paging
from storage.outbox import HOUSE, outbox

OF_FACTS = frozenset({"facts", "decision"})
"""Kinds of events whose line tells facts of the case."""
SYSTEM = "system"
PROCESS: Labels = {"zh-CN": "{title} 第 {version} 版", "ko": "{title} {version}판", "en": "{title}, version {version}"}
"""Who has done what nobody did: the process, in the version that was in force for the case."""
RANK = {"event": 0, "message": 1, "note": 2, "notice": 3}


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
class TimelinePage:
    """A page of the list, the oldest first."""

    items: tuple[TimelineItem, ...]
    next: str | None


def timeline(
    reader: Reader, case_id: str, *, everything: bool = False, cursor: str | None = None, limit: int = 200
) -> TimelinePage:
    """Return what has happened, the oldest first. Raises NotFound, BadCursor.

    `everything`: automatic steps too. Support that is only asked for help reads no notes but its own, no letters,
    no facts as they changed, and no details.
    """
    row = case_row(reader, case_id)
    whole = sees_whole(reader.who, case_owner=row.case_owner)
    versions = _versions(reader, case_id, row)
    items = [
        *_events(reader, case_id, versions, everything=everything, whole=whole),
        *(_messages(reader, case_id, versions) if whole else ()),
        *_notes(reader, case_id, versions, whole=whole),
        *_notices(reader, case_id, versions, whole=whole),
    ]
    items.sort(key=_key)
    of = ("timeline", case_id, everything)
    if cursor is not None:
        behind = paging.decode(cursor, [datetime, int, str], of)
        items = [item for item in items if _key(item) > behind]
    following = paging.encode(_key(items[limit - 1]), of) if len(items) > limit else None
    return TimelinePage(_named(reader, items[:limit]), following)


def _key(item: TimelineItem) -> tuple[datetime, int, str]:
    return item.at, RANK[item.source], item.id


Versions = list[tuple[datetime | None, str, ProcessVersion]]
"""Until when (None: still), the version's id, and the version."""


def _versions(reader: Reader, case_id: str, row: Any) -> Versions:
    past = reader.connection.execute(
        select(past_instance.c.ended_at, past_instance.c.version_id)
        .where(past_instance.c.case_id == case_id)
        .order_by(past_instance.c.number)
    )
    found: Versions = [(each.ended_at, each.version_id, process_version_of(reader, each.version_id)) for each in past]
    return [*found, (None, row.version_id, process_version_of(reader, row.version_id))]


def _version_at(versions: Versions, at: datetime) -> tuple[str, ProcessVersion]:
    for until, version_id, version in versions:
        if until is None or at < until:
            return version_id, version
    return versions[-1][1], versions[-1][2]


def _events(
    reader: Reader, case_id: str, versions: Versions, *, everything: bool, whole: bool
) -> Iterator[TimelineItem]:
    rows = reader.connection.execute(
        select(event_log).where(event_log.c.case_id == case_id).order_by(event_log.c.sequence)
    ).all()
    named = {str(row.detail["to"]) for row in rows if "to" in row.detail and isinstance(row.detail["to"], str)}
    names = people.names(reader.connection, {*named, *(row.name for row in rows if row.name)})
    names |= numbers_seen(reader, {row.name for row in rows if row.kind in OTHER_CASES})
    moved = 0
    for row in rows:
        if not whole and row.kind in OF_FACTS:
            continue
        # Not by the instant: the end of the old instance and the start of the new one have the same.
        _, version_id, version = versions[min(moved, len(versions) - 1)]
        moved += row.kind == "retyped"
        line: EventLine | None = event_line(reader, version_id, row, names, everything=everything, whole=whole)
        if line is not None:
            actor = SYSTEM if line.by_process else row.actor
            by = _process(version, reader.language) if line.by_process else None
            yield TimelineItem(
                f"e{row.sequence:019d}", row.at, "event", row.kind, line.text, row.element, line.name, actor, by,
                version, line.detail,
            )  # fmt: skip


def _process(version: ProcessVersion, language: str) -> str:
    return pick(PROCESS, language).format(title=version.title, version=version.version)


def _messages(reader: Reader, case_id: str, versions: Versions) -> Iterator[TimelineItem]:
    for row in reader.connection.execute(select(message).where(message.c.case_id == case_id)):
        detail = {"direction": row.direction, "template": row.template, "subject": row.subject}
        author = "complainant" if row.author is None and row.direction == "in" else row.author
        yield TimelineItem(
            row.id, row.at, "message", row.direction, row.text, None, None, author, None,
            _version_at(versions, row.at)[1], detail,
        )  # fmt: skip


def _notes(reader: Reader, case_id: str, versions: Versions, *, whole: bool) -> Iterator[TimelineItem]:
    chosen = select(note).where(note.c.case_id == case_id)
    if not whole:
        chosen = chosen.where(note.c.author == reader.who.person_id)
    for row in reader.connection.execute(chosen):
        yield TimelineItem(
            row.id, row.at, "note", "note", row.text, None, None, row.author, None, _version_at(versions, row.at)[1], {}
        )


def _notices(reader: Reader, case_id: str, versions: Versions, *, whole: bool) -> Iterator[TimelineItem]:
    """Yield what was told, or is about to be; letters to the complainant that went out stand among the letters.

    Letters that wait to go out are for those who see the whole case, as those are that went.
    """
    table = outbox.c
    rows = reader.connection.execute(
        select(outbox).where(
            table.case_id == case_id,
            # What also goes out by mail, or to another system, is told once.
            table.channel == HOUSE,
            table.cancelled_at.is_(None),
            table.recipient != "complainant"
            if not whole
            else or_(table.recipient != "complainant", table.delivered_at.is_(None)),
        )
    )
    for row in rows:
        version_id, version = _version_at(versions, row.created_at)
        detail = {
            "recipient": row.recipient,
            "delivered_at": row.delivered_at.isoformat() if row.delivered_at else None,
            "held_until": row.held_until.isoformat() if row.held_until else None,
            "given_up": row.given_up_at is not None,
        }
        clock = (row.payload.get("values") or {}).get("clock")
        text = notice_title(reader, reader.process(version_id), row.kind, clock=clock) or row.kind
        yield TimelineItem(row.id, row.created_at, "notice", row.kind, text, None, None, SYSTEM, None, version, detail)


def _named(reader: Reader, items: Iterable[TimelineItem]) -> tuple[TimelineItem, ...]:
    shown = tuple(items)
    names = people.names(reader.connection, {item.actor for item in shown if item.actor})
    return tuple(
        TimelineItem(**{**item.__dict__, "actor_name": names.get(item.actor)}) if item.actor in names else item
        for item in shown
    )
