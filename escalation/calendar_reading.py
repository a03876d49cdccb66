"""Reads the TOML of a campus and of its years; the format is told in docs/process-owner/calendars.md.

Everything here raises ConfigProblem (file, key, reason) for what does not fit, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from escalation.calendar import ALL_DAY, Campus, Channel, Holiday, Hours, MakeUpDay, Override, Year, merged
from escalation.config_section import Section, parse_toml
from escalation.windows_reading import WEEKDAYS, Week, read_week, read_weekday, read_weekdays, read_windows

MIN_YEAR, MAX_YEAR = 1971, 2999
"""Outside of these a date in a calendar is a slip of the pen."""


def parse_campus(content: bytes, *, name: str, file: str, years: Mapping[int, Year]) -> Campus:
    """Return the campus that a file describes, together with its years."""
    top = parse_toml(content, file=file)
    labels = top.labels("labels")
    zone = _zone(top)
    working_week = frozenset(read_weekdays(top, "working_week")) if top.has("working_week") else frozenset(range(5))
    channels = {name: _channel(name, table) for name, table in top.named_sections("channels")}
    overrides = tuple(_override(table, channels) for table in top.sections("overrides"))
    top.finish()
    return Campus(
        name=name,
        labels=labels,
        zone=zone,
        channels=channels,
        working_week=working_week,
        overrides=overrides,
        years=years,
    )


def parse_year(content: bytes, *, year: int, file: str) -> Year:
    """Return the holidays and make-up days of one year; each date must lie in it and stand there once."""
    top = parse_toml(content, file=file)
    if not MIN_YEAR <= year <= MAX_YEAR:
        raise top.problem("", f"{year} is no year between {MIN_YEAR} and {MAX_YEAR}")
    published = top.flag("published", False)
    if not top.has("published"):
        raise top.problem("published", "is missing: true once the holidays of the year are official, false before")
    source = top.text("source")
    days: dict[date, Holiday | MakeUpDay] = {}
    for table in top.sections("holidays"):
        first, last = _period(table)
        holiday = Holiday(first=first, last=last, name=table.labels("name"))
        table.finish()
        _enter(days, table, holiday, first=first, last=last, year=year)
    for table in top.sections("make_up_days"):
        on = table.day("on")
        works_as = read_weekday(table, "works_as") if table.has("works_as") else 0
        made_up = MakeUpDay(on=on, works_as=works_as, name=table.labels("name"))
        table.finish()
        _enter(days, table, made_up, first=on, last=on, year=year)
    top.finish()
    return Year(year=year, published=published, source=source, days=days)


def _zone(top: Section) -> ZoneInfo:
    key = top.text("zone")
    refused = top.problem("zone", f"{key!r} is no IANA zone such as Asia/Shanghai or Europe/Berlin")
    if "/" not in key and key != "UTC":  # "localtime" would be the zone of whatever machine this runs on
        raise refused
    try:
        return ZoneInfo(key)
    except (KeyError, ValueError, OSError) as fault:
        raise refused from fault


def _channel(name: str, table: Section) -> Channel:
    labels = table.labels("labels")
    staffed = read_week(table.section("staffed"))
    always = table.has("open") and table.value("open") == "always"
    opened: Week
    if always:
        opened = (ALL_DAY,) * 7
    elif table.has("open"):
        opened = read_week(table.section("open"))
    else:
        opened = staffed
    table.finish()
    for weekday, day in enumerate(WEEKDAYS):
        for begin, end in staffed[weekday]:
            if not any(first <= begin and end <= last for first, last in merged(opened[weekday])):
                raise table.problem("staffed", f"{day} has staffed hours at which the channel is not open")
    monday, tuesday, wednesday, thursday, friday, saturday, sunday = map(Hours, staffed, opened)
    week = (monday, tuesday, wednesday, thursday, friday, saturday, sunday)
    return Channel(name=name, labels=labels, week=week, always_open=always)


def _override(table: Section, channels: Mapping[str, Channel]) -> Override:
    first, last = _period(table)
    named = frozenset(table.texts("channels")) if table.has("channels") else None
    for channel in sorted(named or ()):
        if channel not in channels:
            raise table.problem("channels", f"{channel!r} is no channel of this campus")
    if named is not None and not named:
        raise table.problem("channels", "is empty; leave it out to mean all channels")
    closed = table.flag("closed", False)
    windows = partial(read_windows, table)
    override = Override(
        first=first,
        last=last,
        channels=named,
        days="every",
        closed=closed,
        staffed=windows("staffed") if table.has("staffed") else None,
        open=windows("open") if table.has("open") else None,
        working_day=table.flag("working_day", False) if table.has("working_day") else None,
        name=table.labels("name"),
    )
    if closed and (override.staffed is not None or override.open is not None or override.working_day is not None):
        raise table.problem("closed", "stands alone: a closed day has no hours and is no working day")
    if not closed and override.staffed is None and override.open is None and override.working_day is None:
        raise table.problem("", "changes nothing: give `closed`, `staffed`, `open` or `working_day`")
    override = _with_days(table, override)
    table.finish()
    return override


def _with_days(table: Section, override: Override) -> Override:
    """Say which dates are meant: obvious for one day and for a closure, asked for where a guess would open holidays."""
    if not table.has("days"):
        if override.first != override.last and not override.closed:
            raise table.problem("days", 'is missing: "working", "rest" or "every" day of the period?')
        return override
    days = table.text("days")
    if days not in ("working", "rest", "every"):
        raise table.problem("days", 'must be "working", "rest" or "every"')
    return Override(**{**vars(override), "days": days})


def _period(table: Section) -> tuple[date, date]:
    """Return `on`, or `from` and `to` (both days included)."""
    if table.has("on"):
        if table.has("from") or table.has("to"):
            raise table.problem("on", "cannot stand beside `from` and `to`")
        first = last = table.day("on")
    else:
        first, last = table.day("from"), table.day("to")
    if last < first:
        raise table.problem("to", f"{last} lies before `from`, {first}")
    if not MIN_YEAR <= first.year <= last.year <= MAX_YEAR:
        raise table.problem("", f"lies outside of the years {MIN_YEAR} to {MAX_YEAR}")
    return first, last


def _enter(
    days: dict[date, Holiday | MakeUpDay],
    table: Section,
    entry: Holiday | MakeUpDay,
    *,
    first: date,
    last: date,
    year: int,
) -> None:
    if first.year != year or last.year != year:
        raise table.problem("", f"{first if first.year != year else last} belongs into the file of its own year")
    for ahead in range((last - first).days + 1):
        on = first + timedelta(days=ahead)
        if on in days:
            raise table.problem("", f"{on} is already in this file")
        days[on] = entry
