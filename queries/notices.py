"""What a colleague has been told, the newest first, as it was worded for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from access.keys.stored_keys import with_key
from complaints.notices.reading import own
from complaints.tables import complaint, notice
from engine.errors import NotFound
from queries.reader import Reader
from storage.paging import Sort, page


@dataclass(frozen=True)
class NoticeItem:
    """A notice to the reader."""

    id: str
    complaint_id: str
    number: str
    """Of the case."""
    subject: str
    text: str
    language: str
    """BCP 47: the reader's own when it was told."""
    template: str
    """Its name in `notices.toml`."""
    at: datetime
    read_at: datetime | None
    """When the reader marked it as read, None until then."""


@dataclass(frozen=True)
class NoticePage:
    """A page of notices."""

    items: tuple[NoticeItem, ...]
    next: str | None


NEWEST_FIRST = (Sort(notice.c.at, datetime, descending=True), Sort(notice.c.id, str, descending=True))


def notices(reader: Reader, *, unread_only: bool = False, cursor: str | None = None, limit: int = 50) -> NoticePage:
    """Return what the reader was told of cases that they may see now. Raises BadCursor."""
    chosen = _rows().where(own(reader.who))
    if unread_only:
        chosen = chosen.where(notice.c.read_at.is_(None))
    found = page(reader.connection, chosen, of=("notices", unread_only), order=NEWEST_FIRST, cursor=cursor, limit=limit)
    return NoticePage(tuple(_item(row) for row in reader.opened_along(found.rows)), found.next)


def one_notice(reader: Reader, notice_id: str) -> NoticeItem:
    """Return one notice of the reader's. Raises NotFound."""
    row = reader.connection.execute(_rows().where(notice.c.id == notice_id, own(reader.who))).first()
    if row is None:
        raise NotFound("There is no such notice.", notice=notice_id)
    return _item(reader.opened_along([row])[0])


def _rows() -> Select[Any]:
    table = notice.c
    columns = (table.id, table.case_id, table.subject, table.text, table.language, table.template, table.at)
    rows = select(*columns, table.read_at, complaint.c.number).join_from(
        notice, complaint, complaint.c.case_id == table.case_id
    )
    return with_key(rows, table.case_id)


def _item(row: Any) -> NoticeItem:
    return NoticeItem(
        id=row.id, complaint_id=row.case_id, number=row.number, subject=row.subject, text=row.text,
        language=row.language, template=row.template, at=row.at, read_at=row.read_at,
    )  # fmt: skip
