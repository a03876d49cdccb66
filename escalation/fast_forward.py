"""Moves a movable clock forward; what falls due or may go out on the way does so at its own instant (demo, tests)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from sqlalchemy import select

from engine.clock import MovableClock
from engine.tables import instance
from escalation.sweep import Sweep
from storage import outbox
from storage.database import Database

Delivery = Callable[[Callable[[], bool]], int]
"""Delivers what may go out now; asked between messages whether to go on; returns how many went out."""


def fast_forward(*, database: Database, clock: MovableClock, sweep: Sweep, deliver: Delivery, to: datetime) -> int:
    """Move the clock to `to`, aware, and return how many due instants this call has fired.

    A letter that is held back goes out at the instant at which it is let go. Other loops may fire and deliver
    meanwhile. An instant that has passed already is left where the clock is; repeating is safe.
    """
    fired = _settle(sweep, deliver)
    while (stop := _next_stop(database, clock.now(), to)) is not None:
        _reach(clock, stop)
        fired += _settle(sweep, deliver)
    _reach(clock, to)
    return fired + _settle(sweep, deliver)


def _settle(sweep: Sweep, deliver: Delivery) -> int:
    fired = sweep.run_until_done()
    while deliver(lambda: True):
        pass
    return fired


def _next_stop(database: Database, now: datetime, to: datetime) -> datetime | None:
    """Return the earliest instant that lies ahead, up to `to`: what is due already and cannot fire is passed over."""
    table = instance.c
    with database.read() as connection:
        due: datetime | None = connection.execute(
            select(table.next_due).where(table.next_due > now, table.next_due <= to).order_by(table.next_due).limit(1)
        ).scalar()
        release = outbox.next_release(connection, after=now, until=to)
    return min((at for at in (due, release) if at is not None), default=None)


def _reach(clock: MovableClock, at: datetime) -> None:
    # It also runs by itself, so that it may be there before we move it.
    with suppress(ValueError):
        clock.advance_to(at)
