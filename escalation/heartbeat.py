"""What a process says of itself in the database: that its loops are at work. Others see by it that somebody is there.

Rows of `house_state`, one a process: it is a handful of lines that nothing joins or sorts by.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, delete, select

from engine.tables import house_state
from escalation.pulse import LATELY_SECONDS
from storage.insert import upsert_many

BEAT_SECONDS = 5.0
"""How often a process says that it is there."""
LATELY = timedelta(seconds=LATELY_SECONDS)
"""Whoever has said nothing for longer is taken for dead: in time for another to be started within half a minute."""
REMEMBERED_FOR = timedelta(days=1)
"""How long it is known of a process that it died without a word."""
PREFIX = "heartbeat."
_ALL = and_(house_state.c.key >= PREFIX, house_state.c.key < "heartbeat/")


@dataclass(frozen=True)
class Heartbeat:
    """One process that runs the loops."""

    id: str
    """Opaque; another after every start."""
    role: str
    """`serve` or `worker`."""
    host: str
    """The machine or container, as it calls itself."""
    since: datetime
    """When it began."""
    at: datetime
    """When its loops were last seen at work."""

    def recent(self, now: datetime) -> bool:
        """Say whether it is there: a clock that runs ahead of ours is no fault."""
        return self.at >= now - LATELY


def beat(connection: Connection, own: Heartbeat) -> None:
    """Say that a process is there. Repeating is safe."""
    value = {"role": own.role, "host": own.host, "since": own.since.isoformat(), "at": own.at.isoformat()}
    row = {"key": f"{PREFIX}{own.id}", "value": json.dumps(value)}
    upsert_many(connection, house_state, [row], unique=("key",))


def heartbeats(connection: Connection) -> list[Heartbeat]:
    """Return every process that has said it was there and has not said goodbye, by the instant of its beginning."""
    found = []
    for row in connection.execute(select(house_state).where(_ALL)):
        value = json.loads(row.value)
        since, at = (datetime.fromisoformat(value[name]) for name in ("since", "at"))
        found.append(Heartbeat(row.key.removeprefix(PREFIX), value["role"], value["host"], since, at))
    return sorted(found, key=lambda each: (each.since, each.id))


def say_goodbye(connection: Connection, process: str) -> None:
    """Forget a process that stops in good order. Repeating is safe."""
    connection.execute(delete(house_state).where(house_state.c.key == f"{PREFIX}{process}"))


def forget(connection: Connection, now: datetime | None = None) -> None:
    """Forget those that have been silent for a day; without `now` all of them, as after a restore."""
    for each in heartbeats(connection):
        if now is None or each.at < now - REMEMBERED_FOR:
            say_goodbye(connection, each.id)


def missed(found: list[Heartbeat], now: datetime) -> list[Heartbeat]:
    """Return those that fell silent without a word and that nobody replaces: no other of their role began since.

    Each takes the place of one; if it died too, whoever began after it has taken its own.
    """
    began = sorted(found, key=lambda each: each.since)
    gone = []
    for each in sorted((each for each in found if not each.recent(now)), key=lambda each: each.at):
        instead = next(
            (one for one in began if one is not each and one.role == each.role and one.since >= each.at), None
        )
        if instead is None:
            gone.append(each)
        else:
            began.remove(instead)
    return gone
