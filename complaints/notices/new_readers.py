"""Notices that were given up because nobody was there to read them: told once somebody is, or owed no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from access.keys.sealed_rows import open_sealed
from access.keys.stored_keys import StoredKeys
from complaints.failed_delivery import over_by_id
from complaints.notices.delivery import kept_apart, meant
from complaints.people.reach import note_nobodys_tasks_of_all
from engine.pipeline import Desk
from engine.tables import case_clock, instance
from storage.dead_letters import discard, replay
from storage.outbox import GIVEN_UP, HOUSE, NOBODY_READS, outbox

TOGETHER = 500
"""So many are looked at together, and so many settled in one transaction."""


@dataclass(frozen=True)
class Unheard:
    """What can be settled of the notices that nobody read; each list in the order in which they were written."""

    readable: Sequence[str] = ()
    """Ids of those that are still owed, and that somebody could read now."""
    over: Sequence[Any] = ()
    """`id, kind, recipient` of those that are owed no more: their case has ended, or the clock that they tell of."""

    def __bool__(self) -> bool:
        return bool(self.readable or self.over)


def unheard(connection: Connection, keys: StoredKeys) -> Unheard:
    """Return up to `TOGETHER` notices of each kind. Reads only."""
    table = outbox.c
    found = connection.execute(
        select(table.id, table.case_id, table.kind, table.recipient, table.payload, instance.c.ended_at)
        .join(instance, instance.c.case_id == table.case_id)
        .where(GIVEN_UP, table.given_up_as == NOBODY_READS, table.channel == HOUSE)
        .order_by(table.sequence)
    ).all()
    people: dict[str, set[str]] = {}
    readable: list[str] = []
    over: list[Any] = []
    for at in range(0, len(found), TOGETHER):
        rows = found[at : at + TOGETHER]
        stopped, barred = _stopped(connection, rows), kept_apart(connection, [row.case_id for row in rows])
        known = keys.of_cases(connection, {row.case_id for row in rows})
        for row in rows:
            told = open_sealed(known.get(row.case_id), row.payload) or {}
            clock = (told.get("values") or {}).get("clock")
            if row.ended_at is not None or (row.case_id, clock) in stopped:
                over.append(row)
                continue
            if row.recipient not in people:
                people[row.recipient] = set(meant(connection, row.recipient))
            if people[row.recipient] - barred[row.case_id]:
                readable.append(row.id)
    return Unheard(readable[:TOGETHER], over[:TOGETHER])


def settle_unheard(desk: Desk, found: Unheard) -> None:
    """Have what can be read tried again, and take what is over off the list with its incident. Repeating is safe."""
    replay(desk.connection, found.readable, now=desk.now)
    for each in found.over:
        if discard(desk.connection, each.id, now=desk.now):
            over_by_id(desk.connection, each.kind, each.recipient, each.id, now=desk.now)


def after_people_changed(desk: Desk) -> None:
    """Note for which open steps nobody is there now, and tell new readers what nobody has heard. Repeating is safe."""
    note_nobodys_tasks_of_all(desk)
    settle_unheard(desk, unheard(desk.connection, desk.services.keys))


def _stopped(connection: Connection, rows: Sequence[Any]) -> set[tuple[str, str]]:
    """Return the case and name of each clock of which no round runs any more."""
    table = case_clock.c
    asked = select(table.case_id, table.name, table.state).where(table.case_id.in_({row.case_id for row in rows}))
    states: dict[tuple[str, str], set[str]] = {}
    for row in connection.execute(asked):
        states.setdefault((row.case_id, row.name), set()).add(row.state)
    return {clock for clock, those in states.items() if not those & {"running", "paused"}}
