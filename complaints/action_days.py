"""By when an action is done: the end of the working day on the day that was given, which lies ahead (R-002-23)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from engine.case_work import CaseWork
from engine.errors import Unfit

DAY_END = time(18, 0)
"""An action that is due on a day is due at the end of the working day."""
FIELDS = ("actions", "interim_measures", "conditions")
"""The fields of forms whose rows become actions."""


def end_of_day(day: Any, zone: ZoneInfo) -> datetime | None:
    """Return the instant (UTC) at which the working day of an ISO date ends in a zone; None where no day is given."""
    return None if not day else datetime.combine(date.fromisoformat(day), DAY_END, zone).astimezone(UTC)


def check_due_days(work: CaseWork, data: Mapping[str, Any]) -> None:
    """Raise Unfit, naming each row, where an action is to be done by a time that has passed."""
    zone = ZoneInfo(work.services.zone(work.row["facts"]))
    late = [
        f"/{name}/{number}/due_on"
        for name in FIELDS
        for number, row in enumerate(data.get(name) or ())
        if isinstance(row, Mapping) and (due_at := end_of_day(row.get("due_on"), zone)) and due_at <= work.now
    ]
    if late:
        raise Unfit("What is to be done lies ahead.", fields=[{"field": place, "code": "past"} for place in late])
