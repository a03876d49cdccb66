"""Kills servers and workers with `kill -9` under load, at instants drawn by a seed, and looks what is left."""

from __future__ import annotations

import random
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

from engine.bundles.bundle import pack, read_folders
from engine.clock import SystemClock
from storage.database import Database
from tests.faults.cluster import START, Cluster, Worker, at_work
from tests.faults.load.audit import fired_since, overdue, wrong_with
from tests.faults.load.people import Load
from tests.faults.results import Kill
from tests.replay.client import Client, NoAnswer
from tests.replay.server import Server
from tests.support.doctored import past_calendars
from tests.support.late_process import BUDGET, late_bundle
from tests.support.shared import ROOT
from tests.support.waiting import comes_about

CLOCK = SystemClock()
TAKEOVER = timedelta(seconds=30)
"""By then others have done what was due."""
SOWN = 240
"""Seconds for which deadlines are filed at a time."""
TOGETHER = 4
"""Deadlines of each second: firing them takes long enough that a kill may fall into it."""
LEAD = timedelta(seconds=20)
"""From the filing to the first of them."""
LEAST = timedelta(seconds=60)
"""With deadlines ahead for less than this more are filed."""
WHILE_FIRING = 0.5
"""The share of kills that follow upon a due instant by less than 0.3 seconds; the others fall anywhere."""


class LoadKills:
    """An installation under load on one store, whose processes are killed and started again."""

    def __init__(self, folder: Path, url: str, store: str, *, seed: int) -> None:
        """Set it up: on PostgreSQL two servers and two workers, on an SQLite file the one server that there can be."""
        many = 2 if store == "postgresql" else 1
        self._cluster = Cluster(folder, url, servers=many, workers=2 if many == 2 else 0)
        self._database = Database(url, connections=2)
        self._store, self._seed = store, seed
        self._clients = [Client(server.port) for server in self._cluster.servers]
        self._load = Load(self._clients, self._cluster.clerk, "load")
        self._last_due = CLOCK.now()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Run everything for the block, the load too."""
        with self._cluster.running():
            for each in self._clients:
                each.gate.open.set()
            self._sow()
            self._load.begin()
            try:
                yield
            except BaseException:
                # Whoever is at work finds nobody there, where a process is dead just then: not what is to be told.
                with suppress(NoAnswer):
                    self._load.end()
                raise
            else:
                self._load.end()
            finally:
                for each in self._clients:
                    each.close()
                self._database.close()

    def kill(self, number: int, *, examine: bool) -> Kill:
        """Kill one process after a while, start it again, wait until all is done that was due, and look.

        `examine` says whether the doctor looks too.
        """
        drawn = random.Random(f"{self._seed}:{number}")
        if self._last_due - CLOCK.now() < LEAST:
            self._sow()
        _pause(0.3 + 1.5 * drawn.random())
        if drawn.random() < WHILE_FIRING:
            _pause(((self._last_due - CLOCK.now()) % timedelta(seconds=1)).total_seconds() + 0.3 * drawn.random())
        victims: list[Server | Worker] = [*self._cluster.servers, *self._cluster.workers]
        at = drawn.randrange(len(victims))
        victim, before = victims[at], len(self._load.told().letters)
        began = CLOCK.now()
        if isinstance(victim, Server):
            victim.kill()
        else:
            victim.end(signal.SIGKILL)
        victim.start()
        started = CLOCK.now()

        def settled() -> bool:
            """Whether people got on, and all has fired that was due until the process was there again."""
            return len(self._load.told().letters) > before and not overdue(self._database, started)

        in_time = comes_about(settled, seconds=TAKEOVER.total_seconds())
        late = fired_since(self._database, began - timedelta(seconds=2))
        told = self._load.told()
        lost, doubled, said = wrong_with(self._database, told)
        if not in_time:
            left = overdue(self._database, started)
            said.append(f"not settled after {TAKEOVER.total_seconds():.0f} s, {left} cases are overdue")
        found = self._findings(started) if examine else []
        what = f"{type(victim).__name__.lower()} {at + 1}"
        return Kill(
            "process", self._store, what, self._seed, number, lost, doubled, int(not in_time), len(found),
            max(late, default=None), "; ".join([*said, *found]),
        )  # fmt: skip

    def _findings(self, started: datetime) -> list[str]:
        """Return what the doctor finds once all have said that they are there, the one that was started again too."""
        everybody = self._cluster.roles
        comes_about(lambda: at_work(self._database, since=started) == everybody, seconds=START.total_seconds())
        return past_calendars(self._cluster.doctor())

    def _sow(self) -> None:
        """File cases of a process that does nothing but fall due, some each second from soon on."""
        self._load.rest()
        self._cluster.publish(late_bundle())
        first = max(CLOCK.now() + LEAD, self._last_due + timedelta(seconds=1))
        # Nothing is received later than now, and so nothing is due later than its budget from now.
        seconds = [first + timedelta(seconds=number) for number in range(SOWN)]
        due = [each for each in seconds if each - BUDGET < CLOCK.now() for _ in range(TOGETHER)]

        def one(number: int) -> None:
            body = {
                "subject": f"due {due[number].isoformat()} {number}", "text": "-", "channel": "phone",
                "received_at": (due[number] - BUDGET).isoformat(), "complainant": {"name": "-"},
            }  # fmt: skip
            client = self._clients[number % len(self._clients)]
            key = f"due-{due[number].isoformat()}-{number}"
            answer = client.call("POST", "/api/complaints", token=self._cluster.clerk, body=body, key=key)
            if answer.status != 201:
                raise RuntimeError(f"{answer.status} {answer.body}")

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(one, range(len(due))))
        self._last_due = due[-1]
        self._cluster.publish(pack(read_folders(ROOT / "bpmn", ROOT / "forms" / "definitions", "complaint")))
        self._load.go_on()


def _pause(seconds: float) -> None:
    threading.Event().wait(seconds)
