"""The demo can be set up at any moment: on a working day, in the night, on a Sunday, in the holidays."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from app import demo
from app.container import build
from app.settings import Settings
from engine.clock import MovableClock
from engine.tables import instance, work_item
from engine.versions import Versions
from storage import migrate
from tests.support.keys import SERVER_KEY


@pytest.mark.parametrize(
    "present",
    [
        "2026-03-04T11:20:00+08:00",
        "2026-03-08T23:50:00+08:00",
        "2026-02-17T03:10:00+08:00",
        "2026-10-01T09:00:00+08:00",
        "2026-12-31T18:01:00+08:00",
    ],
)
def test_the_demo_shows_every_stage_at_any_moment(
    tmp_path: Path, present: str, versions: Versions, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What ships is checked and compiled once for all of them, which takes seconds.
    monkeypatch.setattr(demo, "build", partial(build, versions=versions))
    now = datetime.fromisoformat(present)
    settings = Settings(
        database_url=f"sqlite:///{tmp_path / 'demo.db'}", var_folder=tmp_path, key=SecretStr(SERVER_KEY)
    )
    migrate.upgrade(settings.database_url)
    demo.seed(settings, present=now)
    application = build(settings, clock=MovableClock(now), versions=versions)
    with application.database.read() as connection:
        statuses = set(connection.execute(select(instance.c.status)).scalars())
        open_steps = select(work_item.c.element).where(work_item.c.state == "open")
        waiting = set(connection.execute(open_steps).scalars())
    recounted = application.calendar_change.run_once()
    application.database.close()
    assert recounted == 0
    assert statuses == {"registered", "in_progress", "closed"}
    assert {"acknowledge", "decide_leadership"} <= waiting
