"""Rows of the deadline table, as a step gives them: rungs of clocks and timers of elements, each with its reasons."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from engine.clocks.case_clocks import Clock
from engine.model.config import Rung
from engine.model.due import Due, Reason, told
from engine.model.step import DueItem


def rung_item(clock: Clock, rung: Rung, at: datetime, key: str) -> DueItem:
    """Return a rung that falls at `at`; its reason says where on the ladder it stands, of which clock."""
    reasons = _place(clock.name, clock.key, rung)
    return DueItem("clock", f"{clock.name}/{rung.name}", key, at, rung.name in clock.unsure, reasons)


@lru_cache(maxsize=4096)
def _place(name: str, key: str, rung: Rung) -> tuple[Mapping[str, Any], ...]:
    """Return where a rung stands; asked for every rung of every clock at every step. Nobody changes it."""
    place = {"percent": rung.at.percent, "minutes": rung.at.minutes, "working_days": rung.at.working_days}
    values: dict[str, str | int | bool | None] = {"name": name, "key": key, "base": rung.at.base}
    values.update({unit: amount for unit, amount in place.items() if amount})
    return told((Reason("rung", values), *((Reason("daily"),) if rung.daily else ())))


def timer_item(timer: tuple[str, str], due: Due) -> DueItem:
    """Return a timer (task, name) that an element waits for."""
    return DueItem("timer", timer[1], timer_key(timer, due), due.at, due.provisional, told(due.reasons))


def timer_key(timer: tuple[str, str], due: Due) -> str:
    """Return what tells a timer (task, name) and its moment from all others; a provisional moment is another."""
    return f"{timer[0]}/{timer[1]}/{due.at:%Y%m%dT%H%M%S}{'~' if due.provisional else ''}"
