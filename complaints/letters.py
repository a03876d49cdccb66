"""A letter of a case as a row: what the complainant wrote or reads, word for word."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select

from complaints.tables import complaint, message
from engine.case_work import CaseWork
from storage.types import MICROSECOND


def store_message(
    work: CaseWork, text: str, *, direction: str, subject: str | None = None, template: str | None = None
) -> str:
    """Write a row of `message` (`in` or `out`), in the language of the case; return its id."""
    who, table = work.actor.principal, complaint.c
    language = work.connection.execute(select(table.language).where(table.case_id == work.case_id)).scalar_one()
    message_id = work.ids.new()
    at = next_instant(work.connection, work.case_id, now=work.now)
    values = {
        "id": message_id, "case_id": work.case_id, "at": at, "direction": direction, "template": template,
        "subject": subject, "author": who.person_id if who is not None else work.actor.kind, "text": text,
        "language": language,
    }  # fmt: skip
    work.insert(message, values)
    return message_id


def next_instant(connection: Connection, case_id: str, *, now: datetime) -> datetime:
    """Return the instant (aware, UTC) of the case's next letter: `now`, or just behind its last where that is not past.

    Letters are read in the order of their instants, and several go out in one pass: none may share another's.
    """
    last: datetime | None = connection.scalar(_LAST, {"the_case": case_id})
    return now if last is None else max(now, last + MICROSECOND)


_LAST = select(func.max(message.c.at)).where(message.c.case_id == bindparam("the_case"))
