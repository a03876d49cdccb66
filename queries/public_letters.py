"""The letters between the complainant and the house, as the complainant reads them; a long exchange in pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from complaints.tables import message
from queries.reader import Reader
from storage.paging import Sort, page

SHOWN = 50
"""Letters that are shown with the complaint; who wants earlier ones asks for them."""


@dataclass(frozen=True)
class PublicMessage:
    """A letter between the complainant and the house."""

    id: str
    at: datetime
    direction: str
    """`in`: from the complainant; `out`: to the complainant."""
    subject: str | None
    text: str
    language: str


@dataclass(frozen=True)
class PublicMessagePage:
    """A page of letters, the newest first."""

    items: tuple[PublicMessage, ...]
    next: str | None


NEWEST_FIRST = (Sort(message.c.at, datetime, descending=True), Sort(message.c.id, str, descending=True))


def public_letters(reader: Reader, case_id: str, *, cursor: str | None = None, limit: int = SHOWN) -> PublicMessagePage:
    """Return letters of a case that `queries.tracking.case_of_code` has found, the newest first. Raises BadCursor."""
    table = message.c
    chosen = select(table.id, table.at, table.direction, table.subject, table.text, table.language)
    found = page(
        reader.connection, chosen.where(table.case_id == case_id), of=("letters", case_id), order=NEWEST_FIRST,
        cursor=cursor, limit=limit,
    )  # fmt: skip
    items = (
        PublicMessage(row.id, row.at, row.direction, row.subject, row.text, row.language)
        for row in reader.opened(case_id, found.rows)
    )
    return PublicMessagePage(tuple(items), found.next)
