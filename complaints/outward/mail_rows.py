"""Mail begins as a row: written with the letter or the notice, in its transaction, with ids and without a word.

The text is read when it is sent. The letter of the case stays what counts; the mail is a copy of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from access.keys.cipher import DataKey
from access.keys.sealed_rows import seal
from access.tables import person
from complaints.tables import complaint
from engine.ids import Ids
from storage import outbox
from storage.outbox import Message

MAIL = "mail"
"""The channel, and the beginning of its recipients: `mail:complainant`, `mail:person:ID`."""
TO_COMPLAINANT = f"{MAIL}:complainant"

_GIVEN = select(complaint.c.email).where(complaint.c.case_id == bindparam("the_case"))
_REACHED = select(person.c.id).where(
    person.c.id.in_(bindparam("people", expanding=True)), person.c.email.is_not(None), person.c.email != ""
)


def mail_letter(connection: Connection, key: DataKey, told: Message, letter: str, *, now: datetime, ids: Ids) -> None:
    """Have a letter go to the complainant's address too, where they gave one. Repeating is safe."""
    if connection.scalar(_GIVEN, {"the_case": told.case_id}):
        outbox.write(connection, [_row(key, told, TO_COMPLAINANT, {"letter": letter}, now=now, ids=ids)])


def mail_notices(
    connection: Connection,
    key: DataKey,
    told: Message,
    written: Iterable[Mapping[str, Any]],
    *,
    now: datetime,
    ids: Ids,
) -> None:
    """Have notices (rows of `notice`) go to their readers' addresses too, where they have one. Repeating is safe."""
    notices = {row["person"]: row["id"] for row in written}
    if not notices:
        return
    reached = connection.execute(_REACHED, {"people": list(notices)}).scalars()
    rows = [
        _row(key, told, f"{MAIL}:person:{each}", {"notice": notices[each]}, now=now, ids=ids)
        for each in sorted(reached)
    ]
    outbox.write(connection, rows)


def _row(
    key: DataKey, told: Message, recipient: str, payload: Mapping[str, str], *, now: datetime, ids: Ids
) -> Message:
    return Message(
        id=ids.new(), case_id=told.case_id, cause=told.id, kind=told.kind, recipient=recipient, channel=MAIL,
        payload=seal(key, dict(payload)), created_at=now, deliver_after=now,
    )  # fmt: skip
