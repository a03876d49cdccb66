"""Counts what one source does, in one row and one statement, so that any number of processes count together.

The generic cell rate algorithm: each time moves an instant on by the time that it takes to earn one, and what would
move it further than a minute into the future is refused. So many may come at once as a minute earns.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection, case, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from access.keys.cipher import DataKey
from access.keys.stored_keys import HOUSE, StoredKeys
from access.keys.tables import sealed_key
from access.rates.tables import rate_count
from access.sign_in.guessing import source_of
from storage.types import to_microseconds

MINUTE: Final = 60_000_000
"""In microseconds."""
SLOTS: Final = 2**18
"""Rows that one kind has at most, whoever asks from wherever."""
PURPOSE: Final = "rates "
"""Before the day, in the purpose of the house's key of that day."""


def key_of_day(keys: StoredKeys, connection: Connection, day: date) -> DataKey:
    """Return the key with which the sources of a day are hashed; made when first asked for, in a transaction that
    writes."""
    return keys.of_house(connection, f"{PURPOSE}{day.isoformat()}")


def known_key_of_day(keys: StoredKeys, connection: Connection, day: date) -> DataKey | None:
    """Return the key of a day, None where nothing was counted on it yet. Writes nothing."""
    return keys.known_of_house(connection, f"{PURPOSE}{day.isoformat()}")


def slot_of(key: DataKey, kind: str, address: str) -> int:
    """Return where the source of an address is counted, 0 to SLOTS - 1. Never raises."""
    return int(key.mark(f"{kind} {source_of(address)}")[:12], 16) % SLOTS


def spend(connection: Connection, kind: str, slot: int, *, per_minute: int, now: datetime) -> int:
    """Count one more. Returns 0, or how many seconds to wait where that is too many: then nothing is counted."""
    at, each = to_microseconds(now), MINUTE // per_minute
    insert = (sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert)(rate_count)
    kept = rate_count.c.spent_until
    counted = insert.values(kind=kind, slot=slot, spent_until=at + each).on_conflict_do_update(
        index_elements=[rate_count.c.kind, rate_count.c.slot],
        set_={"spent_until": case((kept > at, kept + each), else_=at + each)},
        where=kept + each <= at + MINUTE,
    )
    if connection.execute(counted.returning(kept)).first() is not None:
        return 0
    return wait(connection, kind, slot, per_minute=per_minute, now=now)


def wait(connection: Connection, kind: str, slot: int, *, per_minute: int, now: datetime) -> int:
    """Return how many seconds to wait before one more would be counted, 0 for none. One statement, which reads."""
    at, each = to_microseconds(now), MINUTE // per_minute
    kept = select(rate_count.c.spent_until).where(rate_count.c.kind == kind, rate_count.c.slot == slot)
    until: int | None = connection.execute(kept).scalar()
    over = 0 if until is None else until + each - at - MINUTE
    return -(-max(over, 0) // 1_000_000)


def purge(connection: Connection, now: datetime) -> int:
    """Delete what says nothing any more, and the keys of days before yesterday. Returns how many; repeating is safe."""
    spent = connection.execute(delete(rate_count).where(rate_count.c.spent_until <= to_microseconds(now))).rowcount
    # A process whose request began before midnight may still count with the key of yesterday.
    kept = now.date().toordinal() - 1
    named = select(sealed_key.c.name).where(sealed_key.c.name.startswith(HOUSE + PURPOSE, autoescape=True))
    old = [
        name
        for name in connection.scalars(named)
        if date.fromisoformat(name.removeprefix(HOUSE + PURPOSE)).toordinal() < kept
    ]
    return spent + connection.execute(delete(sealed_key).where(sealed_key.c.name.in_(old))).rowcount
