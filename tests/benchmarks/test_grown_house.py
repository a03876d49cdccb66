"""A grown database is measured again and again: its clock never goes back, and half a one is never taken for whole."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.assembly import application_for
from app.doctor import findings
from engine.clock import SystemClock
from engine.tables import house_state
from tests.benchmarks import grow as growing
from tests.benchmarks.bench_http import WHO
from tests.benchmarks.grow import AT, Wanted, grow_file, set_clock
from tests.benchmarks.grown_house import GrownHouse
from tests.support.doctored import past_calendars

WANTED = Wanted(100, kinds=6)
NEAR = timedelta(minutes=1)


def test_a_house_goes_on_where_the_last_run_stopped_writing(tmp_path: Path) -> None:
    """Hours later, and after a run that was interrupted too; what is prepared twice is there once."""
    house = GrownHouse(tmp_path)
    grow_file(house.file, WANTED)
    assert not house.grown(WANTED.cases)
    later = AT + timedelta(minutes=20)
    set_clock(house.folder, later)
    os.utime(house.file, (wrote := SystemClock().now().timestamp(), wrote))
    # The machine's clock has run on by hours since.
    _ago(house, timedelta(hours=3))
    assert abs(house.go_on() - later) < NEAR

    known = [house.furnished(WHO) for _ in range(2)]
    assert known[0].tokens != known[1].tokens
    assert (known[0].open_case, known[0].closed_case) == (known[1].open_case, known[1].closed_case)
    application = application_for(house.settings)
    assert past_calendars(findings(application)) == []
    with application.database.read() as connection:
        asked = select(func.count()).where(house_state.c.key == "scheduled.archive")
        assert connection.execute(asked).scalar() == 1
    application.database.close()


def _ago(house: GrownHouse, by: timedelta) -> None:
    """Let the database have been written, and its clock set, so long ago."""
    written = house.file.stat().st_mtime - by.total_seconds()
    os.utime(house.file, (written, written))
    clock = house.folder / "demo-clock.json"
    lead = int(json.loads(clock.read_text(encoding="utf-8"))["lead_us"])
    clock.write_text(json.dumps({"lead_us": lead + by // timedelta(microseconds=1)}), encoding="utf-8")


def test_what_was_interrupted_while_it_grew_is_grown_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    house = GrownHouse(tmp_path)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(growing, "made", interrupted)
        grow_file(house.file, WANTED)
    assert not house.file.exists()
    assert list(tmp_path.iterdir()) != []
    grow_file(house.file, WANTED)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["demo-clock.json", "demo.db"]
