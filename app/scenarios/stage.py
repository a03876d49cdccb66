"""The stage of a scenario: an installation of its own in memory, its people, and a clock that moves."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from access.principals import principal
from app.container import Application, build
from app.roster import seat
from app.scenarios.file import Scenario
from app.settings import Settings
from engine.case_work import COMPLAINANT, SYSTEM, Actor
from engine.clock import MovableClock
from engine.commands.house_work import HouseWork
from engine.ids import CountedIds
from engine.tables import instance, work_item
from engine.versions import Versions
from storage.migrate import create


class ScenarioFailed(AssertionError):
    """A step did not do what the scenario says; the message names the step."""


@dataclass
class Stage:
    """One scenario being played."""

    scenario: Scenario
    application: Application
    clock: MovableClock
    case_id: str = ""
    numbers: dict[str, str] = field(default_factory=dict)
    """What stands for a number in the data of a form: `$earlier` and `$number`."""

    def actor(self, login: str | None) -> Actor:
        """Return who acts: somebody of the roster, or the complainant."""
        if login in (None, "complainant"):
            return COMPLAINANT
        with self.application.database.read() as connection:
            found = principal(connection, str(login), now=self.clock.now(), rules=self.application.posts.rules)
        if found is None:
            raise ScenarioFailed(f"nobody has the login {login!r}")
        return Actor("person", found)

    def run(self, command: Any, login: str | None) -> Any:
        """Carry out a command and everything that is due by then."""
        answer = self.application.pipeline.run(command, self.actor(login))
        self.application.sweep.run_until_done()
        return answer

    def move_to(self, at: datetime) -> None:
        """Move the clock; everything that falls due on the way fires at its own instant."""
        while True:
            with self.application.database.read() as connection:
                due = connection.execute(
                    select(instance.c.next_due).where(instance.c.next_due.is_not(None)).order_by(instance.c.next_due)
                ).scalar()
            if due is None or due > at:
                break
            if due > self.clock.now():
                self.clock.advance_to(due)
            if self.application.sweep.run_until_done() == 0:
                break
        if at > self.clock.now():
            self.clock.advance_to(at)

    def open_task(self, element: str) -> str:
        """Return the id of the open task of an element, or of its last one: trying that again must be refused.

        Raises ScenarioFailed, with what is open instead, when the element was never reached.
        """
        with self.application.database.read() as connection:
            every = connection.execute(
                select(work_item.c.id, work_item.c.element, work_item.c.state)
                .where(work_item.c.case_id == self.case_id)
                .order_by(work_item.c.entered_at, work_item.c.id)
            ).all()
        rows = [row for row in every if row.state == "open"]
        for row in [*rows, *reversed(every)]:
            if row.element == element:
                found: str = row.id
                return found
        raise ScenarioFailed(f"no open task {element}; open: {', '.join(r.element for r in rows) or 'none'}")


def stage(scenario: Scenario, settings: Settings, *, versions: Versions | None = None) -> Stage:
    """Build an empty installation in memory with the roster and the processes of `settings`."""
    clock = MovableClock(scenario.at)
    in_memory = settings.model_copy(update={"database_url": "sqlite://"})
    application = build(in_memory, clock=clock, ids=CountedIds(), versions=versions)
    create(application.database)
    application.pipeline.run(HouseWork(lambda desk: seat(desk.connection, desk.now)), SYSTEM)
    application.publish_folder()
    return Stage(scenario, application, clock)
