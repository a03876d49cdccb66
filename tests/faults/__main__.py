"""`python -m tests.faults`: kills changes at named points, and servers and workers under load, again and again.

Every kill is a line of the results file before the next begins; the next run goes on where this one stops, and the
table that is printed at the end adds up all of them. Ends with 1 where anything was lost, doubled, stuck or unsound.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from tests.benchmarks.machine import say
from tests.faults.crash.process import CrashProcess
from tests.faults.load.kills import LoadKills
from tests.faults.results import Kill, behind, table, write, written
from tests.support.postgres import PostgresServer, running
from tests.support.shared import ROOT

POINTS, PROCESSES = 40, 12
"""Kills of each way in turn."""
EXAMINED = 4
"""Every so-manieth kill of a process the doctor looks too, and at the last of each turn."""


def turn_of_points(crash: CrashProcess, store: str, seed: int, first: int) -> Iterator[Kill]:
    """Kill changes at the next points."""
    for number, each in enumerate(crash.kill(first, POINTS), first):
        yield Kill(
            "point", store, each["point"], seed, number, each["lost"], each["doubled"], each["stuck"], each["unsound"],
            None, each["said"],
        )  # fmt: skip


def turn_of_processes(folder: Path, url: str, store: str, seed: int, first: int) -> Iterator[Kill]:
    """Set up an installation and kill its processes under load."""
    kills = LoadKills(folder, url, store, seed=seed)
    with kills.running():
        for number in range(first, first + PROCESSES):
            last = number == first + PROCESSES - 1
            yield kills.kill(number, examine=last or number % EXAMINED == EXAMINED - 1)


class LongRun:
    """Turns, one after the other, over the stores that were asked for."""

    def __init__(self, given: argparse.Namespace, stack: ExitStack) -> None:
        self._given, self._stack = given, stack
        self._stores = ["sqlite", "postgresql"] if given.store == "both" else [given.store]
        self._server: PostgresServer | None = None
        self._crash: dict[str, CrashProcess] = {}
        self._folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="redress-faults-")))
        self._turns = 0

    def kills(self) -> Iterator[Kill]:
        """Yield kill after kill, for ever."""
        while True:
            for store in self._stores:
                for way in self._given.ways.split(","):
                    self._turns += 1
                    done = behind(written(self._given.results), way=way, store=store, seed=self._given.seed)
                    if way == "point":
                        yield from turn_of_points(self._laboratory(store), store, self._given.seed, done)
                        continue
                    folder = self._folder / f"turn{self._turns}"
                    folder.mkdir()
                    url = self._url(store) or f"sqlite:///{folder / 'redress.db'}"
                    yield from turn_of_processes(folder, url, store, self._given.seed, done)

    def _url(self, store: str) -> str:
        """Return the address of a fresh database on PostgreSQL, nothing for a file."""
        if store == "sqlite":
            return ""
        if self._server is None:
            self._server = self._stack.enter_context(running())
        return self._server.create()

    def _laboratory(self, store: str) -> CrashProcess:
        if store not in self._crash:
            told = ("--changes", self._given.changes, "--seed", str(self._given.seed), "--url", self._url(store))
            crash = CrashProcess(*told)
            self._crash[store] = self._stack.enter_context(crash)
            for name, reason in crash.left_out.items():
                say(f"left out on {store}: {name}: {reason.splitlines()[-1]}")
        return self._crash[store]


def arguments() -> argparse.Namespace:
    """Return what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--kills", type=int, default=1000, help="so many kills in this run")
    parser.add_argument("--minutes", type=float, default=0, help="no longer than this; 0: as long as it takes")
    parser.add_argument("--seed", type=int, default=1, help="draws the points and the instants")
    parser.add_argument("--store", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--ways", default="point,process", help="point, process or both")
    parser.add_argument("--changes", default="all", help="usual, all, or module:NAME")
    parser.add_argument("--results", type=Path, default=ROOT / "var" / "faults.jsonl")
    return parser.parse_args()


def main() -> int:
    """Run; interrupting loses nothing."""
    given = arguments()
    for each in (signal.SIGINT, signal.SIGTERM):
        # In the background of a shell the first would be ignored; the second would leave servers behind.
        signal.signal(each, _interrupted)
    until = time.monotonic() + given.minutes * 60 if given.minutes else float("inf")
    now: list[Kill] = []
    try:
        with ExitStack() as stack:
            for kill in LongRun(given, stack).kills():
                write(given.results, kill)
                now.append(kill)
                if not kill.holds:
                    say(f"{kill.store}, {kill.what}: {kill.said}")
                if len(now) >= given.kills or time.monotonic() > until:
                    break
    except KeyboardInterrupt:
        say("interrupted")
    for line in ("this run", *table(now), "", f"all runs ({given.results})", *table(list(written(given.results)))):
        say(line)
    return 0 if all(each.holds for each in now) else 1


def _interrupted(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
