"""When an institution is open, when somebody is there, and which days are working days: data and pure questions.

Minutes are counted from local midnight (0..1440); spans are instants in UTC. Nothing here reads a file or a clock.
Source: R-000-05..07 (hours per channel, dated overrides), X-02.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from escalation.labels import Labels
from escalation.local_time import MIDNIGHT, instant_of
from escalation.refusals import NoStaffedTime

Windows = tuple[tuple[int, int], ...]
"""Parts of a day as (from, to) in local minutes, in order, never overlapping."""

Span = tuple[datetime, datetime]
"""From (inclusive) to (exclusive), both UTC."""

ALL_DAY: Windows = ((0, MIDNIGHT),)

IDLE_DAYS = 2 * 366
"""A calendar that is silent for so many days in a row is taken for one that never opens."""


@dataclass(frozen=True)
class Hours:
    """One day's windows of one channel."""

    staffed: Windows = ()
    """Somebody is there."""
    open: Windows = ()
    """The channel takes messages; contains the staffed windows."""


@dataclass(frozen=True)
class Channel:
    """One way in (phone, chat, web ...), or `staff`, the house itself."""

    name: str
    labels: Labels
    week: tuple[Hours, Hours, Hours, Hours, Hours, Hours, Hours]
    """Monday first."""
    always_open: bool = False
    """Open day and night, holidays too: only a dated override with `open` changes that."""


@dataclass(frozen=True)
class Holiday:
    """Days off, by law or by the house."""

    first: date
    last: date
    name: Labels


@dataclass(frozen=True)
class MakeUpDay:
    """A day at the weekend that is worked because a holiday was stretched (调休)."""

    on: date
    works_as: int
    """Whose hours it has: 0 Monday .. 6 Sunday."""
    name: Labels


@dataclass(frozen=True)
class Override:
    """Dated hours that replace the ordinary ones: extended hours, a closure, an opened weekend (R-000-06)."""

    first: date
    last: date
    channels: frozenset[str] | None
    """None: all of the campus."""
    days: Literal["working", "rest", "every"]
    """Which of the dates it touches, as they were before any override."""
    closed: bool
    staffed: Windows | None
    open: Windows | None
    working_day: bool | None
    """Whether the dates count as working days; None leaves that as it was."""
    name: Labels

    def touches(self, channel: str, on: date, *, working: bool) -> bool:
        """Return whether the override holds for a channel on a date that is a working day without it, or is not."""
        if not self.first <= on <= self.last or (self.channels is not None and channel not in self.channels):
            return False
        return self.days == "every" or (self.days == "working") == working


@dataclass(frozen=True)
class Year:
    """What is known of one year."""

    year: int
    published: bool
    source: str
    days: Mapping[date, Holiday | MakeUpDay] = field(default_factory=dict)


@dataclass(frozen=True)
class Campus:
    """One place with its zone, channels and years."""

    name: str
    labels: Labels
    zone: ZoneInfo
    channels: Mapping[str, Channel]
    working_week: frozenset[int] = frozenset(range(5))
    """Weekdays that are working days in law (0 Monday); staffed hours on others do not make a working day."""
    overrides: tuple[Override, ...] = ()
    """In file order; where two touch the same date, the later one changes what the earlier one left."""
    years: Mapping[int, Year] = field(default_factory=dict)


@dataclass(frozen=True)
class Day:
    """Everything about one date of one channel."""

    on: date
    working: bool
    """Counts as a working day of this channel: by the calendar, and somebody is there."""
    staffed: tuple[Span, ...]
    open: tuple[Span, ...]
    cause: Holiday | MakeUpDay | Override | None
    """What made the day other than its weekday says."""
    published: bool
    """False: nobody has published this year, so holidays may be missing."""

    @property
    def close(self) -> datetime | None:
        """The last moment at which somebody is there, or None."""
        return self.staffed[-1][1] if self.staffed else None


def day_of(campus: Campus, channel: Channel, on: date) -> Day:
    """Return a date as the campus' files describe it for a channel."""
    year = campus.years.get(on.year)
    cause: Holiday | MakeUpDay | Override | None = year.days.get(on) if year else None
    if isinstance(cause, Holiday):
        working, hours = False, Hours(open=ALL_DAY if channel.always_open else ())
    elif isinstance(cause, MakeUpDay):
        working, hours = True, channel.week[cause.works_as]
    else:
        working, hours = on.weekday() in campus.working_week, channel.week[on.weekday()]
    before = working
    for override in campus.overrides:
        if override.touches(channel.name, on, working=before):
            cause, hours = override, _overridden(channel, hours, override)
            working = working if override.working_day is None else override.working_day
    staffed = _spans(campus.zone, on, hours.staffed)
    return Day(
        on=on,
        working=working and bool(staffed),
        staffed=staffed,
        open=_spans(campus.zone, on, hours.open),
        cause=cause,
        published=year is not None and year.published,
    )


def is_working_day(campus: Campus, channel: Channel, on: date) -> bool:
    """Return whether a date counts as a working day of the channel."""
    return day_of(campus, channel, on).working


def staffed_windows(campus: Campus, channel: Channel, on: date) -> tuple[Span, ...]:
    """Return when somebody is there on a date, in UTC."""
    return day_of(campus, channel, on).staffed


def staffed_close(campus: Campus, channel: Channel, on: date) -> datetime | None:
    """Return when the last staffed window of a date ends (UTC), None where there is none."""
    return day_of(campus, channel, on).close


def next_staffed_opening(campus: Campus, channel: Channel, at: datetime) -> datetime:
    """Return the first instant (UTC) not before the aware `at` at which somebody is there: `at` itself, or an opening.

    Raises NoStaffedTime when nobody is there for `IDLE_DAYS` days.
    """
    on = at.astimezone(campus.zone).date()
    for ahead in range(IDLE_DAYS):
        for begin, end in day_of(campus, channel, on + timedelta(days=ahead)).staffed:
            if at < end:
                return max(begin, at.astimezone(UTC))
    raise NoStaffedTime(calendar=f"{campus.name}/{channel.name}")


def merged(windows: Windows) -> Windows:
    """Return windows in order with overlapping and touching ones joined."""
    result: list[tuple[int, int]] = []
    for begin, end in sorted(windows):
        if result and begin <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((begin, end))
    return tuple(result)


def _overridden(channel: Channel, hours: Hours, override: Override) -> Hours:
    if override.closed:
        return Hours(open=ALL_DAY if channel.always_open else ())
    staffed = hours.staffed if override.staffed is None else override.staffed
    opened = hours.open if override.open is None else override.open
    return Hours(staffed=staffed, open=merged(opened + staffed))


def _spans(zone: ZoneInfo, on: date, windows: Windows) -> tuple[Span, ...]:
    spans = ((instant_of(zone, on, begin), instant_of(zone, on, end)) for begin, end in windows)
    return tuple((begin, end) for begin, end in spans if begin < end)  # a window inside a clock jump does not happen
