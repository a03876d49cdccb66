"""By when an action is done: when the house closes on the day that was given, which lies ahead (R-002-23)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine.case_work import CaseWork
from engine.errors import Unfit

FIELDS = ("actions", "interim_measures", "conditions")
"""The fields of forms whose rows become actions."""


def due_on(work: CaseWork, day: Any) -> datetime | None:
    """Return the instant (UTC) at which an action is due that is to be done on an ISO date; None without a date.

    That is when the house closes on that day at the campus of the case, and midnight on a day on which nobody is there.
    """
    if not day:
        return None
    campus = work.row["facts"].get("campus") or "main"
    return work.services.calendars.close(f"{campus}/staff", date.fromisoformat(day))


def check_due_days(work: CaseWork, data: Mapping[str, Any]) -> None:
    """Raise Unfit, naming each row, where an action is to be done by a time that has passed, or cannot be counted."""
    wrong = [
        {"field": f"/{name}/{number}/due_on", "code": fault}
        for name in FIELDS
        for number, row in enumerate(data.get(name) or ())
        if isinstance(row, Mapping) and row.get("due_on") and (fault := _day_fault(work, row["due_on"]))
    ]
    if wrong:
        raise Unfit("What is to be done lies ahead.", fields=wrong)


def _day_fault(work: CaseWork, day: Any) -> str:
    """Return the code of what is wrong with an ISO date, empty where it lies ahead within what calendars count."""
    today = work.now.astimezone(ZoneInfo(work.services.zone(work.row["facts"]))).date()
    try:
        due_at = None if date.fromisoformat(day) < today else due_on(work, day)
    except Unfit:
        return "too-far"
    return "past" if due_at is None or due_at <= work.now else ""
