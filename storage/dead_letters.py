"""Messages that were given up: what an operator sees, and how one is tried again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from storage.outbox import GIVEN_UP, outbox

TOGETHER = 500
"""Messages that one statement names."""


@dataclass(frozen=True, kw_only=True)
class DeadLetter:
    """A message that was given up. It says nothing of what is told, and no address."""

    id: str
    case_id: str | None
    kind: str
    recipient: str
    channel: str
    created_at: datetime
    given_up_at: datetime
    attempts: int
    """How often it was tried since it was written, or replayed."""
    error: str
    """Why the last attempt failed."""
    replays: int


def dead_letters(
    connection: Connection, *, limit: int | None = None, channel: str | None = None, ids: Sequence[str] | None = None
) -> list[DeadLetter]:
    """Return up to `limit` messages that were given up, those written first first.

    Those of one channel where it is named, those of `ids` where they are given.
    """
    table = outbox.c
    found = select(outbox).where(GIVEN_UP).order_by(table.sequence).limit(limit)
    if channel is not None:
        found = found.where(table.channel == channel)
    asked = [found] if ids is None else [found.where(table.id.in_(some)) for some in _batched(ids)]
    return [
        DeadLetter(
            id=row.id, case_id=row.case_id, kind=row.kind, recipient=row.recipient, channel=row.channel,
            created_at=row.created_at, given_up_at=row.given_up_at, attempts=row.attempts,
            error=row.last_error or "", replays=row.replays,
        )
        for each in asked
        for row in connection.execute(each)
    ]  # fmt: skip


def discard(connection: Connection, message_id: str, *, now: datetime) -> bool:
    """Take a message off the list: it is not to go out any more. Repeating is safe: False, and nothing changes."""
    table = outbox.c
    given_up = update(outbox).where(table.id == message_id, GIVEN_UP)
    return connection.execute(given_up.values(cancelled_at=now)).rowcount == 1


def replay(connection: Connection, ids: Sequence[str], *, now: datetime) -> list[str]:
    """Have messages that were given up tried again, from `now` on, with their key, all attempts before them.

    Returns the ids of those that were given up, in order; the others are left alone, so that repeating is safe.
    """
    table = outbox.c
    done: list[str] = []
    for some in _batched(ids):
        chosen = select(table.id).where(table.id.in_(some), GIVEN_UP)
        found = list(connection.execute(chosen.order_by(table.sequence).with_for_update()).scalars())
        connection.execute(
            update(outbox)
            .where(table.id.in_(found))
            .values(given_up_at=None, given_up_as=None, attempts=0, deliver_after=now, replays=table.replays + 1)
        )
        done += found
    return done


def _batched(ids: Sequence[str]) -> list[Sequence[str]]:
    """Return them in parts that a statement can name: a database takes so many values and no more."""
    return [ids[at : at + TOGETHER] for at in range(0, len(ids), TOGETHER)]
