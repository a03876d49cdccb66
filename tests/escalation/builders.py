"""Calendars for tests: the ones that ship, one in a zone with summer time, and small ones written in place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from escalation.calendar import Campus, Year
from escalation.calendar_files import load_calendars
from escalation.calendar_reading import parse_campus, parse_year
from escalation.due import CalendarBook

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "bpmn" / "calendars"
BERLIN = Path(__file__).parent / "calendars"

LABELS = '{ zh-CN = "一", ko = "일", en = "one" }'
WEEKDAYS_10_21 = 'mon-fri = ["10:00-21:00"]'

SHANGHAI, SEOUL, EUROPE = ZoneInfo("Asia/Shanghai"), ZoneInfo("Asia/Seoul"), ZoneInfo("Europe/Berlin")


@cache
def shipped_book() -> CalendarBook:
    """The calendars under bpmn/."""
    return CalendarBook(load_calendars(SHIPPED).campuses)


@cache
def berlin_book() -> CalendarBook:
    """The calendars under tests/escalation/calendars."""
    return CalendarBook(load_calendars(BERLIN).campuses)


def campus_of(
    staffed: str = WEEKDAYS_10_21,
    *,
    zone: str = "Asia/Shanghai",
    top: str = "",
    channel: str = "",
    more: str = "",
    years: Mapping[int, Year] | None = None,
) -> Campus:
    """A campus `c` with one channel `x`; each text goes into its place in the file."""
    text = (
        f'zone = "{zone}"\nlabels = {LABELS}\n{top}\n'
        f"[channels.x]\nlabels = {LABELS}\n{channel}\n[channels.x.staffed]\n{staffed}\n{more}"
    )
    return parse_campus(text.encode(), name="c", file="c.toml", years=years or {})


def year_of(year: int, text: str = "", *, published: bool = True) -> Year:
    """A year with the given entries."""
    head = f'published = {str(published).lower()}\nsource = "made for tests"\n'
    return parse_year((head + text).encode(), year=year, file=f"c/{year}.toml")


def plain_years(first: int = 2020, last: int = 2035) -> dict[int, Year]:
    """Published years without a holiday."""
    return {year: year_of(year) for year in range(first, last + 1)}


def book_of(campus: Campus) -> CalendarBook:
    """A book of one campus; ask it for `c/x`."""
    return CalendarBook({campus.name: campus})


def at(text: str, zone: ZoneInfo = SHANGHAI, *, fold: int = 0) -> datetime:
    """`2026-01-06 20:50` on the wall of a zone, as an instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).astimezone(UTC)
