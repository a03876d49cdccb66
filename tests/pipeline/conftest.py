"""A whole house in memory, with the shipped process and the roster, and one complaint in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from app.container import house
from app.scenarios.file import Scenario
from app.scenarios.stage import Stage, stage
from app.settings import Settings
from complaints.intake.filing import Complainant, FileComplaint
from engine.commands.complete import CompleteTask
from engine.tables import event_log, instance, work_item
from engine.versions import Versions
from escalation.posts import load_posts
from storage.outbox import outbox
from tests.support.keys import opened

NOON = datetime.fromisoformat("2026-03-03T12:00:00+08:00")
SETTINGS = Settings()


class Case:
    """One complaint on a stage, with the few looks and moves that these tests need."""

    def __init__(self, on: Stage) -> None:
        self.on = on
        self.pipeline, self.clock = on.application.pipeline, on.clock

    def file(self, **given: Any) -> Case:
        """File a complaint by phone; it is acknowledged within the hour or it is late."""
        values: dict[str, Any] = {
            "subject": "s", "text": "t", "channel": "phone", "category": "teaching.content",
            "complainant": Complainant(name="A"), **given,
        }  # fmt: skip
        self.on.case_id = self.pipeline.run(FileComplaint(**values), self.on.actor(None)).id
        return self

    @property
    def id(self) -> str:
        """The case's id."""
        return self.on.case_id

    def rows(self, statement: Any) -> list[Any]:
        """Return what a query gives."""
        with self.on.application.database.read() as connection:
            return opened(self.on.application.keys, connection, connection.execute(statement))

    def row(self) -> Any:
        """Return the instance."""
        return self.rows(select(instance).where(instance.c.case_id == self.id))[0]

    def item(self, element: str) -> Any:
        """Return the newest task of an element."""
        found = self.rows(
            select(work_item)
            .where(work_item.c.case_id == self.id, work_item.c.element == element)
            .order_by(work_item.c.entered_at.desc(), work_item.c.id.desc())
        )
        return found[0]

    def open(self) -> set[str]:
        """Return the elements whose tasks are open."""
        where = (work_item.c.case_id == self.id, work_item.c.state == "open")
        return {r.element for r in self.rows(select(work_item.c.element).where(*where))}

    def do(self, element: str, by: str, data: dict[str, Any]) -> Any:
        """Complete a task without sweeping afterwards."""
        item = self.item(element)
        return self.pipeline.run(CompleteTask(item.id, data, item.version), self.on.actor(by))

    def kinds(self) -> list[str]:
        """Return the kinds of the log's lines."""
        return [r.kind for r in self.rows(select(event_log).where(event_log.c.case_id == self.id))]

    def notices(self) -> list[Any]:
        """Return the outbox rows of the case."""
        return self.rows(select(outbox).where(outbox.c.case_id == self.id).order_by(outbox.c.sequence))


ACKNOWLEDGED = {"acknowledgement_text": "We have it.", "contact_way": "phone"}
VERIFIED = {"outcome": "complete", "verification_summary": "True."}


@pytest.fixture(autouse=True)
def unsaid() -> Iterator[None]:
    """Keep log lines unsaid: to draw a failure with everything that stood around it takes seconds."""
    with capture_logs():
        yield


@pytest.fixture(scope="session")
def versions() -> Versions:
    """Compiled once for all tests."""
    return Versions(house(load_posts(SETTINGS.bpmn_folder / "posts.toml")))


@pytest.fixture
def case(versions: Versions) -> Iterator[Case]:
    """A complaint, filed at noon of a working day."""
    blank = Scenario(
        name="test", title={}, covers=(), at=NOON, process="complaint", complaint={}, recorded_by=None, earlier=None,
        steps=(),
    )  # fmt: skip
    on = stage(blank, SETTINGS, versions=versions)
    yield Case(on).file()
    on.application.database.close()
