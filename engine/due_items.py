"""Rows of the deadline table, as a step gives them: rungs of clocks and timers of elements, each with its reasons."""

from __future__ import annotations

from datetime import datetime

from engine.case_clocks import Clock
from engine.model.config import Rung
from engine.model.due import Due, Reason, told
from engine.model.step import DueItem


def rung_item(clock: Clock, rung: Rung, at: datetime, key: str) -> DueItem:
    """Return a rung that falls at `at`; its reason says where on the ladder it stands, of which clock."""
    place = {"percent": rung.at.percent, "minutes": rung.at.minutes, "working_days": rung.at.working_days}
    values: dict[str, str | int | bool | None] = {"name": clock.name, "key": clock.key, "base": rung.at.base}
    values.update({name: amount for name, amount in place.items() if amount})
    reasons = told((Reason("rung", values), *((Reason("daily"),) if rung.daily else ())))
    return DueItem("clock", f"{clock.name}/{rung.name}", key, at, rung.name in clock.unsure, reasons)


def timer_item(task_id: str, timer: str, due: Due) -> DueItem:
    """Return a timer that an element waits for. Its key tells a provisional moment from one that is not."""
    key = f"{task_id}/{timer}/{due.at:%Y%m%dT%H%M%S}{'~' if due.provisional else ''}"
    return DueItem("timer", timer, key, due.at, due.provisional, told(due.reasons))
