"""`python -m tests.benchmarks.bench_ratios`: the product beside the library by itself, and beside its store by itself.

Everything in one run, so that the machine is the same. First the completions of one scenario, each read from a row of
an SQLite file, done, and written back in a transaction: by the library as its examples use it (`naive.py`), and by the
product's kernel. Then transactions that change one row, and completions over HTTP, on the same kind of store.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import psycopg
from sqlalchemy import text

from storage.database import Database
from storage.engines import sqlite_file
from tests.benchmarks.bench_http import WHO, Bench, Series
from tests.benchmarks.machine import described, load, say
from tests.benchmarks.naive import Naive
from tests.benchmarks.recorded import Completion, completions
from tests.benchmarks.wire import Wire
from tests.faults.cluster import Cluster
from tests.replay.server import Server
from tests.support.postgres import running
from tests.support.shared import ROOT

SCENARIO = "exit_satisfied"
PROCESS = ROOT / "bpmn" / "complaint"
ADD = "UPDATE counted SET number = number + 1 WHERE id = 1"


class Pair:
    """The completions of one case, and what the library by itself stores before each of them."""

    def __init__(self, naive: Naive, done: Sequence[Completion]) -> None:
        self.naive, self.done = naive, done
        first = done[0]
        # What the product keeps as facts the library has nowhere but in the data of its tasks.
        names = dict.fromkeys(first.process.form_fields)
        facts = json.loads(json.dumps({**first.process.fact_defaults, **first.rest["facts"]}, default=str))
        self.texts = [naive.opened({**names, **facts})]
        for each in done[:-1]:
            self.texts.append(naive.completed(self.texts[-1], each.element, each.command.data))


@dataclass(frozen=True)
class Row:
    """One row of an SQLite file with the product's settings; reading and writing it is what a store costs at least."""

    connection: sqlite3.Connection

    def put(self, state: str | bytes, facts: str) -> None:
        """Write it and commit."""
        self.connection.execute("INSERT OR REPLACE INTO stored VALUES (1, ?, ?)", (state, facts))
        self.connection.commit()

    def get(self) -> tuple[Any, Any]:
        """Return what stands there."""
        found: tuple[Any, Any] = self.connection.execute("SELECT state, facts FROM stored WHERE id = 1").fetchone()
        return found


def connected(file: Path) -> sqlite3.Connection:
    """Return a connection with the settings of the product's own."""
    connection = sqlite3.connect(file)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def steps(pair: Pair, file: Path, rounds: int) -> Iterator[str]:
    """Yield a line for each completion, and the ratio of them all."""
    with closing(connected(file)) as connection:
        connection.execute("CREATE TABLE stored (id INTEGER PRIMARY KEY, state, facts TEXT)")
        row = Row(connection)
        heads = (
            f"{'completion':<20} {'library, ms':>12} {'ours, ms':>9} {'ratio':>6} {'library, bytes':>15} {'ours':>7}"
        )
        yield f"  {heads} ratio"
        sums = [0.0] * 4
        for stored, each in zip(pair.texts, pair.done, strict=True):
            facts = json.dumps(each.rest["facts"], ensure_ascii=False)
            found = _in_turn(pair, row, stored, each, facts, rounds)
            sizes = [len(stored.encode()), len(each.state) + len(facts.encode())]
            yield _ratio(each.element, [*found, *sizes])
            sums = [a + b for a, b in zip(sums, [*found, *sizes], strict=True)]
        yield _ratio("on average", [each / len(pair.done) for each in sums]) + f"  {load()}"


def _in_turn(pair: Pair, row: Row, stored: str, each: Completion, facts: str, rounds: int) -> list[float]:
    """Return the median milliseconds of both, measured in turn."""
    took: list[list[float]] = [[], []]
    for _ in range(rounds):
        row.put(stored, "")
        started = time.perf_counter()
        row.put(pair.naive.completed(row.get()[0], each.element, each.command.data), "")
        took[0].append(time.perf_counter() - started)
        row.put(each.state, facts)
        started = time.perf_counter()
        state, known = row.get()
        result = each.again(state, json.loads(known))
        row.put(result.state, json.dumps(result.facts, ensure_ascii=False, default=str))
        took[1].append(time.perf_counter() - started)
    return [median(each) * 1e3 for each in took]


