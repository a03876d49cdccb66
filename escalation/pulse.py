"""When each loop of this process last did its work: what `/readyz`, the heartbeat and the figures go by."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from time import monotonic

VITAL = ("deadlines", "outbox")
"""The loops without which the house does not keep its word."""
LATELY_SECONDS = 20.0
"""How long a loop may be silent: longer than the store may keep anybody waiting, shorter than a takeover may take."""

Watcher = Callable[[str, float | None], None]
"""Called after a pass with the loop's name and the seconds it took; None for a pass that failed."""


class Pass:
    """One pass of a loop, while it runs."""

    def __init__(self, alive: Callable[[], None]) -> None:
        self.alive = alive
        """Say that it is getting on; a long pass says so again and again."""
        self.idle = False
        """Whether it found nothing to do: such a pass says that the loop lives, and nothing about how long it takes."""


class Pulse:
    """The loops of one process. Safe to share between threads; `clock` gives seconds that only ever grow."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock, self._guard = clock, threading.Lock()
        self._expected: tuple[str, ...] = ()
        self._seen: dict[str, float] = {}
        self._watchers: list[Watcher] = []

    @property
    def loops(self) -> tuple[str, ...]:
        """The loops that this process runs now; none before the metronome starts, and after it has stopped."""
        return self._expected

    def expect(self, loops: Iterable[str]) -> None:
        """Note which loops run from now on, none of them seen yet. No loops: they have stopped."""
        with self._guard:
            self._expected = tuple(loops)
            self._seen.clear()

    def watch(self, watcher: Watcher) -> None:
        """Tell `watcher` of every pass from now on that found something to do, or failed."""
        self._watchers.append(watcher)

    def silent_for(self, loop: str) -> float | None:
        """Return how many seconds ago the loop was last seen at work; None when it has not been seen yet."""
        seen = self._seen.get(loop)
        return None if seen is None else max(0.0, self._clock() - seen)

    def silent(self, loops: Iterable[str] = VITAL) -> list[str]:
        """Return which of `loops` have not been seen lately."""
        ages = ((loop, self.silent_for(loop)) for loop in loops)
        return [loop for loop, age in ages if age is None or age > LATELY_SECONDS]

    @contextmanager
    def passing(self, loop: str) -> Iterator[Pass]:
        """Watch one pass. One that raises has not been seen at all: a loop that only ever fails is silent."""
        before, began = self._seen.get(loop), self._clock()
        one = Pass(lambda: self._see(loop))
        try:
            yield one
        except Exception:
            with self._guard:
                if before is None:
                    self._seen.pop(loop, None)
                else:
                    self._seen[loop] = before
            self._tell(loop, None)
            raise
        self._see(loop)
        if not one.idle:
            self._tell(loop, self._clock() - began)

    def _see(self, loop: str) -> None:
        with self._guard:
            self._seen[loop] = self._clock()

    def _tell(self, loop: str, seconds: float | None) -> None:
        for watcher in self._watchers:
            watcher(loop, seconds)
