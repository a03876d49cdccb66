"""Moves a movable clock forward; everything that falls due on the way fires at its own instant (demo and tests)."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from sqlalchemy import select

from engine.clock import MovableClock
from engine.tables import instance
from escalation.sweep import Sweep
from storage.database import Database


def fast_forward(*, database: Database, clock: MovableClock, sweep: Sweep, to: datetime) -> int:
    """Move the clock to `to`, aware, and return how many due instants this call has fired.

    Other loops may fire meanwhile. An instant that has passed already is left where the clock is; repeating is safe.
    """
    fired = sweep.run_until_done()
    while (due := _next_due(database, clock.now(), to)) is not None:
        _reach(clock, due)
        fired += sweep.run_until_done()
    _reach(clock, to)
    return fired


def _next_due(database: Database, now: datetime, to: datetime) -> datetime | None:
    """Return the earliest instant that lies ahead, up to `to`: what is due already and cannot fire is passed over."""
    table = instance.c
    with database.read() as connection:
        found: datetime | None = connection.execute(
            select(table.next_due).where(table.next_due > now, table.next_due <= to).order_by(table.next_due).limit(1)
        ).scalar()
    return found


def _reach(clock: MovableClock, at: datetime) -> None:
    # It also runs by itself, so that it may be there before we move it.
    with suppress(ValueError):
        clock.advance_to(at)