def _ratio(name: str, found: Sequence[float]) -> str:
    theirs, ours, long, short = found
    return (
        f"  {name:<20} {theirs:12.1f} {ours:9.2f} {theirs / ours:6.1f} {long:15,.0f} {short:7,.0f} {long / short:5.1f}"
    )


def rate(act: Callable[[], object], seconds: float) -> float:
    """Return how often a second something is done, one after the other."""
    act()
    count, started = 0, time.perf_counter()
    while (took := time.perf_counter() - started) < seconds:
        act()
        count += 1
    return count / took


def commits(url: str, seconds: float) -> Mapping[str, float]:
    """Return how many transactions a second change one row: by the driver alone, and by the product's own way."""
    with Database(url) as database:
        with database.write() as unit:
            unit.connection.execute(text("CREATE TABLE counted (id INTEGER PRIMARY KEY, number INTEGER)"))
            unit.connection.execute(text("INSERT INTO counted VALUES (1, 0)"))
            unit.commit()

        def ours() -> None:
            with database.write() as unit:
                unit.connection.execute(text(ADD))
                unit.commit()

        found = {"Database.write": rate(ours, seconds)}
    file = sqlite_file(url)
    opened: Any = connected(file) if file else psycopg.connect(url.replace("+psycopg", ""))
    with closing(opened) as connection:

        def bare() -> None:
            connection.execute(ADD)
            connection.commit()

        return {"the driver alone": rate(bare, seconds), **found}


def completing(port: int, token: str, cases: int) -> float:
    """Return the completions a second of one client of a server, the reads between them left out."""
    bench, series = Bench(Wire(port), token), Series()
    bench.case(Series())  # the first request reads the process from its bundle
    for _ in range(cases):
        bench.case(series)
    bench.wire.close()
    took = [each for part in series.completing.values() for each in part]
    return len(took) / sum(took)


def store(name: str, rates: Mapping[str, float], completions_a_second: float) -> Iterator[str]:
    """Yield a line for each way to commit, beside the completions."""
    yield f"  {name}: {completions_a_second:,.0f} completions a second over HTTP, one client"
    for way, commits_a_second in rates.items():
        yield (
            f"    {way:<18} {commits_a_second:8,.0f} commits a second, "
            f"{commits_a_second / completions_a_second:6.1f} for one completion  {load()}"
        )


def sqlite(folder: Path, *, cases: int, seconds: float) -> Iterator[str]:
    """Measure an SQLite file."""
    rates = commits(f"sqlite:///{folder / 'commits.db'}", seconds)
    server = Server(folder)
    server.start()
    try:
        found = completing(server.port, server.token(WHO), cases)
    finally:
        server.stop()
    yield from store("SQLite, WAL, synchronous=FULL", rates, found)


def postgresql(folder: Path, *, cases: int, seconds: float) -> Iterator[str]:
    """Measure a PostgreSQL server of our own."""
    with running(fsync=True) as postgres:
        rates = commits(postgres.create(), seconds)
        cluster = Cluster(folder / "cluster", postgres.create(), servers=1, workers=1)
        with cluster.running():
            found = completing(cluster.servers[0].port, cluster.clerk, cases)
    yield from store("PostgreSQL, fsync=on", rates, found)


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.bench_ratios", description=__doc__)
    parser.add_argument("--rounds", type=int, default=20, help="how often each completion is repeated, both in turn")
    parser.add_argument("--cases", type=int, default=40, help="driven to closing over HTTP")
    parser.add_argument("--seconds", type=float, default=5.0, help="of commits, each way")
    parser.add_argument("--postgresql", action="store_true", help="measure PostgreSQL too")
    given = parser.parse_args()
    for line in described():
        say(line)
    with tempfile.TemporaryDirectory(prefix="redress-bench-") as place:
        folder = Path(place)
        pair = Pair(Naive(PROCESS, "complaint"), completions(SCENARIO))
        for line in steps(pair, folder / "steps.db", given.rounds):
            say(line)
        stores = [sqlite, postgresql] if given.postgresql else [sqlite]
        for each in stores:
            for line in each(folder, cases=given.cases, seconds=given.seconds):
                say(line)


if __name__ == "__main__":
    main()
