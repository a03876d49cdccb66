"""Cases that are added to a grown database are sound, and each fires once, at its own instant and not before."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from app.container import build
from app.doctor import findings
from engine.clock import MovableClock
from tests.benchmarks.grow import AT, Wanted, grow
from tests.benchmarks.grown_due import add_due
from tests.benchmarks.lateness_grown import firings
from tests.support.application import settings
from tests.support.doctored import past_calendars

CASES = 200
BEFORE = timedelta(milliseconds=10)


def test_each_case_that_is_added_fires_once_at_its_instant(tmp_path: Path) -> None:
    """Twice, as on a database that is measured again; the instants lie some hundredths of a second apart."""
    file = tmp_path / "grown.db"
    grow(f"sqlite:///{file}", Wanted(CASES, kinds=6))
    clock = MovableClock(AT)
    application = build(settings(database_url=f"sqlite:///{file}", demo=True), clock=clock)
    instants = [AT + timedelta(seconds=60, milliseconds=20 * number) for number in range(30)]
    due = {**add_due(application.database, instants[:20]), **add_due(application.database, instants[20:])}
    assert sorted(due.values()) == instants
    assert past_calendars(findings(application)) == []

    clock.advance_to(instants[0] - BEFORE)
    assert application.sweep.run_until_done() == 0
    for instant in instants:
        clock.advance_to(instant)
        assert application.sweep.run_until_done() == 1
    found = firings(file, due)
    assert sorted(each.case for each in found) == sorted(due)
    assert {each.late for each in found} == {0.0}
    application.database.close()
