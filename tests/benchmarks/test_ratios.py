"""What is compared does the same: the library by itself goes through the drawing that ships, step by step with ours."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from storage.database import Database
from tests.benchmarks.bench_ratios import PROCESS, SCENARIO, Pair, commits
from tests.benchmarks.naive import Naive
from tests.benchmarks.recorded import completions
from tests.support.stores import store_url


def test_the_library_by_itself_comes_to_the_same_tasks() -> None:
    """Before each completion the same tasks are open in both; what it stores is many times as long."""
    done = completions(SCENARIO)
    pair = Pair(Naive(PROCESS, "complaint"), done)
    assert len(done) >= 8
    for number, each in enumerate(done):
        assert tuple(pair.naive.open(pair.texts[number])) == each.open
        assert len(pair.texts[number]) > 20 * len(each.state)


def test_what_is_repeated_is_the_step_that_was_recorded() -> None:
    """Read back from what is stored, the case goes on to the very next state."""
    first, second = completions(SCENARIO)[:2]
    assert first.again(first.state, first.rest["facts"]).state == second.state


@pytest.mark.parametrize("kind", ["sqlite-file", "postgresql"])
def test_each_way_to_commit_changes_the_row(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """The driver by itself, and the product's unit of work, on the same row."""
    url = store_url(kind, request, tmp_path)
    assert set(commits(url, 0.0)) == {"the driver alone", "Database.write"}
    with Database(url) as database, database.read() as connection:
        assert connection.execute(text("SELECT number FROM counted")).scalar() == 2
