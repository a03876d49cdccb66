"""The process is edited while cases run: old cases finish on the old version, new cases take the new one, and after a
restart both are there (docs/process-owner/publishing.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from access.principals import principal
from api.context import shared_by
from api.metrics import Metrics
from app.container import Application, build
from app.roster import seat
from app.settings import Settings
from complaints.intake.filing import Complainant, FileComplaint
from engine.bundles.bundle import read_folders
from engine.case_work import COMPLAINANT, SYSTEM, Actor
from engine.clock import MovableClock
from engine.commands.complete import CompleteTask
from engine.commands.house_work import HouseWork
from engine.commands.publish import PublishBundle
from engine.ids import CountedIds
from engine.tables import case_clock, instance, work_item
from engine.versions import Publication, Versions
from queries.case_file import case_file
from queries.reader import Reader
from queries.timeline import timeline
from storage.migrate import create
from tests.support.keys import SERVER_KEY, opened

OPENING = datetime(2026, 3, 3, 3, 0, tzinfo=UTC)
"""Eleven o'clock in Shanghai, a Tuesday."""
HOUR = timedelta(hours=1)
DIAGRAM, LABELS, SETTINGS = (f"bpmn/complaint/{name}" for name in ("complaint.bpmn", "labels.toml", "process.toml"))


def shipped() -> dict[str, bytes]:
    settings = Settings()
    return read_folders(settings.bpmn_folder, settings.forms_folder, "complaint")


def replaced(files: Mapping[str, bytes], file: str, *changes: tuple[str, str]) -> dict[str, bytes]:
    text = files[file].decode()
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return {**files, file: text.encode()}


def edited() -> dict[str, bytes]:
    """Return the complaint process with twelve hours for the first response, and verification under another name."""
    files = replaced(
        shipped(), SETTINGS, ("amount = 1440 # 24 hours\n\n[[clocks.respond", "amount = 720\n\n[[clocks.respond")
    )
    files = replaced(files, DIAGRAM, ('id="verify" name="Verify the facts"', 'id="verify" name="Check the facts"'))
    return replaced(files, LABELS, ('en = "Verify the facts"', 'en = "Check the facts"'))


def moved_on_the_drawing(files: Mapping[str, bytes]) -> dict[str, bytes]:
    shape = '<dc:Bounds x="%s" y="327" width="36" height="36" />'
    return replaced(files, DIAGRAM, (shape % "272", shape % "262"))


@dataclass
class House:
    """An installation on a file, that can be stopped and started again."""

    settings: Settings
    clock: MovableClock
    ids: CountedIds
    verdicts: Versions
    application: Application

    def restart(self) -> None:
        """Stop, and start anew on the same file: nothing is in memory any more."""
        self.application.database.close()
        self.application = build(self.settings, clock=self.clock, ids=self.ids)

    def publish(self, files: Mapping[str, bytes]) -> Publication:
        # The verdict on the same bytes is the same: checking them once for all tests saves seconds. What a restart
        # loads is compiled from the database all the same.
        self.application.versions._gate = self.verdicts._gate
        published: Publication = self.application.pipeline.run(PublishBundle(files), SYSTEM)
        return published

    def file(self) -> str:
        command = FileComplaint(
            subject="第五章", text="打不开。", channel="phone", category="other", complainant=Complainant(name="王晓")
        )
        case_id: str = self.application.pipeline.run(command, COMPLAINANT).id
        return case_id

    def row(self, case_id: str) -> Any:
        with self.application.database.read() as connection:
            found = connection.execute(select(instance).where(instance.c.case_id == case_id))
            return opened(self.application.keys, connection, found)[0]

    def version(self, case_id: str) -> int:
        with self.application.database.read() as connection:
            versions = {v.id: v.number for v in self.application.versions.all(connection)}
        return versions[self.row(case_id).version_id]

    def tasks(self, case_id: str) -> dict[str, str]:
        """Return element -> name of the open steps."""
        with self.application.database.read() as connection:
            found = connection.execute(
                select(work_item).where(work_item.c.case_id == case_id, work_item.c.state == "open")
            ).all()
        return {row.element: row.name for row in found}

    def respond_by(self, case_id: str) -> datetime | None:
        with self.application.database.read() as connection:
            due: datetime | None = connection.execute(
                select(case_clock.c.due_at).where(case_clock.c.case_id == case_id, case_clock.c.name == "respond")
            ).scalar_one()
        return due

    def do(self, case_id: str, element: str, **data: Any) -> None:
        """Complete a step as Li Na."""
        with self.application.database.read() as connection:
            actor = Actor(
                "person", principal(connection, "li.na", now=self.clock.now(), rules=self.application.posts.rules)
            )
            task = connection.execute(
                select(work_item).where(
                    work_item.c.case_id == case_id, work_item.c.element == element, work_item.c.state == "open"
                )
            ).one()
        self.application.pipeline.run(CompleteTask(task.id, data, task.version), actor)

    def read(self, connection: Any) -> Reader:
        now = self.clock.now()
        library = shared_by(self.application, Metrics(since=OPENING)).library
        return Reader(
            connection, library, now, "en", principal(connection, "li.na", now=now, rules=self.application.posts.rules)
        )

    def finish(self, case_id: str) -> None:
        """Take the case to its end: unfounded, explained, and the time of grace over."""
        self.do(case_id, "verify", outcome="unfounded", grounds="已核对。")
        self.do(case_id, "explain_exit", exit_text="已核对，课件可以打开。")
        self.clock.advance(timedelta(days=30))
        self.application.sweep.run_until_done()


