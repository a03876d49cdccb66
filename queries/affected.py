"""The people concerned by a complaint. Only for those who see the whole case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from complaints.tables import affected
from queries.reader import Reader
from queries.visibility import case_row, sees_whole
from storage.paging import Sort, page


@dataclass(frozen=True)
class AffectedLine:
    """Somebody concerned."""

    id: str
    name: str
    contact: str | None
    learner_id: str | None
    joined_at: datetime
    left_at: datetime | None


@dataclass(frozen=True)
class AffectedPage:
    """A page of people."""

    items: tuple[AffectedLine, ...]
    next: str | None


ORDER = (Sort(affected.c.joined_at, datetime), Sort(affected.c.id, str))


def affected_people(reader: Reader, case_id: str, *, cursor: str | None = None, limit: int = 50) -> AffectedPage:
    """Return who is on the list, those who left too, in the order in which they joined. Raises NotFound, BadCursor.

    Support that is only asked for help is shown nobody.
    """
    row = case_row(reader, case_id)
    if not sees_whole(reader.who, case_owner=row.case_owner):
        return AffectedPage((), None)
    chosen = select(affected).where(affected.c.case_id == case_id)
    found = page(reader.connection, chosen, of=("affected", case_id), order=ORDER, cursor=cursor, limit=limit)
    lines = tuple(
        AffectedLine(
            id=line.id,
            name=line.name,
            contact=line.contact,
            learner_id=line.learner_id,
            joined_at=line.joined_at,
            left_at=line.left_at,
        )
        for line in reader.opened(case_id, found.rows)
    )
    return AffectedPage(lines, found.next)
