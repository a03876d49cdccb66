"""`python -m tests.benchmarks.bench_http`: completions over HTTP, one server, SQLite (synchronous=FULL).

Cases go the shortest way from filing to closing. Aims: 200 completions a second and p95 under 10 ms with one client.
"""

from __future__ import annotations

import argparse
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from api.answers import task_tag
from tests.benchmarks.machine import cpu_seconds, described, load, percentiles, say
from tests.benchmarks.wire import Wire
from tests.replay.forms import SIMPLE
from tests.replay.server import Server

WHO = "li.na"
PLAN = {"next": "submit", "root_cause": "procedure", "root_cause_text": "-", "finding": "-", "remedy": "-"}
FORMS: dict[str, Any] = {**SIMPLE, "verify": {"outcome": "complete", "verification_summary": "-"}, "plan": PLAN}


@dataclass
class Series:
    """What one round measured."""

    filing: list[float] = field(default_factory=list)
    completing: dict[str, list[float]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Bench:
    """A connection to a server, and somebody who works there."""

    wire: Wire
    token: str

    def case(self, series: Series, *, to_the_end: bool = True) -> str:
        """File a complaint and complete its tasks; note how long each request took. Returns its tracking code."""
        body = {
            "subject": "教室饮水机没有热水", "text": "二楼饮水机一周没有热水了。", "channel": "phone",
            "category": "other", "complainant": {"name": "王晓", "phone": "13800000001"},
        }  # fmt: skip
        filed = self._timed(series.filing, "POST", "/api/complaints", {**body})
        if not to_the_end:
            return str(filed["tracking_code"])
        task = self._first_task(filed["id"])
        while task is not None:
            element = task["element"]
            took = series.completing.setdefault(element, [])
            answer = self._timed(took, "POST", f"/api/tasks/{task['id']}/complete", {"data": FORMS[element]}, task)
            task = answer["next"]
            if task is None and element == "send_result":
                receipt = f"Receipt {filed['tracking_code']}"
                self.wire.call("POST", "/api/track/satisfaction", authorization=receipt, body={"satisfied": True})
                task = self._first_task(filed["id"])
        return str(filed["tracking_code"])

    def _first_task(self, case_id: str) -> dict[str, Any] | None:
        answer = self.wire.call("GET", f"/api/complaints/{case_id}", authorization=f"Bearer {self.token}")
        tasks: list[dict[str, Any]] = answer.body["tasks"]
        return tasks[0] if tasks else None

    def _timed(
        self, took: list[float], method: str, path: str, body: Any, task: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        tag = task_tag(task["id"], task["version"]) if task else None
        started = time.perf_counter()
        answer = self.wire.call(method, path, authorization=f"Bearer {self.token}", body=body, match=tag)
        took.append(time.perf_counter() - started)
        if answer.status not in (200, 201):
            raise RuntimeError(f"{path}: {answer.status} {answer.body}")
        found: dict[str, Any] = answer.body
        return found


def measured(benches: Sequence[Bench], *, cases: int, servers: Sequence[int]) -> Iterator[str]:
    """Yield the lines of one round, of so many clients at once: filing alone, then whole cases.

    `servers` are the processes whose time is counted.
    """
    clients = len(benches)
    for what, to_the_end in (("filing", False), ("completing", True)):
        series = [Series() for _ in range(clients)]
        cpu, started = sum(map(cpu_seconds, servers)), time.perf_counter()
        with ThreadPoolExecutor(clients) as pool:
            list(pool.map(partial(_several, cases // clients, to_the_end), benches, series))
        took, cpu = time.perf_counter() - started, sum(map(cpu_seconds, servers)) - cpu
        if to_the_end:
            seconds = [each for one in series for part in one.completing.values() for each in part]
        else:
            seconds = [each for one in series for each in one.filing]
        p50, p95, longest = percentiles(seconds)
        # With one client the rate is that of the requests measured; with several, requests of other kinds share it.
        rate = len(seconds) / (sum(seconds) / clients)
        yield (
            f"  {what:<12} {clients} clients  {len(seconds):5d} requests  {rate:7.1f}/s  "
            f"p50 {p50:6.1f}  p95 {p95:6.1f}  "
            f"max {longest:7.1f} ms  server {cpu / len(seconds) * 1e3:5.1f} ms CPU each  {took:5.1f} s  {load()}"
        )


def _several(cases: int, to_the_end: bool, bench: Bench, series: Series) -> None:
    for _ in range(cases):
        bench.case(series, to_the_end=to_the_end)


def sizes(file: Path, cases: int) -> Iterator[str]:
    """Yield what a closed case takes, in all and by table, from the pages of the file."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        try:
            pages = connection.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY 1 ORDER BY 2 DESC").fetchall()
        except sqlite3.DatabaseError:
            pages = []
        tables = dict(connection.execute("SELECT name, tbl_name FROM sqlite_master").fetchall())
        live = connection.execute("SELECT count(*) FROM complaint").fetchone()[0]
    each: dict[str, int] = {}
    for name, size in pages:
        each[tables.get(name, name)] = each.get(tables.get(name, name), 0) + size
    yield f"  {file.stat().st_size / live:,.0f} bytes a case in the file ({cases} of {live} driven to closing or filed)"
    for name, size in sorted(each.items(), key=lambda pair: -pair[1])[:10]:
        yield f"    {name:<18} {size / live:10,.0f} bytes a case"


def run(*, cases: int, rounds: int, clients: Sequence[int], folder: Path) -> None:
    """Measure and print one table."""
    server = Server(folder)
    server.start()
    try:
        token = server.token(WHO)
        for line in described():
            say(line)
        Bench(Wire(server.port), token).case(Series())  # the first request reads the process from its bundle
        for number in range(rounds):
            for count in clients:
                say(f"round {number + 1}")
                benches = [Bench(Wire(server.port), token) for _ in range(count)]
                for line in measured(benches, cases=cases, servers=[server.pid]):
                    say(line)
                for bench in benches:
                    bench.wire.close()
    finally:
        server.stop()
    say("size on disk")
    for line in sizes(server.database, rounds * cases * len(clients)):
        say(line)


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.bench_http", description=__doc__)
    parser.add_argument("--cases", type=int, default=64, help="filed, and driven to closing, in each round")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--clients", type=int, nargs="*", default=[1, 8])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="redress-bench-") as folder:
        run(cases=given.cases, rounds=given.rounds, clients=given.clients, folder=Path(folder))


if __name__ == "__main__":
    main()