@pytest.fixture
def house(tmp_path: Path, versions: Versions) -> Iterator[House]:
    """An installation with the shipped complaint process as version 1."""
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'r.db'}", key=SecretStr(SERVER_KEY))
    clock, ids = MovableClock(OPENING), CountedIds()
    found = House(settings, clock, ids, versions, build(settings, clock=clock, ids=ids))
    create(found.application.database)
    found.application.pipeline.run(HouseWork(lambda desk: seat(desk.connection, desk.now)), SYSTEM)
    assert found.publish(shipped()).version.number == 1
    yield found
    found.application.database.close()


def test_a_running_case_keeps_its_version_and_a_new_one_takes_the_next(house: House) -> None:
    old = house.file()
    house.do(old, "acknowledge", acknowledgement_text="我会一直跟进到底。")
    publication = house.publish(edited())
    assert (publication.version.number, publication.outcome) == (2, "published")
    new = house.file()
    house.do(new, "acknowledge", acknowledgement_text="我会一直跟进到底。")
    assert (house.version(old), house.version(new)) == (1, 2)
    assert house.tasks(old) == {"verify": "Verify the facts"}
    assert house.tasks(new) == {"verify": "Check the facts"}
    assert house.respond_by(old) == OPENING + 24 * HOUR
    assert house.respond_by(new) == OPENING + 12 * HOUR


def test_after_a_restart_both_versions_go_on_and_the_old_case_finishes_on_the_old_one(house: House) -> None:
    old = house.file()
    house.do(old, "acknowledge", acknowledgement_text="我会一直跟进到底。")
    house.publish(edited())
    new = house.file()
    house.do(new, "acknowledge", acknowledgement_text="我会一直跟进到底。")
    house.restart()
    house.clock.advance(13 * HOUR)
    house.application.sweep.run_until_done()
    assert house.tasks(old) == {"verify": "Verify the facts"}
    for case_id, number in ((old, 1), (new, 2)):
        assert house.version(case_id) == number
        house.finish(case_id)
        row = house.row(case_id)
        assert (row.status, row.closure, row.ended_as) == ("closed", "unfounded", "ended")
        assert house.version(case_id) == number


def test_file_and_timeline_of_each_case_name_its_version(house: House) -> None:
    old = house.file()
    house.publish(edited())
    new = house.file()
    house.restart()
    with house.application.database.read() as connection:
        reader = house.read(connection)
        for case_id, number in ((old, 1), (new, 2)):
            assert case_file(reader, case_id).process.version == number
            assert {item.process.version for item in timeline(reader, case_id).items} == {number}


def test_a_change_of_layout_attaches_a_drawing_and_makes_no_version(house: House) -> None:
    old = house.file()
    publication = house.publish(moved_on_the_drawing(shipped()))
    assert (publication.version.number, publication.outcome) == (1, "drawing")
    house.publish(edited())
    house.restart()
    publication = house.publish(moved_on_the_drawing(edited()))
    assert (publication.version.number, publication.outcome) == (2, "drawing")
    versions = house.application.versions
    with house.application.database.read() as connection:
        assert [(v.number, v.active) for v in versions.all(connection)] == [(2, True), (1, True)]
        assert versions.files(connection, versions.get(connection, "complaint", 1).id) == moved_on_the_drawing(
            shipped()
        )
        assert versions.files(connection, versions.get(connection, "complaint", 2).id) == moved_on_the_drawing(edited())
    assert house.version(old) == 1
    assert house.publish(moved_on_the_drawing(edited())).outcome == "unchanged"


def test_the_content_of_an_earlier_version_puts_that_one_in_force_again(house: House) -> None:
    first = house.publish(shipped())
    house.publish(edited())
    between = house.file()
    # Not a moment has passed on this clock: the order of publication counts all the same.
    again = house.publish(shipped())
    assert (again.outcome, again.version.number, again.version.id) == ("reinstated", 1, first.version.id)
    assert again.version.published_at == OPENING < again.version.in_force_since
    assert house.publish(shipped()).outcome == "unchanged"
    house.restart()
    assert (house.version(between), house.version(house.file())) == (2, 1)
    with house.application.database.read() as connection:
        assert [(v.process_key, v.number) for v in house.application.versions.in_force(connection)] == [
            ("complaint", 1)
        ]
    forth = house.publish(moved_on_the_drawing(edited()))
    assert (forth.outcome, forth.version.number) == ("reinstated", 2)
    assert house.version(house.file()) == 2
    with house.application.database.read() as connection:
        files = house.application.versions.files(connection, forth.version.id)
    assert files == moved_on_the_drawing(edited())


def test_a_table_that_another_editor_saved_again_makes_no_version_and_is_kept_as_it_was_saved(house: House) -> None:
    files = shipped()
    name = next(name for name in sorted(files) if name.endswith(".dmn"))
    again = files[name].replace(b"<definitions ", b'<definitions exporter="bpmn.io" exporterVersion="9" ', 1)
    saved = {**files, name: again.replace(b"</definitions>", b"<!-- saved -->\n</definitions>")}
    publication = house.publish(saved)
    assert (publication.version.number, publication.outcome) == (1, "drawing")
    assert house.publish(saved).outcome == "unchanged"
    with house.application.database.read() as connection:
        assert house.application.versions.files(connection, publication.version.id) == saved
    assert house.publish(files).outcome == "drawing"
    with house.application.database.read() as connection:
        assert house.application.versions.files(connection, publication.version.id) == files
