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
from tests.pipeline.conftest import SETTINGS, Case

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


def test_rungs_that_move_alone_move_in_the_table_too(case: Case, tmp_path: Path) -> None:
    """Three working days from Tuesday 3 March are Friday the 6th; reminders fall on the day that ends early."""
    before = rungs(case, "resolve")
    folder = shutil.copytree(SETTINGS.bpmn_folder / "calendars", tmp_path / "calendars")
    (folder / "main.toml").write_text((folder / "main.toml").read_text() + EARLY_CLOSE)
    services, calendars = case.pipeline.services, CalendarBook(load_calendars(folder).campuses)
    case.pipeline.services = replace(services, calendars=calendars)
    case.on.application = replace(case.on.application, calendars=calendars)
    case.pipeline.run(RecalculateCase(case.id), SYSTEM)
    after = rungs(case, "resolve")
    moved = {name: (before[name] - at) for name, at in after.items() if at != before[name]}
    assert moved == {"resolve/remind": timedelta(hours=6), "resolve/warn_complainant": timedelta(hours=6)}
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
