"""A delivery that failed, on record as an incident until it has gone well."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from engine.ids import Ids
from engine.tables import incident
from storage.outbox import Message


def note_failed(connection: Connection, message: Message, reason: str, *, now: datetime, ids: Ids) -> None:
    """Write one more failure down: a new incident, or one attempt more of the one that is open."""
    table, attempts = incident.c, message.attempts + 1
    known = connection.execute(
        select(table.id).where(table.doing == doing(message), table.resolved_at.is_(None))
    ).first()
    if known is None:
        connection.execute(
            insert(incident).values(
                id=ids.new(), case_id=message.case_id, at=now, doing=doing(message), reason=reason, attempts=attempts
            )
        )
    else:
        connection.execute(update(incident).where(table.id == known.id).values(attempts=attempts, reason=reason))


def over(connection: Connection, message: Message, *, now: datetime) -> None:
    """Close the incident of a message that went out after all, or is to go out no more. Repeating is safe."""
    over_by_id(connection, message.kind, message.recipient, message.id, now=now)


def over_by_id(connection: Connection, kind: str, recipient: str, message_id: str, *, now: datetime) -> None:
    """Do the same for a message of which no more is known. Repeating is safe."""
    table = incident.c
    open_one = (table.doing == _doing(kind, recipient, message_id), table.resolved_at.is_(None))
    connection.execute(update(incident).where(*open_one).values(resolved_at=now))


def doing(message: Message) -> str:
    """Return what failed, in words for operators: which notice, to whom, and the id of the message."""
    return _doing(message.kind, message.recipient, message.id)


def _doing(kind: str, recipient: str, message_id: str) -> str:
    return f"deliver {kind} to {recipient} [{message_id}]"
