"""`python -m tests.benchmarks.bench_flood`: thousands of deadlines in one instant, while people go on working.

Aims: 10,000 are drained within 60 seconds on two processors, and requests of people meanwhile have a p95 of 300 ms.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

from tests.benchmarks.bench_lateness import CLOCK, Installation
from tests.benchmarks.machine import described, load, percentiles, say
from tests.benchmarks.wire import Wire

FILED_A_SECOND = 75
"""So many cases can be filed a second at the least, on the machines that were seen."""
PATIENCE = 300.0
"""Seconds after which what has not fired is told as missing."""


class People:
    """Some who file, look at the list and look at a case, one after the other, as long as the flood lasts."""

    def __init__(self, house: Installation, count: int) -> None:
        self._house, self._count = house, count
        self.over = threading.Event()
        self.took: dict[str, list[float]] = {}
        self.refused: list[str] = []

    def work(self) -> None:
        """Work until it is over."""
        with ThreadPoolExecutor(self._count) as pool:
            for each in [pool.submit(self._one) for _ in range(self._count)]:
                each.result()

    def _one(self) -> None:
        wire = Wire(self._house.server.port)
        body = {"subject": "-", "text": "-", "channel": "phone", "complainant": {"name": "-"}}
        while not self.over.is_set():
            filed = self._timed(wire, "file", "POST", "/api/complaints", body)
            self._timed(wire, "list", "GET", "/api/complaints?limit=50", None)
            if filed is not None:
                self._timed(wire, "look", "GET", f"/api/complaints/{filed}", None)

    def _timed(self, wire: Wire, what: str, method: str, path: str, body: object) -> str | None:
        began = time.perf_counter()
        answer = wire.call(method, path, authorization=f"Bearer {self._house.clerk}", body=body)
        self.took.setdefault(what, []).append(time.perf_counter() - began)
        if answer.status not in (200, 201):
            self.refused.append(f"{method} {path}: {answer.status} {answer.body}")
            return None
        return str(answer.body["id"]) if "id" in answer.body else None


def run(folder: Path, *, count: int, people: int) -> list[str]:
    """Set up a server and measure it; return what does not hold."""
    house = Installation(folder)
    house.start()
    try:
        return measured(house, count=count, people=people)
    finally:
        house.client.close()
        house.stop()


def measured(house: Installation, *, count: int, people: int) -> list[str]:
    """Measure a server that runs, print the figures, and return what does not hold."""
    for line in described():
        say(line)
    house.publish()
    due = CLOCK.now() + timedelta(seconds=count / FILED_A_SECOND + 10)
    cases = house.file_due([due] * count)
    ahead = (due - CLOCK.now()).total_seconds()
    say(f"{count} cases filed {ahead:.1f} s before the instant at which all are due")
    threading.Event().wait(max(0.0, ahead))
    at_work = People(house, people)
    thread = threading.Thread(target=at_work.work)
    thread.start()
    until = time.monotonic() + PATIENCE
    # The log of all these cases takes seconds to read: it is read once, at the end.
    while house.due_by(due) and time.monotonic() < until:
        threading.Event().wait(0.5)
    at_work.over.set()
    thread.join()
    mine = set(cases)
    found = [each for each in house.fired() if each.case in mine and each.what == "clock"]
    drained = max((each.late for each in found), default=0.0)
    once = len({each.case for each in found})
    say(f"  {once} of {count} fired, each once: {once == len(found)}; drained in {drained:.1f} s ({load()})")
    everything = [each for took in at_work.took.values() for each in took]
    for what, took in [*at_work.took.items(), ("all", everything)]:
        p50, p95, longest = percentiles(took)
        say(f"  people, {what:<5} {len(took):5d} requests  p50 {p50:6.1f}  p95 {p95:6.1f}  max {longest:6.1f} ms")
    wrong = [] if once == len(found) == count else [f"{len(found)} firings of {once} cases, {count} expected"]
    wrong += [f"{min(each.late for each in found):+.3f} s early"] if any(each.late < 0 for each in found) else []
    return wrong + at_work.refused[:5]


def main() -> int:
    """Measure and return 0 when each fired once, none early, and nobody was refused."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.bench_flood", description=__doc__)
    parser.add_argument("--deadlines", type=int, default=10_000)
    parser.add_argument("--people", type=int, default=2, help="how many work meanwhile")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="redress-bench-") as folder:
        wrong = run(Path(folder), count=given.deadlines, people=given.people)
    for line in wrong:
        say(f"WRONG  {line}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
