"""A letter of a case as a row: what the complainant wrote or reads, word for word."""

from __future__ import annotations

from sqlalchemy import insert, select

from complaints.tables import complaint, message
from engine.case_work import CaseWork


def store_message(
    work: CaseWork, text: str, *, direction: str, subject: str | None = None, template: str | None = None
) -> str:
    """Write a row of `message` (`in` or `out`), in the language of the case; return its id."""
    who, table = work.actor.principal, complaint.c
    language = work.connection.execute(select(table.language).where(table.case_id == work.case_id)).scalar_one()
    message_id = work.ids.new()
    work.connection.execute(
        insert(message).values(
            id=message_id, case_id=work.case_id, at=work.now, direction=direction, template=template, subject=subject,
            author=who.person_id if who is not None else work.actor.kind, text=text, language=language,
        )
    )  # fmt: skip
    return message_id
