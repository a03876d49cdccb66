"""APScheduler as the metronome: it calls `run_once` of a few loops and holds no business fact (docs/adr/0016)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from engine.clock import SystemClock
from escalation.pulse import Pulse
from storage.errors import StoreError

log = structlog.get_logger(__name__)

BEAT_SECONDS = 0.25
"""How often due work is looked for: twice as often as the 0.5 s that the design promises."""
JUMP = timedelta(seconds=1)
"""A machine's clock that gains or loses as much between two beats was set."""


@dataclass(frozen=True)
class Loop:
    """Something to be done again and again. `run` takes what says whether to go on; 0 means that nothing was to do."""

    name: str
    run: Callable[[Callable[[], bool]], object]
    every_seconds: float = BEAT_SECONDS


class Metronome:
    """Starts and stops the loops of a process. Start and stop are each done once."""

    def __init__(self, loops: list[Loop], pulse: Pulse | None = None) -> None:
        """Take the loops, and where to note each pass."""
        self._loops, self._pulse = loops, pulse or Pulse()
        self._stopping = threading.Event()
        self._scheduler = _Steady(
            executors={"default": ThreadPoolExecutor(max(1, len(loops)))},
            # A beat that comes while the last one still works is left out, never queued.
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            timezone="UTC",
        )

    def start(self) -> None:
        """Start beating; returns at once."""
        self._pulse.expect(loop.name for loop in self._loops)
        for loop in self._loops:
            self._scheduler.add_job(self._beat, "interval", [loop], seconds=loop.every_seconds, id=loop.name)
        self._scheduler.start()

    def stop(self) -> None:
        """Let the running passes finish their case, then stop."""
        self._stopping.set()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)
        self._pulse.expect(())

    def _beat(self, loop: Loop) -> None:
        try:
            with self._pulse.passing(loop.name) as one:

                def going_on() -> bool:
                    one.alive()
                    return not self._stopping.is_set()

                one.idle = loop.run(going_on) == 0
        except StoreError as error:
            # Nothing of ours is wrong; the pass has not been seen, and the next one tries again.
            log.warning("loop-postponed", loop=loop.name, reason=str(error))
        except Exception:
            # One bad pass never stops the metronome; what was due stays due.
            log.exception("loop-failed", loop=loop.name)


class _Steady(BackgroundScheduler):  # type: ignore[misc]
    """Goes on beating where the machine's clock is set. The library plans each beat by that clock: set back by an hour
    it would wait for an hour, set forward by years it would count every beat in between."""

    _zero: datetime | None = None
    """What the machine's clock said when the running seconds were 0."""

    def _process_jobs(self) -> float:
        now = SystemClock().now()
        last, self._zero = self._zero, now - timedelta(seconds=monotonic())
        if last is not None and abs(self._zero - last) > JUMP:
            for job in self.get_jobs():
                job.modify(next_run_time=now)
        pause: float | None = super()._process_jobs()
        longest = JUMP.total_seconds()
        return longest if pause is None else min(pause, longest)
