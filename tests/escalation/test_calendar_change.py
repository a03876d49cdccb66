"""When calendar files change, running cases are counted again once; when they do not, nobody is touched."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select, update

from app.container import Application, build
from app.settings import Settings
from complaints.intake.filing import Complainant, FileComplaint
from complaints.operations import OPERATIONS
from engine.bundles.house import House
from engine.case_work import COMPLAINANT, SYSTEM
from engine.clock import MovableClock
from engine.commands.publish import PublishBundle
from engine.ids import CountedIds
from engine.tables import case_clock, event_log, house_state, incident, instance
from engine.versions import Versions
from escalation.calendar_change import COUNTED_BY, REACHED, CalendarChange
from escalation.calendar_files import load_calendars
from escalation.posts import load_posts
from storage.migrate import create
from storage.sealed import Sealed
from tests.complaints.office import bundle
from tests.support.keys import SERVER_KEY
from tests.support.shared import ROOT

LATE = datetime(2026, 12, 30, 3, 0, tzinfo=UTC)
"""Wednesday, eleven o'clock in Shanghai; the file of 2027 is not there yet. Three working days end next year."""
YEAR = """
published = true
source = "Notice of 2027"

[[holidays]]
from = 2027-01-01
to = 2027-01-05
name = { zh-CN = "元旦", ko = "신정", en = "New Year" }
"""


@dataclass
class Place:
    """An installation over its own folder of calendars and one database file."""

    folder: Path
    url: str
    ids: CountedIds

    def __post_init__(self) -> None:
        self.application = self.start()

    def start(self) -> Application:
        settings = Settings(database_url=self.url, bpmn_folder=self.folder, key=SecretStr(SERVER_KEY))
        posts = load_posts(self.folder / "posts.toml")
        # The checks of an installation ask for letters, which the small process of the tests does not have.
        versions = Versions(House(frozenset(posts.teams), frozenset(posts.posts), OPERATIONS))
        self.application = build(settings, clock=MovableClock(LATE), ids=self.ids, versions=versions)
        return self.application

    def restart(self) -> Application:
        self.application.database.close()
        return self.start()

    def file(self) -> str:
        command = FileComplaint(subject="S", text="T", language="en", complainant=Complainant(name="Gil"))
        case_id: str = self.application.pipeline.run(command, COMPLAINANT).id
        return case_id

    def publish_year(self) -> None:
        (self.folder / "calendars" / "main" / "2027.toml").write_text(YEAR)

    def rows(self, query: Any) -> list[Any]:
        with self.application.database.read() as connection:
            return list(connection.execute(query))

    def clocks(self) -> list[tuple[datetime, bool]]:
        table = case_clock.c
        found = self.rows(select(table.due_at, table.provisional).order_by(table.case_id))
        return [(row.due_at, row.provisional) for row in found]

    def state(self) -> dict[str, str]:
        return {row.key: row.value for row in self.rows(select(house_state))}

    def counted(self) -> list[tuple[str, int]]:
        return [tuple(row) for row in self.rows(select(instance.c.case_id, instance.c.row_version))]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    folder = tmp_path / "bpmn"
    folder.mkdir()
    shutil.copytree(ROOT / "bpmn" / "calendars", folder / "calendars")
    for name in ("posts.toml", "categories.toml"):
        shutil.copy(ROOT / "bpmn" / name, folder / name)
    made = Place(folder, f"sqlite:///{tmp_path / 'r.db'}", CountedIds())
    create(made.application.database)
    made.application.pipeline.run(PublishBundle(bundle("care")), SYSTEM)
    assert made.application.calendar_change.run_once() == 0
    yield made
    made.application.database.close()


def test_a_year_that_is_published_moves_due_times_that_were_provisional(place: Place) -> None:
    place.file()
    place.file()
    before = place.clocks()
    assert [provisional for _, provisional in before] == [True, True]
    place.publish_year()
    change = place.restart().calendar_change
    assert change.run_once() == 2
    after = place.clocks()
    assert [provisional for _, provisional in after] == [False, False]
    assert all(due > was for (due, _), (was, _) in zip(after, before, strict=True))
    # 31 December, then the 6th and the 7th of January, to the close of the house.
    assert {due.date().isoformat() for due, _ in after} == {"2027-01-07"}
    kept = place.state()
    assert (len(kept[COUNTED_BY]), kept[REACHED]) == (64, "")


def test_nothing_changes_while_the_calendars_are_the_same(place: Place) -> None:
    place.file()
    before = (place.counted(), place.state(), len(place.rows(select(event_log))))
    change = place.restart().calendar_change
    assert (change.run_once(), change.run_once()) == (0, 0)
    assert (place.counted(), place.state(), len(place.rows(select(event_log)))) == before


def test_a_count_that_was_stopped_goes_on_where_it_got_to(place: Place) -> None:
    cases = sorted(place.file() for _ in range(5))
    before = dict(place.counted())
    place.publish_year()
    place.restart()
    files = load_calendars(place.folder / "calendars")

    def change() -> CalendarChange:
        here = place.application
        return CalendarChange(database=here.database, pipeline=here.pipeline, digest=files.digest, batch=2)

    answers = iter([True, True, True, False])
    assert change().run_once(lambda: next(answers)) == 3
    assert place.state()[REACHED] == f"{files.digest} {cases[1]}"
    assert change().run_once() == 3
    after = dict(place.counted())
    assert [after[case] - before[case] for case in cases] == [1, 1, 2, 1, 1]
    assert place.state() == {COUNTED_BY: files.digest, REACHED: ""}
    assert change().run_once() == 0


def test_a_case_that_has_ended_is_left_alone_and_one_that_fails_stops_no_other(place: Place) -> None:
    ended, broken, sound = sorted(place.file() for _ in range(3))
    with place.application.database.write() as unit:
        unit.connection.execute(update(instance).where(instance.c.case_id == ended).values(ended_at=LATE))
        unit.connection.execute(update(instance).where(instance.c.case_id == broken).values(state=Sealed(b"{}")))
        unit.commit()
    before = dict(place.counted())
    place.publish_year()
    assert place.restart().calendar_change.run_once() == 2
    after = dict(place.counted())
    assert (after[ended] - before[ended], after[sound] - before[sound]) == (0, 1)
    assert [row.case_id for row in place.rows(select(incident))] == [broken]
