"""APScheduler as the metronome: it calls `run_once` of a few loops and holds no business fact (docs/adr/0016)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from escalation.pulse import Pulse

log = structlog.get_logger(__name__)

BEAT_SECONDS = 0.25
"""How often due work is looked for: twice as often as the 0.5 s that the design promises."""


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
        self._scheduler = BackgroundScheduler(
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
        except Exception:
            # One bad pass never stops the metronome; what was due stays due.
            log.exception("loop-failed", loop=loop.name)
