"""What is grown is sound, on both stores, and the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from app.container import Application, build
from app.doctor import findings
from complaints.tables import complaint
from engine.clock import MovableClock
from engine.tables import instance
from storage import migrate
from storage.database import Database
from tests.benchmarks.grow import AT, Wanted, grow
from tests.benchmarks.grown_copies import stamps
from tests.support.application import settings
from tests.support.doctored import past_calendars
from tests.support.stores import every_row, store_url

CASES = 150
WANTED = Wanted(CASES, kinds=6)
INDEXES = {
    "sqlite": "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_stat%'",
    "postgresql": "SELECT 'index', indexname, tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'",
}
"""What a database says of its own shape."""


@pytest.fixture(params=("sqlite-file", "postgresql"))
def grown(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Application]:
    """An installation with the cases."""
    url = store_url(request.param, request, tmp_path)
    assert grow(url, WANTED) == CASES
    application = build(settings(database_url=url, demo=True), clock=MovableClock(AT))
    yield application
    application.database.close()


def test_what_is_grown_is_sound(grown: Application) -> None:
    """The doctor opens every state and compares it with its rows; one in five is open, and each has its own number."""
    assert past_calendars(findings(grown)) == []
    with grown.database.read() as connection:
        assert connection.scalar(select(func.count()).where(instance.c.ended_at.is_(None))) == CASES // 5
        assert connection.scalar(select(func.count(complaint.c.number.distinct()))) == CASES


def test_what_is_grown_has_every_index_of_a_new_database(
    grown: Application, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """They are dropped while rows are copied, and made again word for word."""
    kind = grown.database.url.get_backend_name()
    folder = tmp_path / "new"
    url = store_url("sqlite-file" if kind == "sqlite" else kind, request, folder)
    migrate.upgrade(url)
    with Database(url) as new:
        shapes = [_shape(database, kind) for database in (grown.database, new)]
    assert shapes[0] == shapes[1]
    assert any(name == "ix_instance__due" for _, name, _, _ in shapes[0])


def _shape(database: Database, kind: str) -> list[tuple[str, ...]]:
    with database.read() as connection:
        return sorted(tuple(str(each) for each in row) for row in connection.execute(text(INDEXES[kind])))


def test_copies_come_in_the_order_of_their_marks() -> None:
    """Each another, also where a million are wanted of a few cases."""
    found = stamps(1, 1_000)
    assert found == sorted(set(found))
    assert len({len(mark) for mark in found}) == 1


def test_the_same_seed_grows_the_same(tmp_path: Path) -> None:
    """Another seed grows others."""
    found = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        url = f"sqlite:///{tmp_path / name}.db"
        grow(url, Wanted(CASES, kinds=6, seed=seed))
        application = build(settings(database_url=url), clock=MovableClock(AT))
        found.append(every_row(application.database))
        application.database.close()
    assert found[0] == found[1]
    assert found[0] != found[2]
