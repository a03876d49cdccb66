"""How late deadlines fire in a server that has hundreds of thousands of cases, so many a second for some minutes.

The cases are added to the grown database before the server starts (`grown_due.py`); everything else in it falls due
later, but for the few that the run tells. One client works meanwhile: a whole case, two pages, a pause.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from app.assembly import application_for
from engine.tables import deadline, instance
from storage.database import Database
from storage.types import to_microseconds
from tests.benchmarks.bench_http import WHO, Bench, Series
from tests.benchmarks.firings import Fired, instant_of, spread, told
from tests.benchmarks.grow import set_clock
from tests.benchmarks.grown_due import add_due
from tests.benchmarks.grown_house import GrownHouse
from tests.benchmarks.machine import load, percentiles, say
from tests.benchmarks.wire import Wire
from tests.replay.server import Server

AHEAD = timedelta(seconds=60)
"""From the start of the server to the first due instant."""
PAUSE = 0.5
LATE_AT_MOST = 180.0
"""Seconds after the last due instant; what has not fired then is told as missing."""


def run_on_grown(house: GrownHouse, *, rate: float, minutes: float) -> list[str]:
    """Measure; return what does not hold. Raises FileNotFoundError where nothing was grown there."""
    if not house.file.exists():
        raise FileNotFoundError(house.file)
    present = house.go_on()
    first, count = present + AHEAD, round(rate * minutes * 60)
    instants = spread(first, count, minutes * 60)
    known = house.furnished(WHO)
    application = application_for(house.settings)
    others = _others(application.database, max(instants))
    due = add_due(application.database, instants)
    for line in _pending(application.database):
        say(line)
    application.database.close()
    say(f"{count} cases added, {rate:g} a second fall due for {minutes:g} minutes; {others} others by then")
    # Adding took its time; for the cases none has passed.
    set_clock(house.folder, present)
    server = house.server()
    say(f"server ready after {server.start():.1f} s")
    began = time.monotonic()
    person = Person(server, known.tokens[WHO])
    try:
        with person.at_work():
            last = (max(instants) - present).total_seconds()
            _wait(house.file, first, max(instants), began + last + LATE_AT_MOST)
    finally:
        server.stop()
    wrong = told("rungs of case clocks", firings(house.file, due), count)
    for line in person.lines():
        say(line)
    return wrong


class Person:
    """Somebody who files, completes and looks, with a pause after each case."""

    def __init__(self, server: Server, token: str) -> None:
        self._server, self._token = server, token
        self._over = threading.Event()
        self._series = Series()
        self._pages: list[float] = []
        self._failed: list[Exception] = []

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Let the person work for the block. Raises what went wrong in the meantime."""
        thread = threading.Thread(target=self._work)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()
        if self._failed:
            raise self._failed[0]

    def lines(self) -> Iterator[str]:
        """Yield a line for each kind of request."""
        completing = [each for took in self._series.completing.values() for each in took]
        for what, took in (("filing", self._series.filing), ("completing", completing), ("looking", self._pages)):
            p50, p95, longest = percentiles(took)
            yield (
                f"  a person {what:<11} {len(took):5d} requests  p50 {p50:6.1f}  p95 {p95:6.1f}  max {longest:7.1f} ms"
                f"  {load()}"
            )

    def _work(self) -> None:
        bench = Bench(Wire(self._server.port), self._token)
        try:
            bench.case(Series())  # the first request reads the process from its bundle
            while not self._over.is_set():
                bench.case(self._series)
                for path in ("/api/tasks?limit=50", "/api/complaints?limit=50"):
                    started = time.perf_counter()
                    bench.wire.call("GET", path, authorization=f"Bearer {self._token}")
                    self._pages.append(time.perf_counter() - started)
                self._over.wait(PAUSE)
        except Exception as error:  # noqa: BLE001 - raised again by whoever waits for this thread
            self._failed.append(error)
        finally:
            bench.wire.close()


def _others(database: Database, until: datetime) -> int:
    with database.read() as connection:
        asked = select(func.count()).select_from(instance).where(instance.c.next_due <= until)
        return int(connection.execute(asked).scalar_one())


def _pending(database: Database) -> Iterator[str]:
    with database.read() as connection:
        rows = connection.scalar(select(func.count()).select_from(deadline))
        cases = connection.scalar(select(func.count()).select_from(instance).where(instance.c.next_due.is_not(None)))
    yield f"{rows:,} pending deadlines of {cases:,} cases"


def _wait(file: Path, first: datetime, last: datetime, until: float) -> None:
    """Wait until nothing is due any more of what falls due from `first` to `last`."""
    window = (to_microseconds(first), to_microseconds(last))
    asked = "SELECT count(*) FROM instance WHERE next_due BETWEEN ? AND ?"
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        while connection.execute(asked, window).fetchone()[0] and time.monotonic() < until:
            threading.Event().wait(1.0)


def firings(file: Path, due: Mapping[str, datetime]) -> list[Fired]:
    """Return what fired in these cases at their instants, case by case: the log of all would take minutes to read."""
    found = []
    asked = "SELECT at, json_extract(detail, '$.due_at') FROM event_log WHERE case_id = ? AND kind = 'fired'"
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        for case_id, wanted in due.items():
            for at, fell_due in connection.execute(asked, [case_id]):
                if instant_of(fell_due) == wanted:
                    found.append(Fired(case_id, "clock", wanted, instant_of(at)))
    return found
