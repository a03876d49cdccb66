"""`python -m tests.benchmarks.bench_growth`: what grows with the number of cases, and what does not, on an SQLite file.

For each size a database is grown (`grow.py`) and one server started on it. Aims: an inbox page of 50 in 15 ms (p95),
completions and lists the same at every size, 20 KB a closed case.
"""

from __future__ import annotations

import argparse
import sqlite3
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path

from sqlalchemy import select, update

from access import tokens
from app.archiving import archiving
from app.assembly import application_for
from app.settings import Settings
from complaints.intake.filing import tracking_digest
from complaints.tables import complaint
from engine.case_work import SYSTEM
from engine.commands.house_work import HouseWork
from engine.pipeline import Desk
from tests.benchmarks.bench_http import WHO, Bench, Series
from tests.benchmarks.grow import AT, Wanted, grow, set_clock
from tests.benchmarks.machine import ROOT, cpu_seconds, described, load, percentiles, resident, say
from tests.benchmarks.wire import Wire
from tests.replay.server import Server
from tests.support.doctored import past_calendars

READER = "chen.jing"
CODE = "BENCHGROWTH00001"
"""The tracking code that one of the cases is given."""
SIZES = (1_000, 10_000, 100_000)
SOUND = "All is sound."
ARCHIVED_UP_TO = 10_000
"""Cases of a database that is archived and packed to see what that saves: of more it would be the same."""


def measured(folder: Path, cases: int, *, rounds: int) -> Iterator[str]:
    """Yield the lines of one size; the folder is empty, or holds what was grown before."""
    file = folder / "demo.db"
    if not file.exists():
        started = time.perf_counter()
        grow(f"sqlite:///{file}", Wanted(cases))
        yield f"  grown in {time.perf_counter() - started:.0f} s, {file.stat().st_size / cases:,.0f} bytes a case"
    # The settings of a server in demo mode, by the clock that was grown with the cases.
    environment = {"REDRESS_DATABASE_URL": f"sqlite:///{file}", "REDRESS_DEMO": "true"}
    settings = Settings(
        database_url=environment["REDRESS_DATABASE_URL"], demo=True, var_folder=folder, secure_cookies=False
    )
    server = Server(folder, arguments=("serve",), environment=environment)
    set_clock(folder, AT)
    yield from _doctored(server)
    own, everything = _prepared(settings)
    yield f"  server ready after {server.start():.1f} s"
    try:
        yield from _asked(server, own, everything, rounds=rounds)
    finally:
        server.stop()
    yield from _swept(settings)
    if cases <= ARCHIVED_UP_TO:
        yield from _archived(settings, file, cases)


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


def _prepared(settings: Settings) -> tuple[str, str]:
    """Return tokens of somebody who works and of somebody who sees all, and give one case a code that is known."""
    application = application_for(settings)

    def act(desk: Desk) -> tuple[str, str]:
        first = select(complaint.c.case_id).limit(1).scalar_subquery()
        desk.connection.execute(
            update(complaint).where(complaint.c.case_id == first).values(tracking_digest=tracking_digest(CODE))
        )
        own, everything = (
            tokens.issue(desk.connection, who, name="bench", ids=desk.ids, now=desk.now).secret for who in (WHO, READER)
        )
        return own, everything

    found: tuple[str, str] = application.pipeline.run(HouseWork(act), SYSTEM)
    application.database.close()
    return found


def _asked(server: Server, own: str, everything: str, *, rounds: int) -> Iterator[str]:
    wire = Wire(server.port)
    bench, series = Bench(wire, own), Series()
    bench.case(Series())  # the first request reads the process from its bundle
    for _ in range(max(5, rounds // 5)):
        bench.case(series)
    yield _line("a completion", [each for took in series.completing.values() for each in took])
    yield _line("filing", series.filing)
    pages = {
        "inbox, 50 tasks": ("/api/tasks?limit=50", f"Bearer {own}"),
        "tasks that are late": ("/api/tasks?overdue=true&limit=50", f"Bearer {everything}"),
        "list, 50 complaints": ("/api/complaints?limit=50", f"Bearer {everything}"),
        "list of one status": ("/api/complaints?status=in_progress&limit=50", f"Bearer {everything}"),
        "list of one owner": (f"/api/complaints?case_owner={WHO}&limit=50", f"Bearer {everything}"),
        "notices not read": ("/api/notices?unread=true", f"Bearer {own}"),
        "tracking": ("/api/track", f"Receipt {CODE}"),
    }
    for name, (path, who) in pages.items():
        took = []
        for _ in range(rounds):
            started = time.perf_counter()
            answer = wire.call("GET", path, authorization=who)
            took.append(time.perf_counter() - started)
            if answer.status != 200:
                raise RuntimeError(f"{path}: {answer.status} {answer.body}")
        yield _line(name, took)
    wire.close()


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


def _archived(settings: Settings, file: Path, cases: int) -> Iterator[str]:
    before = _packed(file, cases)
    application, started = application_for(settings), time.perf_counter()
    count = archiving(application).run()
    took = time.perf_counter() - started
    application.database.close()
    after = _packed(file, cases)
    yield f"  {count} cases archived in {took:.0f} s; bytes a case, by table, packed: before, after"
    for name in sorted(before, key=lambda each: -before[each])[:10]:
        yield f"    {name:<18} {before[name]:10,.0f} {after.get(name, 0):10,.0f}"
    yield f"    {'in all':<18} {sum(before.values()):10,.0f} {sum(after.values()):10,.0f}"


def _packed(file: Path, cases: int) -> dict[str, float]:
    """Return the bytes a case by table, without what is free in the pages."""
    with tempfile.TemporaryDirectory(dir=file.parent) as place:
        packed = Path(place) / "packed.db"
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("VACUUM INTO ?", [str(packed)])
        with closing(sqlite3.connect(packed)) as connection:
            tables = dict(connection.execute("SELECT name, tbl_name FROM sqlite_master").fetchall())
            pages = connection.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY 1").fetchall()
    each: dict[str, float] = {}
    for name, size in pages:
        table = str(tables.get(name, name))
        each[table] = each.get(table, 0) + size / cases
    return each


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.bench_growth", description=__doc__)
    parser.add_argument("--cases", type=int, nargs="*", default=list(SIZES))
    parser.add_argument("--rounds", type=int, default=100, help="how often each page is asked for")
    parser.add_argument("--folder", type=Path, help="where the databases are kept, and taken from when they are there")
    given = parser.parse_args()
    for line in described():
        say(line)
    with tempfile.TemporaryDirectory(prefix="redress-growth-") as temporary:
        for cases in given.cases:
            folder = (given.folder or Path(temporary)) / str(cases)
            folder.mkdir(parents=True, exist_ok=True)
            say(f"{cases:,} cases")
            for line in measured(folder, cases, rounds=given.rounds):
                say(line)


if __name__ == "__main__":
    main()
