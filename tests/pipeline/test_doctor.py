"""What the doctor sees: rows that say something else than the state they were written from."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select, update

from app.doctor import findings
from engine.case_work import SYSTEM
from engine.commands.clocks import RecalculateCase
from engine.tables import deadline
from escalation.calendar_files import load_calendars
from escalation.due import CalendarBook
from tests.pipeline.conftest import ACKNOWLEDGED, SETTINGS, VERIFIED, Case

EARLY_CLOSE = """
[[overrides]]
on = 2026-03-05
staffed = ["10:00-12:00"]
name = { zh-CN = "一", ko = "일", en = "one" }
"""


def rungs(case: Case, clock: str) -> dict[str, datetime]:
    """Return when the rungs of a clock fall, as the table has it."""
    table = deadline.c
    rows = case.rows(select(table.name, table.due_at).where(table.case_id == case.id, table.source == "clock"))
    return {row.name: row.due_at for row in rows if row.name.startswith(f"{clock}/")}


def due(case: Case, timer: str) -> datetime:
    """Return when a timer of the diagram falls due, as the table has it."""
    table = deadline.c
    found: datetime = case.rows(select(table.due_at).where(table.case_id == case.id, table.name == timer))[0].due_at
    return found


def change_calendars(case: Case, folder: Path) -> None:
    """Let the house close early on one day, and count the case again."""
    shutil.copytree(SETTINGS.bpmn_folder / "calendars", folder / "calendars")
    file = folder / "calendars" / "main.toml"
    file.write_text(file.read_text() + EARLY_CLOSE)
    calendars = CalendarBook(load_calendars(folder / "calendars").campuses)
    case.pipeline.services = replace(case.pipeline.services, calendars=calendars)
    case.on.application = replace(
        case.on.application, library=replace(case.on.application.library, calendars=calendars)
    )
    case.pipeline.run(RecalculateCase(case.id), SYSTEM)


def test_rungs_that_move_alone_move_in_the_table_too(case: Case, tmp_path: Path) -> None:
    """Three working days from Tuesday 3 March are Friday the 6th; reminders fall on the day that ends early."""
    before = rungs(case, "resolve")
    change_calendars(case, tmp_path)
    after = rungs(case, "resolve")
    moved = {name: (before[name] - at) for name, at in after.items() if at != before[name]}
    assert moved == {"resolve/remind": timedelta(hours=6), "resolve/warn_complainant": timedelta(hours=6)}
    assert list(findings(case.on.application)) == []


def test_a_timer_in_working_days_moves_with_the_calendar_and_says_why(case: Case, tmp_path: Path) -> None:
    """Two working days for the evidence, from Tuesday, end on the Thursday that ends early."""
    case.do("acknowledge", "li.na", ACKNOWLEDGED)
    case.do("verify", "li.na", VERIFIED)
    assert due(case, "academic_evidence_overdue") == datetime.fromisoformat("2026-03-05T18:00:00+08:00")
    change_calendars(case, tmp_path)
    assert due(case, "academic_evidence_overdue") == datetime.fromisoformat("2026-03-05T12:00:00+08:00")
    (row,) = case.rows(select(deadline).where(deadline.c.name == "academic_evidence_overdue"))
    assert (row.provisional, row.reasons[0]) == (
        False, {"code": "rule", "values": {"mode": "working_days", "amount": 2}},
    )  # fmt: skip
    assert "special-hours" in [reason["code"] for reason in row.reasons]
    assert list(findings(case.on.application)) == []


def test_an_instant_that_is_not_the_states_is_found(case: Case) -> None:
    assert list(findings(case.on.application)) == []
    with case.on.application.database.write() as unit:
        table = deadline.c
        unit.connection.execute(
            update(deadline).where(table.name == "resolve/overdue").values(due_at=case.clock.now() + timedelta(days=99))
        )
        unit.commit()
    assert list(findings(case.on.application)) == [
        f"case {case.id}: the deadline table differs from what the state says"
    ]
