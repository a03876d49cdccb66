"""`python -m tests.benchmarks.bench_growth`: what grows with the number of cases, and what does not, on an SQLite file.

For each size a database is grown (`grow.py`) and one server started on it. Aims: an inbox page of 50 in 15 ms (p95),
completions and lists the same at every size, 20 KB a closed case.

With `--folder` the databases are kept, and taken from there the next time: a run may be interrupted and made again.
Each leaves some cases more.
"""

from __future__ import annotations

import argparse
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from app.archiving import archiving
from app.assembly import application_for
from app.settings import Settings
from tests.benchmarks.bench_http import WHO, Bench, Series
from tests.benchmarks.bench_statements import STEPS, steps_counted
from tests.benchmarks.grown_house import CODE, GrownHouse, Known
from tests.benchmarks.machine import ROOT, cpu_seconds, described, load, percentiles, resident, say
from tests.benchmarks.wire import Wire
from tests.replay.server import Server
from tests.support.doctored import past_calendars

READER = "chen.jing"
FEW, NONE = "gao.yan", "feng.yuan"
"""Somebody who is asked in one case of some hundreds, and somebody who was never asked in one."""
SIZES = (1_000, 10_000, 100_000)
SOUND = "All is sound."
ARCHIVED_UP_TO = 10_000
"""Cases of a database that is archived and packed to see what that saves: of more it would be the same."""
SELDOM = 10
"""What may take seconds is asked so many times less often."""


@dataclass(frozen=True)
class How:
    """How thoroughly it is measured."""

    rounds: int = 100
    doctor: bool = True


def measured(house: GrownHouse, cases: int, how: How) -> Iterator[str]:
    """Yield the lines of one size; the folder is empty, or holds what was grown before."""
    started = time.perf_counter()
    if house.grown(cases):
        size = house.file.stat().st_size / cases
        yield f"  grown in {time.perf_counter() - started:.0f} s, {size:,.0f} bytes a case"
    house.go_on()
    server = house.server()
    if how.doctor:
        yield from _doctored(server)
    known = house.furnished(WHO, READER, FEW, NONE)
    yield from _counted(house.settings, known.tokens[WHO])
    yield f"  server ready after {server.start():.1f} s"
    try:
        yield from _asked(server, known, rounds=how.rounds)
    finally:
        server.stop()
    yield from _swept(house.settings)
    if cases <= ARCHIVED_UP_TO:
        yield from _archived(house)


def _doctored(server: Server) -> Iterator[str]:
    started, most, cpu = time.perf_counter(), 0.0, 0.0
    told = server.folder / "doctor.txt"
    with told.open("w") as out:
        process = subprocess.Popen(server.command("doctor"), cwd=ROOT, env=server.environment, stdout=out, stderr=out)
        # The kernel's own account of a child begins with what its parent had.
        while process.poll() is None:
            with suppress(OSError, IndexError, StopIteration):
                most, cpu = max(most, resident(process.pid)), cpu_seconds(process.pid)
            threading.Event().wait(0.05)
    found = [line for line in past_calendars(told.read_text().splitlines()) if line != SOUND]
    took = time.perf_counter() - started
    yield f"  doctor {took:6.1f} s, {cpu:.1f} s CPU, at most {most:.0f} MB, {len(found)} findings  {load()}"


def _counted(settings: Settings, token: str) -> Iterator[str]:
    application = application_for(settings)
    counts = [count for element, count in steps_counted(application, token) if element in STEPS]
    application.database.close()
    statements, commits = [count.statements for count in counts], {count.commits for count in counts}
    yield f"  a completion: {min(statements)} to {max(statements)} statements, commits {sorted(commits)}"


