"""Built-in functions over dates, times and durations (DMN 1.5, sections 10.3.4.1 and 10.3.4.8)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from engine.decisions.temporal import Months, parse_date, parse_date_time, parse_duration, parse_time

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def make_date(source: Any, month: Any = None, day: Any = None) -> date | None:
    """Read a date from text, take it from a date and time, or make it from year, month and day."""
    if type(source) is Decimal:
        parts = [_whole(source), _whole(month), _whole(day)]
        try:
            return date(*[part for part in parts if part is not None]) if None not in parts else None
        except (ValueError, TypeError):
            return None
    if month is not None or day is not None:
        return None
    if isinstance(source, datetime):
        return source.date()
    if isinstance(source, date):
        return source
    return parse_date(source) if isinstance(source, str) else None


def make_time(source: Any) -> time | None:
    """Read a time from text, or take it from a date and time."""
    if isinstance(source, datetime):
        return source.timetz()
    if isinstance(source, time):
        return source
    return parse_time(source) if isinstance(source, str) else None


def make_date_and_time(source: Any, clock: Any = None) -> datetime | None:
    """Read a date and time from text, or put a date and a time together."""
    if clock is not None:
        day = make_date(source) if isinstance(source, date) else None
        return datetime.combine(day, clock) if day and isinstance(clock, time) else None
    if isinstance(source, datetime):
        return source
    if isinstance(source, date):
        return datetime.combine(source, time())
    return parse_date_time(source) if isinstance(source, str) else None


def make_duration(source: Any) -> timedelta | Months | None:
    """Read a duration from text."""
    if isinstance(source, timedelta | Months):
        return source
    return parse_duration(source) if isinstance(source, str) else None


def months_between(start: Any, end: Any) -> Months | None:
    """Return the whole months between two dates, negative where the second is earlier."""
    first, second = make_date(start), make_date(end)
    if first is None or second is None or isinstance(start, str) or isinstance(end, str):
        return None
    count = (second.year - first.year) * 12 + second.month - first.month
    if count > 0 and second.day < first.day:
        count -= 1
    elif count < 0 and second.day > first.day:
        count += 1
    return Months(count)


def day_of_week(day: Any) -> str | None:
    """Return the English name of the weekday."""
    return _DAYS[day.weekday()] if isinstance(day, date) else None


def month_of_year(day: Any) -> str | None:
    """Return the English name of the month."""
    return _MONTHS[day.month - 1] if isinstance(day, date) else None


def day_of_year(day: Any) -> Decimal | None:
    """Return the number of the day in its year, from 1."""
    return Decimal(day.timetuple().tm_yday) if isinstance(day, date) else None


def week_of_year(day: Any) -> Decimal | None:
    """Return the ISO number of the week."""
    return Decimal(day.isocalendar()[1]) if isinstance(day, date) else None


def part(value: Any, name: str) -> Any:
    """Return `value.name` of a date, time or duration (`year`, `weekday`, ...), None where it has no such part."""
    if isinstance(value, date) and name in ("year", "month", "day"):
        return Decimal(getattr(value, name))
    if isinstance(value, date) and name == "weekday":
        return Decimal(value.isoweekday())
    if isinstance(value, datetime | time):
        if name in ("hour", "minute", "second"):
            return Decimal(getattr(value, name))
        return value.utcoffset() if name == "time offset" else None
    if isinstance(value, Months):
        return _share(value.count, {"years": (12, None), "months": (1, 12)}.get(name))
    if isinstance(value, timedelta):
        steps: dict[str, tuple[int, int | None]] = {
            "days": (86_400, None),
            "hours": (3600, 24),
            "minutes": (60, 60),
            "seconds": (1, 60),
        }
        return _share(int(value.total_seconds()), steps.get(name))
    return None


def _share(amount: int, step: tuple[int, int | None] | None) -> Decimal | None:
    if step is None:
        return None
    size, wrap = step
    share = abs(amount) // size
    share = share % wrap if wrap else share
    return Decimal(-share if amount < 0 else share)


def _whole(value: Any) -> int | None:
    return int(value) if type(value) is Decimal and abs(value) < 10_000 and value == int(value) else None
