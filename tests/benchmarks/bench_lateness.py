"""`python -m tests.benchmarks.bench_lateness`: how late deadlines fire in a running server, by the machine's own clock.

Hundreds of deadlines fall due within a few seconds; then as many while the server is down. The aim: p99 under 1 s.
A firing counts from its due instant to the instant that its change bears in the log, which is read before the step; the
commit follows, on SQLite that of up to ten cases.

With `--grown` so many a second fall due for some minutes among the cases of a grown database, while somebody works.
"""

from __future__ import annotations

import argparse
import http.client
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from engine.clock import SystemClock
from storage.types import to_microseconds
from tests.benchmarks.firings import Fired, instant_of, spread, told
from tests.benchmarks.grown_house import GrownHouse
from tests.benchmarks.lateness_grown import run_on_grown
from tests.benchmarks.machine import described, say
from tests.replay.client import Client, Gate
from tests.replay.server import Server
from tests.support.late_process import AFTER, BUDGET, late_bundle

CLOCK = SystemClock()
LEAD = timedelta(seconds=20)
"""From the first filing to the first due instant, for 500 cases."""


class Installation:
    """A real one, set up by `redress init`: the clock is the machine's."""

    def __init__(self, folder: Path) -> None:
        url = f"sqlite:///{folder / 'redress.db'}"
        self.server = Server(folder, arguments=("serve",), environment={"REDRESS_DATABASE_URL": url})
        self.file = folder / "redress.db"
        self.owner = self._secret("init", "--administrator", "admin", "--name", "Admin", "--token")
        self.clerk = self._secret("user", "add", "clerk", "Clerk", "--team", "service", "--token")
        self.gate = Gate()
        self.client = Client(self.server.port, self.gate)

    def _secret(self, *arguments: str) -> str:
        done = self.server.run(*arguments)
        if done.returncode:
            raise RuntimeError(done.stdout + done.stderr)
        return done.stdout.partition("shown once: ")[2].split()[0]

    def start(self) -> float:
        """Start the server; return after how many seconds it was ready."""
        took = self.server.start()
        self.gate.open.set()
        return took

    def stop(self, *, kill: bool = False) -> None:
        """Stop or kill the server."""
        self.gate.open.clear()
        if kill:
            self.server.kill()
        else:
            self.server.stop()

    def publish(self) -> None:
        """Put the small process in force."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port)
        headers = {"Authorization": f"Bearer {self.owner}", "Content-Type": "application/zip"}
        connection.request("POST", "/api/processes", late_bundle(), headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        if answer.status != 201:
            raise RuntimeError(f"{answer.status} {text}")
        connection.close()

    def file_due(self, instants: Sequence[datetime], *, clients: int = 4) -> list[str]:
        """File one complaint for each instant at which its clock is to fall due; return their ids."""

        def one(due: datetime) -> str:
            body = {
                "subject": "-", "text": "-", "channel": "phone", "received_at": (due - BUDGET).isoformat(),
                "complainant": {"name": "-"},
            }  # fmt: skip
            answer = self.client.call("POST", "/api/complaints", token=self.clerk, body=body)
            if answer.status != 201:
                raise RuntimeError(f"{answer.status} {answer.body}")
            return str(answer.body["id"])

        with ThreadPoolExecutor(clients) as pool:
            return list(pool.map(one, instants))

    def fired(self) -> list[Fired]:
        """Return what fired, in the order of the log."""
        with closing(sqlite3.connect(f"file:{self.file}?mode=ro", uri=True)) as connection:
            rows = connection.execute(
                "SELECT case_id, 'clock', json_extract(detail, '$.due_at'), at, sequence FROM event_log "
                "WHERE kind = 'fired' UNION ALL SELECT b.case_id, 'timer', a.at, b.at, b.sequence FROM event_log b "
                "JOIN event_log a ON a.case_id = b.case_id AND a.kind = 'completed' AND a.element = 'overdue' "
                "WHERE b.kind = 'completed' AND b.element = 'afterwards' ORDER BY 5"
            ).fetchall()
        found = []
        for case, what, due, at, _ in rows:
            due_at = instant_of(due) + (AFTER if what == "timer" else timedelta(0))
            found.append(Fired(case, what, due_at, instant_of(at)))
        return found

    def due_by(self, instant: datetime) -> int:
        """Return how many cases have something that is due by then."""
        with closing(sqlite3.connect(f"file:{self.file}?mode=ro", uri=True)) as connection:
            asked = "SELECT count(*) FROM instance WHERE next_due <= ?"
            return int(connection.execute(asked, [to_microseconds(instant)]).fetchone()[0])

    def wait_for(self, count: int, *, seconds: float) -> list[Fired]:
        """Return what fired as soon as it is `count`, or after so many seconds."""
        until = time.monotonic() + seconds
        while len(found := self.fired()) < count and time.monotonic() < until:
            threading.Event().wait(0.25)
        return found


def run(folder: Path, *, count: int, seconds: float) -> list[str]:
    """Measure; return what does not hold."""
    house = Installation(folder)
    say(f"ready after {house.start():.1f} s")
    for line in described():
        say(line)
    house.publish()
    lead = LEAD * (count / 500) + timedelta(seconds=5)
    first = CLOCK.now() + lead
    house.file_due(spread(first, count, seconds))
    ahead = (first - CLOCK.now()).total_seconds()
    say(f"{count} cases filed {ahead:.1f} s before the first is due, all in {seconds:g} s")
    found = house.wait_for(2 * count, seconds=lead.total_seconds() + seconds + 60)
    clocks = [each for each in found if each.what == "clock"]
    wrong = told("running: case clocks", clocks, count)
    wrong += told("running: timers of the diagram", [each for each in found if each.what == "timer"], count)

    first = CLOCK.now() + lead
    house.file_due(spread(first, count, seconds))
    house.stop(kill=True)
    threading.Event().wait(max(0.0, (first - CLOCK.now()).total_seconds()) + seconds + 1)
    up = house.start()
    found = house.wait_for(4 * count, seconds=120)[2 * count :]
    clocks = [each for each in found if each.what == "clock"]
    say(f"killed, {count} fell due meanwhile, ready again after {up:.1f} s")
    wrong += told("missed: case clocks", clocks, count)
    if [each.due for each in clocks] != sorted(each.due for each in clocks):
        wrong.append("missed: not in order of due time")
    wrong += told("then: timers of the diagram", [each for each in found if each.what == "timer"], count)
    took = (max(each.at for each in clocks) - min(each.at for each in clocks)).total_seconds()
    say(f"  the {count} missed were fired in {took:.2f} s, in order of due time, each once")
    house.client.close()
    house.stop()
    return wrong


def main() -> int:
    """Measure and return 0 when each fired once, in order and never early."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.bench_lateness", description=__doc__)
    parser.add_argument("--deadlines", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=5.0, help="all fall due within so many seconds")
    parser.add_argument("--grown", type=Path, help="a folder with a grown database (demo.db); leaves some cases more")
    parser.add_argument("--rate", type=float, default=50.0, help="with --grown: so many fall due a second")
    parser.add_argument("--minutes", type=float, default=5.0, help="with --grown: for so long")
    given = parser.parse_args()
    if given.grown is not None:
        return _reported(run_on_grown(GrownHouse(given.grown.absolute()), rate=given.rate, minutes=given.minutes))
    with tempfile.TemporaryDirectory(prefix="redress-bench-") as folder:
        return _reported(run(Path(folder), count=given.deadlines, seconds=given.seconds))


def _reported(wrong: list[str]) -> int:
    for line in wrong:
        say(f"WRONG  {line}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
