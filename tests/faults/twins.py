"""The same installation twice: on PostgreSQL two applications with connections of their own, on a file one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from fastapi import FastAPI
from httpx import Response
from sqlalchemy import func, select

from api.answers import task_tag
from api.app import create_app
from api.context import shared_by
from api.metrics import Metrics
from app.container import Application, build
from app.doctor import findings
from engine.clock import Clock, MovableClock
from engine.ids import RandomIds
from engine.tables import deadline, event_log, instance, process_version, work_item
from engine.versions import Publication
from escalation.sweep import Swept
from storage.outbox import outbox
from tests.faults.meeting import Met, meet
from tests.support.application import OPENING, House, furnished, settings
from tests.support.keys import opened

OF_TASKS = ("completed", "cancelled")
"""Kinds of lines that every element has; what counts here is what befell tasks of people."""
OF_CASES = ("claimed", "owner", "facts", "fired", "withdrawn", "hand-over-accepted", "approved")
NAMED = (*OF_TASKS, "fired", "claimed")
"""Kinds whose lines say what they are about; others have an id."""


def told(answer: Response | Swept | Publication) -> str | int:
    """Return what matters of an answer: the status, with code and who was faster; or how many instants were fired."""
    if isinstance(answer, Swept):
        return answer.fired
    if isinstance(answer, Publication):
        return answer.outcome
    body = answer.json() if answer.status_code >= 400 else {}
    return " ".join([str(answer.status_code), *(body[name] for name in ("code", "by") if body.get(name))])


class Twins:
    """Two houses on one database that share a clock; `one` and `two` are the same on SQLite."""

    def __init__(self, one: House, two: House) -> None:
        self.one, self.two = one, two

    def meet(self, first: Any, second: Any) -> tuple[Any, Any, bool]:
        """Let two changes meet, each a function of a house; return what each was told, and if the second waited."""
        self._sequence = max((row.sequence for row in self.rows(select(event_log.c.sequence))), default=0)
        self._told = {row.id for row in self.rows(select(outbox.c.id))}
        met: Met = meet(
            self.one.application.database, lambda: first(self.one),
            self.two.application.database, lambda: second(self.two),
        )  # fmt: skip
        return told(met.first), told(met.second), met.waited

    def later(self, **length: float) -> None:
        """Move the clock; nothing fires by itself."""
        clock = self.one.application.clock
        assert isinstance(clock, MovableClock)
        clock.advance(timedelta(**length))

    @property
    def alone(self) -> bool:
        """Whether one writes at a time: then a sweep waits, where elsewhere it passes by a case that is held."""
        return self.one is self.two

    def settled(self) -> list[str]:
        """Fire and deliver what is due; return what the doctor says then."""
        self.one.later()
        return self.findings()

    def close(self) -> None:
        """Close the connections of both."""
        for each in {self.one, self.two}:
            each.application.database.close()

    # --- what can be seen ----------------------------------------------------------------------------------------
    def rows(self, query: Any) -> list[Any]:
        """Return what a query gives."""
        with self.two.application.database.read() as connection:
            return opened(self.two.application.keys, connection, connection.execute(query))

    def case(self, case: str) -> Any:
        """Return the row of a case."""
        return self.rows(select(instance).where(instance.c.case_id == case))[0]

    def open(self, case: str) -> list[str]:
        """Return the elements of the open tasks, sorted, each as often as it is open."""
        where = (work_item.c.case_id == case, work_item.c.state == "open")
        return sorted(row.element for row in self.rows(select(work_item.c.element).where(*where)))

    def tasks(self, case: str, *elements: str) -> list[Any]:
        """Return the tasks of a case, or those of these elements, in the order in which they came up."""
        where = [work_item.c.case_id == case, *([work_item.c.element.in_(elements)] if elements else [])]
        return self.rows(select(work_item).where(*where).order_by(work_item.c.entered_at, work_item.c.id))

    def newest_case(self) -> str:
        """Return the case whose log began last."""
        table = event_log.c
        last = select(table.case_id).group_by(table.case_id).order_by(func.min(table.sequence).desc()).limit(1)
        return str(self.rows(last)[0].case_id)

    def log(self, case: str) -> list[str]:
        """Return what has happened since the two met, in order: kind, what it is about, and who did it."""
        table = event_log.c
        mine = (table.case_id == case, table.sequence > self._sequence)
        tasks = {row.element for row in self.rows(select(work_item.c.element).where(work_item.c.case_id == case))}
        return [
            f"{row.kind} {row.element or row.name} by {row.actor}"
            if row.kind in NAMED
            else f"{row.kind} by {row.actor}"
            for row in self.rows(select(event_log).where(*mine).order_by(table.sequence))
            if row.kind in OF_CASES or (row.kind in OF_TASKS and row.element in tasks)
        ]

    def due(self, case: str) -> set[str]:
        """Return the names of what is still to fire."""
        return {row.name for row in self.rows(select(deadline.c.name).where(deadline.c.case_id == case))}

    def letters(self, case: str) -> list[str]:
        """Return what is to be told since the two met, and was not taken back: what, and whom, sorted."""
        table = outbox.c
        mine = (table.case_id == case, table.cancelled_at.is_(None), table.channel == "house")
        lines = self.rows(select(table.id, table.kind, table.recipient).where(*mine))
        return sorted(f"{row.kind} to {row.recipient}" for row in lines if row.id not in self._told)

    def findings(self) -> list[str]:
        """Return what the doctor says of the cases; that the process says all it should takes seconds to find."""
        with patch("app.doctor.missing_in_force", return_value=[]):
            return list(findings(self.two.application))


def complete(house: House, login: str, task: Any, data: dict[str, Any], *, tag: str = "") -> Response:
    """Complete a task as a list has shown it, or with the tag of its page."""
    headers = {"If-Match": tag or task_tag(task["id"], task["version"])}
    return house.person(login).call("POST", f"/api/tasks/{task['id']}/complete", {"data": data}, headers=headers)


def version_of(twins: Twins, case: str) -> int:
    """Return the number of the version that a case runs."""
    joined = select(process_version.c.number).join(instance, instance.c.version_id == process_version.c.id)
    return int(twins.rows(joined.where(instance.c.case_id == case))[0].number)


def sweep(house: House) -> Swept:
    """Fire what is due, as a worker does."""
    return house.application.sweep.run_once()


class Templates:
    """What all twins share: a furnished database on each kind of store, compiled processes, and routes."""

    def __init__(self, url: str) -> None:
        self._first = self._application(url, MovableClock(OPENING))
        self.secrets = furnished(self._first)
        self._apps: Sequence[FastAPI] = [create_app(self._first), create_app(self._first)]
        first = House(self._first, self._apps[0], self.secrets)
        for login in self.secrets:
            # A token's first use of the day is written down: done here, it meets nobody.
            first.person(login).get("/api/tasks?limit=1")
        self._first.database.close()

    def twins(self, *urls: str, real: bool = False, clock: Callable[[], Clock] | None = None) -> Twins:
        """Return houses over copies of the template; two addresses are two applications on one database.

        On one clock that stands still until it is moved; or each on one that `clock` makes, or that the product has.
        """
        still = MovableClock(OPENING)
        houses = []
        for number, url in enumerate(urls):
            application = self._application(url, None if real else clock() if clock else still)
            application.versions._compiled.update(self._first.versions._compiled)
            app = self._apps[number]
            app.state.shared = shared_by(application, Metrics(since=OPENING))
            house = House(application, app, self.secrets)
            houses.append(house)
        return Twins(houses[0], houses[-1])

    def _application(self, url: str, clock: Clock | None) -> Application:
        return build(settings(database_url=url), clock=clock, ids=RandomIds())
