"""After a downtime everything missed fires once, in order of due time over all cases, whatever the size of a batch."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine.clock import MovableClock
from engine.pipeline import Pipeline, Sweeping, SweptCase
from engine.tables import event_log, incident
from escalation.sweep import Sweep
from storage.counting import counted
from tests.support.application import OPENING, House, house

MINUTES = (0, 10, 20, 20, 50)
"""When complaints are filed."""
LADDER = {"remind": 45, "overdue": 60, "escalate": 120}


def fired(redress: House) -> list[tuple[datetime, str, str]]:
    """Return due instant, case and rung of the acknowledgement clock, in the order of the log."""
    table = event_log.c
    with redress.application.database.read() as connection:
        rows = connection.execute(
            select(table.case_id, table.name, table.detail)
            .where(table.kind == "fired", table.name.startswith("acknowledge/"))
            .order_by(table.sequence)
        ).all()
    return [(datetime.fromisoformat(row.detail["due_at"]), row.case_id, row.name.split("/")[-1]) for row in rows]


@pytest.mark.parametrize("batch", [1, 2, 3, 200])
def test_what_was_missed_fires_in_order_of_due_time_over_all_cases(batch: int) -> None:
    redress = house()
    application = redress.application
    clock = application.clock
    assert isinstance(clock, MovableClock)
    expected = []
    for minutes in MINUTES:
        if clock.now() < OPENING + timedelta(minutes=minutes):
            clock.advance_to(OPENING + timedelta(minutes=minutes))
        case = redress.file()["id"]
        expected += [(OPENING + timedelta(minutes=minutes + after), case, rung) for rung, after in LADDER.items()]
    clock.advance_to(OPENING + timedelta(hours=3))
    Sweep(database=application.database, clock=clock, pipeline=application.pipeline, batch=batch).run_until_done()
    found = fired(redress)
    assert [each[0] for each in found] == sorted(each[0] for each in expected)
    assert sorted(found) == sorted(expected)


def test_sweeping_a_case_in_which_nothing_is_due_leaves_it_as_it_is() -> None:
    redress = house()
    case = redress.file()["id"]
    before = redress.person("li.na").call("GET", f"/api/complaints/{case}").headers["etag"]
    with redress.application.pipeline.sweeping() as sweeping:
        swept = sweeping.fire(case)
    assert (swept.fired, swept.next_due) == (0, None)
    assert redress.person("li.na").call("GET", f"/api/complaints/{case}").headers["etag"] == before


def many_due(redress: House, count: int) -> list[str]:
    """File complaints and move the clock to where the first reminder of each is due."""
    clock = redress.application.clock
    assert isinstance(clock, MovableClock)
    cases = [redress.file()["id"] for _ in range(count)]
    clock.advance_to(OPENING + timedelta(minutes=46))
    return cases


def test_on_sqlite_many_cases_share_the_wait_for_the_disk() -> None:
    redress = house()
    cases = many_due(redress, 25)
    with counted(redress.application.database) as count:
        swept = redress.application.sweep.run_once()
    assert (swept.cases, swept.fired, count.commits) == (25, 25, 3)
    assert sorted(case for _, case, _ in fired(redress)) == sorted(cases)


def test_a_beat_fires_batch_after_batch_until_one_is_not_full() -> None:
    redress = house()
    cases = many_due(redress, 7)
    sweep = Sweep(
        database=redress.application.database, clock=redress.application.clock,
        pipeline=redress.application.pipeline, batch=3,
    )  # fmt: skip
    assert sweep.run() == 7
    assert sorted(case for _, case, _ in fired(redress)) == sorted(cases)
    assert sweep.run() == 0


def test_a_beat_ends_where_others_have_all_that_is_due_in_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    redress = house()
    many_due(redress, 4)
    sweep = Sweep(
        database=redress.application.database, clock=redress.application.clock,
        pipeline=redress.application.pipeline, batch=2,
    )  # fmt: skip
    monkeypatch.setattr(Sweeping, "fire", lambda *_, **__: SweptCase(0, None))
    assert sweep.run() == 2


def test_a_case_that_cannot_be_swept_takes_nothing_from_those_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    redress = house()
    cases = many_due(redress, 5)
    work = Pipeline.work

    def unreadable(pipeline: Pipeline, connection: Any, row: Any, *rest: Any) -> Any:
        if row.case_id == cases[2]:
            raise RuntimeError("cannot be read")
        return work(pipeline, connection, row, *rest)

    monkeypatch.setattr(Pipeline, "work", unreadable)
    assert redress.application.sweep.run_once().fired == 4
    assert sorted(case for _, case, _ in fired(redress)) == sorted(set(cases) - {cases[2]})
    with redress.application.database.read() as connection:
        assert [row.case_id for row in connection.execute(select(incident))] == [cases[2]]
    monkeypatch.undo()
    clock = redress.application.clock
    assert isinstance(clock, MovableClock)
    clock.advance(timedelta(minutes=2))
    assert redress.application.sweep.run_once().fired == 1
    assert sorted(case for _, case, _ in fired(redress)) == sorted(cases)
