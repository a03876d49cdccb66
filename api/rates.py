"""What one source may do in a minute, over all processes: filing without an account, and guessing at codes.

Where a process knows by itself that it is too much the store is not asked. What is about the load of this process alone
is counted in memory (api/limits.py).
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection

from access.keys.cipher import DataKey
from access.keys.stored_keys import StoredKeys
from access.rates import counting
from access.sign_in.guessing import source_of
from api.limits import Buckets
from engine.case_work import SYSTEM
from engine.commands.house_work import HouseWork
from engine.errors import TooMany
from engine.pipeline import Desk, Pipeline
from storage.database import Database

REMEMBERED: Final = 50_000
"""Codes that were right, of which a process knows from where; the one not seen for longest is forgotten first."""


class Rates:
    """Counts for a process, in the table that it shares with the others. Safe to share between threads."""

    def __init__(
        self, *, database: Database, pipeline: Pipeline, keys: StoredKeys, now: Callable[[], datetime], buckets: Buckets
    ) -> None:
        """Take the parts of the application that count."""
        self._database, self._pipeline, self._keys, self._now = database, pipeline, keys, now
        self._buckets = buckets
        self._key: tuple[date, DataKey] | None = None
        self._known: OrderedDict[str, None] = OrderedDict()
        self._own, self._guard = DataKey.new(), threading.Lock()

    def take(self, kind: str, address: str, *, per_minute: int) -> None:
        """Count one more from the source of an address. Raises TooMany with `retry_after` (seconds), StoreBusy.

        Not for what a person does who has signed in: it writes, in a transaction of its own.
        """
        # No source makes a process write more often than this.
        self._buckets.take(f"{kind}:{source_of(address)}", per_minute=per_minute)

        def count(desk: Desk) -> int:
            key = self._day(desk.now.date(), desk.connection, counting.key_of_day)
            assert key is not None
            slot = counting.slot_of(key, kind, address)
            return counting.spend(desk.connection, kind, slot, per_minute=per_minute, now=desk.now)

        _refuse(self._pipeline.run(HouseWork(count), SYSTEM))

    def require(self, kind: str, address: str, *, per_minute: int) -> None:
        """Raise TooMany where the source of an address has used up its minute; count nothing and write nothing."""
        self._buckets.require(f"{kind}:{source_of(address)}", per_minute=per_minute)
        now = self._now()
        with self._database.glance() as connection:
            key = self._day(now.date(), connection, counting.known_key_of_day)
        if key is None:
            return
        with self._database.glance() as connection:
            slot = counting.slot_of(key, kind, address)
            seconds = counting.wait(connection, kind, slot, per_minute=per_minute, now=now)
        _refuse(seconds)

    def remember(self, address: str, code: str) -> None:
        """Know from now on, in this process, that a code was right from this source. Repeating is safe."""
        mark = self._mark(address, code)
        with self._guard:
            self._known[mark] = None
            self._known.move_to_end(mark)
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)

    def remembers(self, address: str, code: str) -> bool:
        """Say whether this code was right from this source: its owner does not wait for others who guess there."""
        with self._guard:
            return self._mark(address, code) in self._known

    def _mark(self, address: str, code: str) -> str:
        return self._own.mark(f"{source_of(address)} {code}")

    def _day(
        self, day: date, connection: Connection, ask: Callable[[StoredKeys, Connection, date], DataKey | None]
    ) -> DataKey | None:
        held = self._key
        if held is not None and held[0] == day:
            return held[1]
        key = ask(self._keys, connection, day)
        if key is not None and ask is counting.known_key_of_day:
            self._key = (day, key)
        return key


def _refuse(seconds: int) -> None:
    if seconds > 0:
        raise TooMany(retry_after=seconds)
