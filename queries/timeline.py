"""One list for a case: who did what when, on which version of the process, with letters, notes and notices between."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from access import people
from engine.tables import past_instance
from queries.case_course import SOURCES, CaseCourse, Source, TimelineItem, Versions
from queries.case_file import process_version_of
from queries.reader import Reader
from queries.visibility import case_row, sees_whole
from storage import paging

__all__ = ["TimelineItem", "TimelinePage", "timeline"]

AT_ONCE = 250
"""Entries that are put into words together: a page and a little more."""


@dataclass(frozen=True)
class TimelinePage:
    """A page of the list."""

    items: tuple[TimelineItem, ...]
    next: str | None


def timeline(
    reader: Reader,
    case_id: str,
    *,
    everything: bool = False,
    only: Source | None = None,
    newest_first: bool = False,
    cursor: str | None = None,
    limit: int = 200,
) -> TimelinePage:
    """Return what has happened, the oldest first unless it is asked for otherwise. Raises NotFound, BadCursor.

    `everything`: automatic steps too. `only`: lines of one source (`SOURCES`). Support that is only asked for help
    reads no notes but its own, no letters, no facts as they changed, and no details.
    """
    row = case_row(reader, case_id)
    whole = sees_whole(reader.who, case_owner=row.case_owner)
    course = CaseCourse(reader, case_id, _versions(reader, case_id, row), everything=everything, whole=whole)
    found = [entry for source in ([only] if only else SOURCES) for entry in course.entries(case_id, source)]
    found.sort(key=lambda entry: entry.key, reverse=newest_first)
    of = ("timeline", case_id, everything, only, newest_first)
    if cursor is not None:
        seen = paging.decode(cursor, [datetime, str, str], of)
        found = [entry for entry in found if (entry.key < seen if newest_first else entry.key > seen)]
    items: list[TimelineItem] = []
    while found and len(items) <= limit:
        some, found = found[:AT_ONCE], found[AT_ONCE:]
        items += course.told(some)
    following = paging.encode(_key(items[limit - 1]), of) if len(items) > limit else None
    return TimelinePage(_named(reader, items[:limit]), following)


def _key(item: TimelineItem) -> tuple[datetime, str, str]:
    return item.at, item.source, item.id


def _versions(reader: Reader, case_id: str, row: Any) -> Versions:
    past = reader.connection.execute(
        select(past_instance.c.ended_at, past_instance.c.version_id)
        .where(past_instance.c.case_id == case_id)
        .order_by(past_instance.c.number)
    )
    found: Versions = [(each.ended_at, each.version_id, process_version_of(reader, each.version_id)) for each in past]
    return [*found, (None, row.version_id, process_version_of(reader, row.version_id))]


def _named(reader: Reader, items: Iterable[TimelineItem]) -> tuple[TimelineItem, ...]:
    shown = tuple(items)
    names = people.names(reader.connection, {item.actor for item in shown if item.actor})
    return tuple(
        TimelineItem(**{**item.__dict__, "actor_name": names.get(item.actor)}) if item.actor in names else item
        for item in shown
    )
