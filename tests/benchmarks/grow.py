"""`python -m tests.benchmarks.grow --cases N`: a database of many cases, each of them one that the product has made.

A hundred complaints go through the whole product to varied ends and stages (`grown_cases.py`). Their rows are moved in
time and marked as others (`grown_rows.py`), and these multiplied inside the database (`grown_copies.py`). The result is
sound by `redress doctor` and the same for the same arguments.

Beside an SQLite file stands `demo-clock.json`: with REDRESS_DEMO=1 and REDRESS_VAR_FOLDER set to that folder the
program takes the instant of `--at` for the present, by which nothing is overdue that should not be.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import cycle
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, insert, select, text

from engine.clock import SystemClock
from storage import migrate
from storage.engines import sqlite_file, store_url
from tests.benchmarks.grown_cases import driven
from tests.benchmarks.grown_copies import Copier, emptied, fill, sources, stamps
from tests.benchmarks.grown_indexes import dropped, made
from tests.benchmarks.grown_rows import Row, Rows, house_tables, moved, of_case, read_rows, span
from tests.benchmarks.machine import say

AT = datetime(2026, 3, 27, 6, 0, tzinfo=UTC)
"""A Friday, two o'clock in Shanghai: the present of what is grown, unless another is asked for."""
MOST_MOVED = 16_000
"""Cases that are moved in time one by one; beyond, they are copied as they are."""
ROUND = 50
TOLD_SECONDS = 20.0
NOT_COPIED = ("idempotency",)
"""Of the installation that drove the cases: what its own requests have left."""

Say = Callable[[str], object]


@dataclass(frozen=True)
class Wanted:
    """What is to be grown."""

    cases: int
    open_share: float = 0.2
    at: datetime = AT
    seed: int = 1
    kinds: int = 0
    """How many cases are driven to their end; 0: all plans of the replay."""


@dataclass(frozen=True)
class _Kind:
    rows: Rows
    closed: bool


def grow(url: str, wanted: Wanted, *, say: Say = lambda _line: None) -> int:
    """Fill the empty database at an address; return how many cases it holds.

    One that is interrupted is thrown away: what is copied is committed copy by copy. Raises RuntimeError where the
    product does otherwise than the plans foresee.
    """
    started = time.monotonic()

    def tell(line: str) -> None:
        say(f"{time.monotonic() - started:7.1f} s  {line}")

    kinds, house = _kinds(wanted.at, wanted.kinds)
    tell(f"{len(kinds)} cases driven")
    migrate.upgrade(url)
    engine = _quick(url)
    try:
        with engine.connect() as connection:
            _furnish(connection, house)
            dropped(connection)
            _multiply(connection, kinds, wanted, tell)
            made(connection)
            connection.commit()
            tell("indexes made")
            # What chooses between indexes knows how many rows there are, as after a night of a real installation.
            if connection.dialect.name == "sqlite":
                # Of each index a part: to read every page of a million cases takes as long as making them.
                connection.execute(text("PRAGMA analysis_limit=1000"))
            connection.execute(text("ANALYZE"))
            connection.commit()
    finally:
        engine.dispose()
    file = sqlite_file(url)
    if file is not None:
        set_clock(file.parent, wanted.at)
    tell(f"{wanted.cases:,} cases grown")
    return wanted.cases


def grow_file(file: Path, wanted: Wanted, *, say: Say = lambda _line: None) -> None:
    """Grow an SQLite file; it has its name only when it is whole. What an interrupted run has left there goes."""
    file.parent.mkdir(parents=True, exist_ok=True)
    half = file.with_name(f"growing-{file.name}")
    for left in file.parent.glob(f"{half.name}*"):
        left.unlink()
    grow(f"sqlite:///{half}", wanted, say=say)
    half.rename(file)


@lru_cache(maxsize=1)
def _kinds(at: datetime, closed: int) -> tuple[list[_Kind], Rows]:
    made = driven(at, closed=closed)
    if made.wrong:
        raise RuntimeError(f"the product did otherwise than planned: {made.wrong[:3]}")
    with made.application.database.read() as connection:
        rows = read_rows(connection)
        house = {
            table.name: [dict(row._mapping) for row in connection.execute(select(table)) if not _of_a_case(row)]
            for table in house_tables()
            if table.name not in NOT_COPIED
        }
    made.application.database.close()
    ended = [_Kind(of_case(rows, case), True) for case in made.closed]
    return [*ended, *(_Kind(of_case(rows, case), False) for case in made.open)], house


