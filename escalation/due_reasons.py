"""Why a due time is what it is: reasons as codes with values, for `explain.py` to say in three languages.

Codes and values (instants are ISO 8601 in UTC, dates ISO 8601, names one value a language: `name:zh-CN` ...):

- `rule` mode, amount
- `calendar` calendar, zone, campus:*, channel:*
- `counted-from` at; `counted-from-opening` start, at (nobody was there at the start)
- `day-of-start-not-counted` on
- `skipped-holiday` from, to, name:*; `closed` from, to, name:*; `rest-days` days
- `make-up-day` on, works_as (0 Monday), name:*
- `special-hours` from, to, name:*; `special-hours-not-counted` the same: hours on a day that is no working day
- `provisional-year` year
- `dst` on, minutes (by how much the clocks move)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from engine.model.due import Mode, Reason
from escalation.calendar import Day, Holiday, MakeUpDay, Override
from escalation.local_time import offset_minutes
from escalation.timeline import Timeline


@dataclass
class _Found:
    """One thing met on the way, and the dates on which it was met."""

    code: str
    cause: Holiday | MakeUpDay | Override
    first: date
    last: date


def reasons_of(
    timeline: Timeline, mode: Mode, amount: int, *, start: datetime, begin: datetime, at: datetime
) -> tuple[Reason, ...]:
    """Return the reasons in reading order.

    `start` is what was asked, `begin` where the counting began, `at` the due instant; all UTC.
    """
    campus, channel = timeline.campus, timeline.channel
    names = campus.labels.as_values("campus") | channel.labels.as_values("channel")
    reasons = [
        Reason("rule", {"mode": mode, "amount": amount}),
        Reason("calendar", {"calendar": timeline.name, "zone": campus.zone.key, **names}),
    ]
    if begin > start:
        reasons.append(Reason("counted-from-opening", {"start": start.isoformat(), "at": begin.isoformat()}))
    else:
        reasons.append(Reason("counted-from", {"at": start.isoformat()}))
    if mode == "working_days" and amount:
        reasons.append(Reason("day-of-start-not-counted", {"on": timeline.local_date(start).isoformat()}))
    days = list(_consulted(timeline, mode, amount, start=start, begin=begin, at=at))
    reasons += _met(days, mode)
    years = sorted({day.on.year for day in days if not day.published})
    reasons += [Reason("provisional-year", {"year": year}) for year in years]
    reasons += _clock_change(timeline, start, at)
    return tuple(reasons)


def _consulted(
    timeline: Timeline, mode: Mode, amount: int, *, start: datetime, begin: datetime, at: datetime
) -> Iterator[Day]:
    """Yield the days whose hours decided about the result, in order."""
    if mode == "wall" or (mode == "staffed" and not amount):
        return iter(())
    first = timeline.local_date(start)
    if mode == "hybrid":
        return timeline.days_between(first, timeline.local_date(begin))
    if mode == "working_days" and amount:
        first += timedelta(days=1)
    return timeline.days_between(first, timeline.local_date(at - timedelta(microseconds=1)))  # 24:00 is still that day


def _met(days: list[Day], mode: Mode) -> list[Reason]:
    found: dict[tuple[str, int], _Found] = {}
    rest = 0
    for day in days:
        counted = day.working if mode == "working_days" else bool(day.staffed)
        if day.cause is None or (isinstance(day.cause, MakeUpDay) and not counted):
            rest += not counted
            continue
        code = _code(day, counted=counted)
        one = found.setdefault((code, id(day.cause)), _Found(code, day.cause, day.on, day.on))
        one.last = day.on
    reasons = [_reason(one) for one in found.values()]
    return reasons + ([Reason("rest-days", {"days": rest})] if rest else [])


def _code(day: Day, *, counted: bool) -> str:
    if isinstance(day.cause, Holiday):
        return "skipped-holiday"
    if isinstance(day.cause, MakeUpDay):
        return "make-up-day"
    if not day.staffed:
        return "closed"
    return "special-hours" if counted else "special-hours-not-counted"


def _reason(found: _Found) -> Reason:
    names = found.cause.name.as_values("name")
    if isinstance(found.cause, MakeUpDay):
        return Reason(found.code, {"on": found.first.isoformat(), "works_as": found.cause.works_as, **names})
    return Reason(found.code, {"from": found.first.isoformat(), "to": found.last.isoformat(), **names})


def _clock_change(timeline: Timeline, start: datetime, at: datetime) -> list[Reason]:
    """Say so when the clocks moved between start and due, so that nobody takes the odd hour for a mistake."""
    before, after = offset_minutes(timeline.zone, start), offset_minutes(timeline.zone, at)
    if before == after:
        return []
    low, high = start, at
    while high - low > timedelta(minutes=1):
        middle = low + (high - low) / 2
        if offset_minutes(timeline.zone, middle) == before:
            low = middle
        else:
            high = middle
    return [Reason("dst", {"on": high.astimezone(timeline.zone).date().isoformat(), "minutes": after - before})]
