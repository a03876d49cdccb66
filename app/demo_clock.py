"""The demo's clock: runs beside the machine's, can be moved forward, and keeps its place over a restart."""

from __future__ import annotations

import json
import os
from datetime import datetime, timedelta
from pathlib import Path

from engine.clock import Clock, MovableClock, SystemClock


class DemoClock(MovableClock):
    """A movable clock whose lead over the machine's clock is kept in a file, written before anybody relies on it."""

    def __init__(self, file: Path, *, machine: Clock | None = None) -> None:
        self._file, self._machine = file, machine or SystemClock()
        super().__init__(self._machine.now() + self._lead(), follow=self._machine)

    def advance_to(self, at: datetime) -> datetime:
        """Move forward to `at` and remember it. Raises ValueError for the past or a naive instant."""
        moved = super().advance_to(at)
        lead = (moved - self._machine.now()) // timedelta(microseconds=1)
        temporary = self._file.with_suffix(".new")
        temporary.write_text(json.dumps({"lead_us": lead}), encoding="utf-8")
        os.replace(temporary, self._file)
        return moved

    def _lead(self) -> timedelta:
        if not self._file.exists():
            return timedelta(0)
        return timedelta(microseconds=int(json.loads(self._file.read_text(encoding="utf-8"))["lead_us"]))
