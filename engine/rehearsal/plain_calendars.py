"""Calendars for a walk: a minute is a minute, a working day is a day. Only the order of due times matters there."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from engine.model.due import Due, Mode


class PlainCalendars:
    """Due times without nights, weekends and holidays, for any calendar that is asked for."""

    def add(self, calendar: str, mode: Mode, start: datetime, amount: int) -> Due:
        """Return the instant after so many minutes, or days."""
        return Due(start + _unit(mode) * amount)

    def spent(self, calendar: str, mode: Mode, start: datetime, end: datetime) -> int:
        """Return the whole minutes, or days, between two instants."""
        return max(0, (end - start) // _unit(mode))

    def close(self, calendar: str, on: date) -> datetime:
        """Return the evening of the day."""
        return datetime.combine(on, time(18), UTC)


def _unit(mode: Mode) -> timedelta:
    return timedelta(days=1) if mode == "working_days" else timedelta(minutes=1)
