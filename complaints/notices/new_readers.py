"""Notices that were given up because nobody was there to read them go out once somebody is."""

from __future__ import annotations

from sqlalchemy import Connection, select

from complaints.notices.delivery import NOBODY, could_read
from engine.pipeline import Desk
from storage.dead_letters import replay
from storage.outbox import GIVEN_UP, HOUSE, outbox


def readable(connection: Connection) -> list[str]:
    """Return the ids of the notices that nobody could read, and that somebody could read now, in order. Reads only."""
    table = outbox.c
    rows = connection.execute(
        select(table.id, table.case_id, table.recipient)
        .where(GIVEN_UP, table.channel == HOUSE, table.last_error.startswith(NOBODY, autoescape=True))
        .order_by(table.sequence)
    )
    return [row.id for row in rows.all() if could_read(connection, row.case_id, row.recipient)]


def tell_new_readers(desk: Desk) -> list[str]:
    """Have them tried again; return their ids. Repeating is safe."""
    return replay(desk.connection, readable(desk.connection), now=desk.now)
