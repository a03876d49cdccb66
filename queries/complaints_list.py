"""The list of complaints that a person sees, filtered and searched, the newest first."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select

from access.keys.sealed_rows import open_sealed
from access.spelling import bare
from access.tables import person
from complaints.intake.case_numbers import IN_A_NUMBER, grouped
from complaints.tables import complaint, promise
from engine.tables import IS_OPEN, instance, work_item
from queries.reader import Reader
from queries.visibility import cases, few_cases, sees_all, visible
from storage.paging import Sort, page

MOST_WORDS = 8
"""Words of a search that are looked for; each must occur."""


@dataclass(frozen=True)
class Filters:
    """What is asked of the list; None does not narrow it."""

    status: str | None = None
    case_owner: str | None = None
    team: str | None = None
    """Somebody of this team has, or may take, an open task."""
    impact: str | None = None
    priority: str | None = None
    overdue: bool = False
    """A clock of the case runs past its time, or what was promised by a time that has passed is not kept."""
    q: str | None = None
    """A whole number, or words in the number, the subject, the text or the complainant's name."""


@dataclass(frozen=True)
class ComplaintItem:
    """A complaint as lists show it."""

    id: str
    number: str
    subject: str
    type: str
    channel: str
    status: str
    status_text: str
    closure: str | None
    case_owner: str | None
    case_owner_name: str | None
    priority: str | None
    impact: str | None
    category: str | None
    received_at: datetime
    due_at: datetime | None
    """Of the next clock."""
    late: bool


@dataclass(frozen=True)
class ComplaintPage:
    """A page of complaints."""

    items: tuple[ComplaintItem, ...]
    next: str | None


NEWEST_FIRST = (
    Sort(instance.c.received_at, datetime, descending=True),
    Sort(instance.c.case_id, str, descending=True),
)


def complaints(
    reader: Reader, filters: Filters | None = None, *, cursor: str | None = None, limit: int = 50
) -> ComplaintPage:
    """Return a page of what the reader sees. Raises BadCursor.

    Where it has to look into each case for what is asked, a page looks at `storage.paging.LOOKED_AT` of them at most:
    it may hold fewer than `limit`, or none, and yet have a `next`.
    """
    filters = filters or Filters()
    chosen = (
        cases()
        .add_columns(person.c.name.label("owner_name"))
        .outerjoin(person, person.c.id == instance.c.case_owner)
        .where(visible(reader.who))
    )
    along, looked_for = _along(filters), _looked_for(reader, filters)
    named = None if filters.q is None else _named(reader, filters.q)
    few = [named] if named is not None else few_cases(reader)
    words = _words(filters.q) if filters.q is not None and named is None else ()
    among = None
    if few is not None:
        looked_for.append(instance.c.case_id.in_(few))
    elif len(along) > 1 or looked_for or words or not sees_all(reader.who):
        # The first of them has an index by age; whether a case is all the rest is seen by looking at it.
        alive = [instance.c.ended_at.is_(None)] if filters.overdue or filters.team is not None else []
        among = select(instance.c.case_id).where(*(along[:1] or alive))
    of = ("complaints", *astuple(filters))
    found = page(
        reader.connection, chosen.where(*along, *looked_for), of=of, order=NEWEST_FIRST, cursor=cursor, limit=limit,
        among=among, keep=(lambda row: _has(reader, row, words)) if words else None,
    )  # fmt: skip
    return ComplaintPage(tuple(_item(reader, row) for row in found.rows), found.next)


def _along(filters: Filters) -> list[ColumnElement[bool]]:
    """Return the conditions of which each has an index that goes by age."""
    table = instance.c
    wanted = {
        table.status: filters.status,
        table.case_owner: filters.case_owner,
        table.impact: filters.impact,
        table.priority: filters.priority,
    }
    return [column == value for column, value in wanted.items() if value is not None]


def _looked_for(reader: Reader, filters: Filters) -> list[ColumnElement[bool]]:
    """Return the conditions that each case has to be looked at for; the words of a search are another."""
    table = instance.c
    conditions: list[ColumnElement[bool]] = []
    if filters.team is not None:
        task = work_item.c
        asked = exists().where(task.case_id == table.case_id, IS_OPEN, task.team == filters.team)
        conditions.append(and_(table.ended_at.is_(None), asked))
    if filters.overdue:
        # Nothing is late of what has ended: only what has not is looked through.
        conditions.append(and_(table.ended_at.is_(None), or_(table.next_clock_due < reader.now, _promise_missed())))
    return conditions


def _named(reader: Reader, text: str) -> str | None:
    """Return the id of the case of which this is the whole number, None for anything else: words are looked for then.

    Whoever types a number means that case, and it is found without a look into every text.
    """
    named = select(complaint.c.case_id).where(complaint.c.number == grouped(bare(text), IN_A_NUMBER))
    found: str | None = reader.connection.execute(named).scalar()
    return found


def _promise_missed() -> ColumnElement[bool]:
    """Return the condition that something was promised by a time that has passed, and is not kept (R-004-24)."""
    missed = (promise.c.case_id == instance.c.case_id, promise.c.missed_at.is_not(None), promise.c.kept_at.is_(None))
    return exists().where(*missed)


def _words(text: str) -> tuple[str, ...]:
    return tuple(_plain(text).split()[:MOST_WORDS])


def _has(reader: Reader, row: Any, words: Sequence[str]) -> bool:
    """Say whether every word occurs somewhere; width and case do not count, nor hyphens of numbers."""
    key, bare_number = reader.key_along(row), row.number.lower().replace("-", "")
    # Of thousands of cases no more is opened than is looked into.
    texts = [_plain(open_sealed(key, each) or "") for each in (row.subject, row.text, row.name)]

    def occurs(word: str) -> bool:
        plain = word.replace("-", "")
        return any(word in text for text in texts) or bool(plain and plain in bare_number)

    return all(occurs(word) for word in words)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


def _item(reader: Reader, row: Any) -> ComplaintItem:
    words = reader.library.words.of(reader.process(row.version_id))
    return ComplaintItem(
        id=row.case_id,
        number=row.number,
        subject=open_sealed(reader.key_along(row), row.subject),
        type=row.type,
        channel=row.channel,
        status=row.status,
        status_text=words.status(row.status, reader.language),
        closure=row.closure,
        case_owner=row.case_owner,
        case_owner_name=row.owner_name,
        priority=row.priority,
        impact=row.impact,
        category=row.category,
        received_at=row.received_at,
        due_at=row.next_clock_due,
        late=row.next_clock_due is not None and row.next_clock_due < reader.now,
    )