def _of_a_case(row: Any) -> bool:
    """Say whether a row is the key of a case: each copy gets its own."""
    return "wrapped" in row._mapping and not row.name.startswith("house:")


def _furnish(connection: Connection, house: Rows) -> None:
    for table in house_tables():
        if house.get(table.name):
            connection.execute(insert(table), house[table.name])


def _multiply(connection: Connection, kinds: Sequence[_Kind], wanted: Wanted, tell: Say) -> None:
    given = sources(connection, [kind.rows for kind in kinds])
    count = max(len(kinds), min(MOST_MOVED, wanted.cases // 10))
    # A round number, so that each copy has the share of open cases that is wanted.
    count = min(wanted.cases, -(-count // ROUND) * ROUND)
    fill(connection, given, _moved(kinds, count, wanted))
    connection.commit()
    tell(f"{count:,} cases moved in time")
    copier = Copier(given, connection.dialect.name)
    whole, rest = divmod(wanted.cases, count)
    told = time.monotonic()
    for number, mark in enumerate(stamps(wanted.seed, whole + 1)):
        if number == whole and not rest:
            break
        copier.copy(connection, mark, first=None if number < whole else rest)
        connection.commit()
        if time.monotonic() - told > TOLD_SECONDS:
            told = time.monotonic()
            tell(f"{min((number + 1) * count, wanted.cases):,} cases")
    emptied(connection, given)
    connection.commit()


def _moved(kinds: Sequence[_Kind], count: int, wanted: Wanted) -> Iterator[list[tuple[str, list[Row]]]]:
    """Yield so many cases, the open ones spread evenly among the others, each moved in time by chance."""
    chance = Random(wanted.seed)
    lines = [cycle([kind for kind in kinds if kind.closed is closed]) for closed in (True, False)]
    for number in range(count):
        waits = int((number + 1) * wanted.open_share) > int(number * wanted.open_share)
        kind = next(lines[waits])
        reach = span(kind.rows, wanted.at, open_case=waits)
        # Days where calendar days move along. Else seconds, so that few fall due together: keys know no less.
        unit = timedelta(seconds=1) if waits else timedelta(days=1)
        by = chance.randint(-(-reach.earliest // unit), reach.latest // unit) * unit
        yield list(moved(kind.rows, by=by, group=number, closed=kind.closed))


def set_clock(folder: Path, at: datetime) -> None:
    """Let it be `at` from now on for whoever reads the demo's clock of the folder; it runs on by itself."""
    lead = (at - SystemClock().now()) // timedelta(microseconds=1)
    (folder / "demo-clock.json").write_text(json.dumps({"lead_us": lead}), encoding="utf-8")


def _quick(url: str) -> Engine:
    """Return connections that need survive no crash: what is interrupted is begun anew."""
    engine = create_engine(store_url(url), hide_parameters=True)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def _(connection: object, _record: object) -> None:
            for pragma in (
                "journal_mode=OFF",
                "synchronous=OFF",
                "cache_size=-1000000",
                "temp_store=FILE",
                "threads=2",
            ):
                connection.execute(f"PRAGMA {pragma}")  # type: ignore[attr-defined]

    return engine


def main() -> None:
    """Read the command line and grow."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.grow", description=__doc__)
    parser.add_argument("--cases", type=int, required=True, help="how many, open and closed")
    parser.add_argument("--open", type=float, default=0.2, help="which share of them is open")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--at", type=datetime.fromisoformat, default=AT, help="the present, an aware instant")
    parser.add_argument("--kinds", type=int, default=0, help="closed cases that are driven; without it one a plan")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--file", type=Path, help="an SQLite file that is not there yet")
    where.add_argument("--url", help="an empty database")
    given = parser.parse_args()
    if given.file is not None and given.file.exists():
        parser.error(f"{given.file} is there already")
    if not 0 <= given.open <= 1 or given.cases < 1 or given.at.tzinfo is None:
        parser.error("give at least one case, a share from 0 to 1, an instant with its zone")
    wanted = Wanted(given.cases, given.open, given.at.astimezone(UTC), given.seed, given.kinds)
    if given.url:
        grow(given.url, wanted, say=say)
    else:
        grow_file(given.file.absolute(), wanted, say=say)


if __name__ == "__main__":
    main()
