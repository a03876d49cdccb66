"""Kills the server in the middle of the work, again and again, and starts it on the same file."""

from __future__ import annotations

import random
import threading

from tests.replay.client import Gate
from tests.replay.server import Server


class Killer:
    """Kills after a random number of answers, seeded. While the server is away the gate is shut."""

    def __init__(self, server: Server, gate: Gate, *, seed: int, times: int, every: int) -> None:
        """Kill `times` times, each after up to 2 * `every` further answers."""
        self._server, self._gate = server, gate
        self._random, self._times, self._every = random.Random(seed), times, every
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="killer")
        self.away: list[float] = []
        """Seconds until the server was ready again, of each kill."""
        self.failed: BaseException | None = None

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def finish(self) -> None:
        """Kill no more; a start under way is waited for."""
        self._stop.set()
        with self._gate.more:
            self._gate.more.notify_all()
        self._thread.join()

    def _run(self) -> None:
        try:
            for _ in range(self._times):
                after = self._gate.served + 1 + self._random.randrange(2 * self._every)
                with self._gate.more:
                    self._gate.more.wait_for(lambda after=after: self._gate.served >= after or self._stop.is_set())  # type: ignore[misc]
                if self._stop.is_set():
                    return
                # Somewhere inside the requests that are under way now.
                self._stop.wait(self._random.random() * 0.05)
                self._server.kill()
                self._gate.open.clear()
                self._gate.count("kills")
                self.away.append(self._server.start())
                self._gate.open.set()
        except BaseException as error:  # noqa: BLE001 - told to whoever waits for the result
            self.failed = error
            self._gate.open.set()
