"""What is grown is sound, on both stores, and the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.container import Application, build
from app.doctor import findings
from complaints.tables import complaint
from engine.clock import MovableClock
from engine.tables import instance
from tests.benchmarks.grow import AT, Wanted, grow
from tests.support.application import settings
from tests.support.doctored import past_calendars
from tests.support.stores import every_row, store_url

CASES = 150
WANTED = Wanted(CASES, kinds=6)


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