def _asked(server: Server, known: Known, *, rounds: int) -> Iterator[str]:
    wire = Wire(server.port)
    bench, series = Bench(wire, known.tokens[WHO]), Series()
    bench.case(Series())  # the first request reads the process from its bundle
    for _ in range(max(5, rounds // 5)):
        bench.case(series)
    yield _line("a completion", [each for took in series.completing.values() for each in took])
    yield _line("filing", series.filing)
    for name, (path, who, times) in _pages(known, rounds).items():
        took = []
        for _ in range(times):
            started = time.perf_counter()
            answer = wire.call("GET", path, authorization=who)
            took.append(time.perf_counter() - started)
            if answer.status != 200:
                raise RuntimeError(f"{path}: {answer.status} {answer.body}")
        yield _line(name, took)
    wire.close()


def _pages(known: Known, rounds: int) -> dict[str, tuple[str, str, int]]:
    """Return what is asked for: the path, who asks, and how often."""
    own, everything, few, none = (f"Bearer {known.tokens[who]}" for who in (WHO, READER, FEW, NONE))
    seldom = max(3, rounds // SELDOM)
    return {
        "inbox, 50 tasks": ("/api/tasks?limit=50", own, rounds),
        "tasks that are late": ("/api/tasks?overdue=true&limit=50", everything, rounds),
        "list, 50 complaints": ("/api/complaints?limit=50", everything, rounds),
        "list of one status": ("/api/complaints?status=in_progress&limit=50", everything, rounds),
        "list of one owner": (f"/api/complaints?case_owner={WHO}&limit=50", everything, rounds),
        "list of who sees few": ("/api/complaints?limit=50", few, seldom),
        "list of who sees none": ("/api/complaints?limit=50", none, seldom),
        "words that many have": ("/api/complaints?q=lab+computers&limit=50", everything, seldom),
        "words that none has": ("/api/complaints?q=chandelier&limit=50", everything, seldom),
        "an open case": (f"/api/complaints/{known.open_case}", everything, rounds),
        "a closed case": (f"/api/complaints/{known.closed_case}", everything, rounds),
        "course of a closed case": (f"/api/complaints/{known.closed_case}/timeline", everything, rounds),
        "notices not read": ("/api/notices?unread=true", own, rounds),
        "tracking": ("/api/track", f"Receipt {CODE}", rounds),
    }


def _swept(settings: Settings) -> Iterator[str]:
    application = application_for(settings)
    application.sweep.run_until_done()
    yield _line("a sweep with nothing due", list(_timed(lambda: application.sweep.run_once(), 200)))
    application.database.close()


def _timed(work: Callable[[], object], times: int) -> Iterator[float]:
    for _ in range(times):
        started = time.perf_counter()
        work()
        yield time.perf_counter() - started


def _line(name: str, seconds: Sequence[float]) -> str:
    p50, p95, longest = percentiles(seconds)
    return f"  {name:<26} {len(seconds):4d} times  p50 {p50:7.2f}  p95 {p95:7.2f}  max {longest:8.2f} ms  {load()}"


def _archived(house: GrownHouse) -> Iterator[str]:
    """Archive a copy: what is kept stays as it was grown."""
    with tempfile.TemporaryDirectory(dir=house.folder) as place:
        packed, again = Path(place) / "packed.db", Path(place) / "again.db"
        before = _packed(house.file, packed)
        settings = house.settings.model_copy(update={"database_url": f"sqlite:///{packed}"})
        application, started = application_for(settings), time.perf_counter()
        count = archiving(application).run()
        took = time.perf_counter() - started
        application.database.close()
        after = _packed(packed, again)
    yield f"  {count} cases archived in {took:.0f} s; bytes a case, by table, packed: before, after"
    for name in sorted(before, key=lambda each: -before[each])[:10]:
        yield f"    {name:<18} {before[name]:10,.0f} {after.get(name, 0):10,.0f}"
    yield f"    {'in all':<18} {sum(before.values()):10,.0f} {sum(after.values()):10,.0f}"


def _packed(file: Path, packed: Path) -> dict[str, float]:
    """Write a packed copy; return the bytes a case by table, without what is free in the pages."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("VACUUM INTO ?", [str(packed)])
    with closing(sqlite3.connect(packed)) as connection:
        tables = dict(connection.execute("SELECT name, tbl_name FROM sqlite_master").fetchall())
        pages = connection.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY 1").fetchall()
        cases = connection.execute("SELECT count(*) FROM instance").fetchone()[0]
    each: dict[str, float] = {}
    for name, size in pages:
        table = str(tables.get(name, name))
        each[table] = each.get(table, 0) + size / cases
    return each


def ended_in_order() -> None:
    """Let a request to end this process end it as an error would: no server is left behind."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.bench_growth", description=__doc__)
    parser.add_argument("--cases", type=int, nargs="*", default=list(SIZES), help="sizes, up to a million")
    parser.add_argument("--rounds", type=int, default=100, help="how often each page is asked for")
    parser.add_argument("--no-doctor", dest="doctor", action="store_false", help="leave out what reads every case")
    parser.add_argument("--folder", type=Path, help="where the databases are kept, and taken from when they are there")
    given = parser.parse_args()
    ended_in_order()
    for line in described():
        say(line)
    with tempfile.TemporaryDirectory(prefix="redress-growth-") as temporary:
        for cases in given.cases:
            say(f"{cases:,} cases")
            house = GrownHouse((given.folder or Path(temporary)).absolute() / str(cases))
            for line in measured(house, cases, How(given.rounds, given.doctor)):
                say(line)


if __name__ == "__main__":
    main()
