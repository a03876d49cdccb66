"""After a downtime everything missed fires once, in order of due time over all cases, whatever the size of a batch."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from engine.clock import MovableClock
from engine.tables import event_log
from escalation.sweep import Sweep
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
    swept = redress.application.pipeline.sweep_case(case)
    assert (swept.fired, swept.next_due) == (0, None)
    assert redress.person("li.na").call("GET", f"/api/complaints/{case}").headers["etag"] == before
