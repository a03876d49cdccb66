"""A delivery that failed, on record as an incident until it has gone well."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, insert, select, update

from engine.ids import Ids
from engine.incidents import DELIVERY
from engine.tables import incident
from storage.outbox import Message


def note_failed(connection: Connection, message: Message, reason: str, *, now: datetime, ids: Ids) -> None:
    """Write one more failure down: a new incident, or one attempt more of the one that is open."""
    table, attempts = incident.c, message.attempts + 1
    known = connection.execute(select(table.id).where(*_open_one(message.kind, message.recipient, message.id))).first()
    if known is None:
        connection.execute(
            insert(incident).values(
                id=ids.new(), case_id=message.case_id, at=now, doing=_doing(message.kind, message.recipient),
                about=message.id, reason=reason, attempts=attempts,
            )
        )  # fmt: skip
    else:
        connection.execute(update(incident).where(table.id == known.id).values(attempts=attempts, reason=reason))


def over(connection: Connection, message: Message, *, now: datetime) -> None:
    """Close the incident of a message that went out after all, or is to go out no more. Repeating is safe."""
    over_by_id(connection, message.kind, message.recipient, message.id, now=now)


def over_by_id(connection: Connection, kind: str, recipient: str, message_id: str, *, now: datetime) -> None:
    """Do the same for a message of which no more is known. Repeating is safe."""
    connection.execute(update(incident).where(*_open_one(kind, recipient, message_id)).values(resolved_at=now))


def _open_one(kind: str, recipient: str, message_id: str) -> tuple[ColumnElement[bool], ...]:
    table = incident.c
    return table.doing == _doing(kind, recipient), table.about == message_id, table.resolved_at.is_(None)


def _doing(kind: str, recipient: str) -> str:
    """Return what failed, in words for operators: which notice, to whom."""
    return f"{DELIVERY}{kind} to {recipient}"
