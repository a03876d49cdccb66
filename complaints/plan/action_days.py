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
    """Raise Unfit, naming each row, where an action is to be done by a time that has passed."""
    late = [
        f"/{name}/{number}/due_on"
        for name in FIELDS
        for number, row in enumerate(data.get(name) or ())
        if isinstance(row, Mapping) and row.get("due_on") and _has_passed(work, row["due_on"])
    ]
    if late:
        raise Unfit("What is to be done lies ahead.", fields=[{"field": place, "code": "past"} for place in late])


def _has_passed(work: CaseWork, day: Any) -> bool:
    today = work.now.astimezone(ZoneInfo(work.services.zone(work.row["facts"]))).date()
    due_at = None if date.fromisoformat(day) < today else due_on(work, day)
    return due_at is None or due_at <= work.now
