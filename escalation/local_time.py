"""From the time on the wall to the instant, on days of 23, 24 and 25 hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

MIDNIGHT = 24 * 60
"""The end of a day in minutes; written 24:00."""


def instant_of(zone: ZoneInfo, on: date, minute: int) -> datetime:
    """Return the instant (UTC) at which a clock in `zone` shows `minute` (0..1440, minutes after midnight) on a date.

    A time that comes twice (the clock goes back) is meant the first time. A time that never comes (the clock goes
    forward) is the moment of the jump. So the mapping never runs backwards, and windows that do not overlap on paper
    do not overlap in truth.
    """
    if minute == MIDNIGHT:
        on, minute = on + timedelta(days=1), 0
    local = datetime(on.year, on.month, on.day, minute // 60, minute % 60, tzinfo=zone)
    at = local.astimezone(UTC)
    if at.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return at
    return _jump_before(zone, at, local)


def _jump_before(zone: ZoneInfo, after: datetime, local: datetime) -> datetime:
    """Return the instant of the jump that swallowed `local`; `after` is an instant at or after that jump.

    In a gap, fold=0 reads the old offset (an instant after the jump), fold=1 the new one (an instant before it).
    """
    before = local.replace(fold=1).astimezone(UTC)
    offset = after.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after


def offset_minutes(zone: ZoneInfo, at: datetime) -> int:
    """Return by how many minutes local time in `zone` is ahead of UTC at an aware instant."""
    offset = at.astimezone(zone).utcoffset()
    return 0 if offset is None else round(offset.total_seconds() / 60)
