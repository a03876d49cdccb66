"""Questions to the complainant that are still held back: what arrives now was written without knowing them."""

from __future__ import annotations

from sqlalchemy import or_, select

from engine.case_work import CaseWork
from storage.outbox import outbox


def not_yet_asked(work: CaseWork) -> frozenset[str]:
    """Return the messages that somebody waits for and that the complainant cannot know of yet.

    The letter that asks for them is held (`undo.seconds` of the process), or could not be delivered so far. Once it
    went out, was called back or was given up, nothing of it is left here. Reads only.
    """
    table = outbox.c
    letters = work.read(
        select(table.payload).where(
            table.case_id == work.case_id,
            table.recipient == "complainant",
            table.delivered_at.is_(None),
            table.cancelled_at.is_(None),
            table.given_up_at.is_(None),
            or_(table.held_until > work.now, table.attempts > 0),
        )
    )
    return frozenset(name for letter in letters for name in letter.payload.get("asks", ()))
