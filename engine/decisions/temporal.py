"""Dates, times and durations as FEEL writes them (DMN 1.5, section 10.3.2.3): text to value and back.

Every `parse_*` returns None for text that is not of its form or names no real instant: it never raises.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


@dataclass(frozen=True, order=True)
class Months:
    """A duration of years and months, counted in months; negative for going back."""

    count: int


_DATE = r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"
_CLOCK = r"(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})(?:\.(?P<fraction>[0-9]{1,9}))?"
_ZONE = r"(?P<zone>Z|[+-][0-9]{2}:[0-9]{2}|@[A-Za-z0-9_+\-/]{1,60})?"
_DATE_ONLY = re.compile(_DATE)
_TIME_ONLY = re.compile(_CLOCK + _ZONE)
_DATE_TIME = re.compile(f"{_DATE}T{_CLOCK}{_ZONE}")
_MONTHS = re.compile(r"(?P<sign>-?)P(?:(?P<years>[0-9]{1,6})Y)?(?:(?P<months>[0-9]{1,6})M)?")
_DAYS = re.compile(
    r"(?P<sign>-?)P(?:(?P<days>[0-9]{1,8})D)?"
    r"(?P<clock>T(?:(?P<hours>[0-9]{1,9})H)?(?:(?P<minutes>[0-9]{1,9})M)?"
    r"(?:(?P<seconds>[0-9]{1,9})(?:\.(?P<fraction>[0-9]{1,9}))?S)?)?"
)


def parse_date(text: str) -> date | None:
    """Read `2026-01-31`."""
    found = _DATE_ONLY.fullmatch(text)
    return _date(found) if found else None


def parse_time(text: str) -> time | None:
    """Read `10:00:00`, `10:00:00.5`, `10:00:00Z` or `10:00:00+08:00`; a zone by name needs a date and is None."""
    found = _TIME_ONLY.fullmatch(text)
    if not found or (found["zone"] or "").startswith("@"):
        return None
    return _time(found)


def parse_date_time(text: str) -> datetime | None:
    """Read `2026-01-31T10:00:00` with an optional offset or `@Asia/Shanghai`; a bare date is its midnight."""
    found = _DATE_TIME.fullmatch(text)
    if not found:
        day = parse_date(text)
        return datetime(day.year, day.month, day.day) if day else None  # noqa: DTZ001 (FEEL has instants without a zone)
    day, clock = _date(found), _time(found)
    return datetime.combine(day, clock) if day and clock else None


def parse_duration(text: str) -> timedelta | Months | None:
    """Read `P1DT2H` (days and time) or `P1Y6M` (years and months); the two never mix."""
    found = _MONTHS.fullmatch(text)
    if found and (found["years"] or found["months"]):
        count = int(found["years"] or 0) * 12 + int(found["months"] or 0)
        return Months(-count if found["sign"] else count)
    found = _DAYS.fullmatch(text)
    if not found or not any(found[part] for part in ("days", "hours", "minutes", "seconds")) or found["clock"] == "T":
        return None
    length = timedelta(
        days=int(found["days"] or 0),
        hours=int(found["hours"] or 0),
        minutes=int(found["minutes"] or 0),
        seconds=int(found["seconds"] or 0),
        microseconds=_microseconds(found["fraction"]),
    )
    return -length if found["sign"] else length


def parse_any(text: str) -> date | time | datetime | timedelta | Months | None:
    """Read what stands behind `@`: a date, a time, a date and time, or a duration."""
    for read in (parse_date, parse_time, parse_date_time, parse_duration):
        value = read(text)
        if value is not None:
            return value
    return None


def comparable(instant: datetime) -> datetime:
    """Return an instant with a zone in UTC: within one zone Python would compare wall clocks, also across DST."""
    if instant.tzinfo is None:
        return instant
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        # Within hours of the years 1 and 9999 there is no such instant in UTC; the wall clock is near enough there.
        return instant.replace(tzinfo=UTC)


def show_duration(value: timedelta | Months) -> str:
    """Write a duration the way FEEL's `string()` does: `P1DT2H`, `P1Y6M`, `PT0S`, `P0M`."""
    if isinstance(value, Months):
        years, months = divmod(abs(value.count), 12)
        body = (f"{years}Y" if years else "") + (f"{months}M" if months or not years else "")
        return f"{'-' if value.count < 0 else ''}P{body}"
    whole = abs(value)
    hours, rest = divmod(whole.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    fraction = f".{whole.microseconds:06d}".rstrip("0") if whole.microseconds else ""
    clock = f"{hours}H" if hours else ""
    clock += f"{minutes}M" if minutes else ""
    clock += f"{seconds}{fraction}S" if seconds or fraction else ""
    body = (f"{whole.days}D" if whole.days else "") + (f"T{clock}" if clock else "")
    return f"{'-' if value < timedelta(0) else ''}P{body or 'T0S'}"


def _date(found: re.Match[str]) -> date | None:
    try:
        return date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        return None


def _time(found: re.Match[str]) -> time | None:
    try:
        return time(
            int(found["hour"]),
            int(found["minute"]),
            int(found["second"]),
            _microseconds(found["fraction"]),
            tzinfo=_zone(found["zone"]),
        )
    except (ValueError, ZoneInfoNotFoundError, OSError):
        return None


def _zone(text: str | None) -> tzinfo | None:
    if not text:
        return None
    if text == "Z":
        return UTC
    if text.startswith("@"):
        return ZoneInfo(text[1:])
    hours, minutes = int(text[1:3]), int(text[4:6])
    if hours > 14 or minutes > 59:
        raise ValueError(text)
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if text[0] == "-" else offset)


def _microseconds(fraction: str | None) -> int:
    return int((fraction or "").ljust(6, "0")[:6] or 0)
