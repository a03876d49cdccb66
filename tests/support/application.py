"""A whole installation in memory, with the complaint process that ships and the people of the demo, spoken to by HTTP.

Publishing takes seconds, so it is done once a run; each test gets a copy of that database and of what was compiled.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from httpx import Response
from pydantic import SecretStr
from sqlalchemy import Connection, select

from access import tokens
from api.answers import task_tag
from api.app import create_app
from api.context import shared_by
from api.metrics import Metrics
from app.container import Application, build
from app.roster import ROSTER, seat
from app.settings import Settings
from engine.bundles.bundle import read_folders
from engine.case_log import whole_lines
from engine.case_work import SYSTEM
from engine.clock import MovableClock
from engine.commands.publish import PublishBundle
from engine.ids import CountedIds, Ids
from engine.tables import event_log
from storage import migrate
from tests.support.delivery import deliver_all
from tests.support.keys import SERVER_KEY

with warnings.catch_warnings():
    # The client asks for a successor of httpx, which nothing else here needs; it works with the one that we have.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient as TestClient

OPENING = datetime(2026, 3, 3, 3, 0, tzinfo=UTC)
"""When every test begins: a Tuesday, eleven o'clock in Shanghai; somebody is there."""

COMPLAINT: Mapping[str, Any] = {
    "subject": "课程内容与宣传不符",
    "text": "报名时说每周两次外教课，实际只有一次。",
    "channel": "web",
    "type": "complaint",
    "category": "teaching.content",
    "people": 1,
    "language": "zh-CN",
    "complainant": {"name": "王晓", "phone": "13800000001", "email": "wang@example.org", "relation": "parent"},
}


def settings(**changes: Any) -> Settings:
    """Return the settings of a test: nothing of the environment that matters, no limit that a test could run into."""
    values: dict[str, Any] = {
        "database_url": "sqlite://", "demo": False, "requests_per_minute": 100_000, "filings_per_minute": 100_000,
        "var_folder": Path("/nonexistent"), "allowed_hosts": "testserver,house",
        "key": SecretStr(SERVER_KEY), "session_idle_minutes": 720, **changes,
    }  # fmt: skip
    return Settings(**values)


@dataclass(frozen=True)
class _Template:
    application: Application
    app: FastAPI
    secrets: Mapping[str, str]


def furnished(application: Application) -> Mapping[str, str]:
    """Make the tables, publish the complaint process and seat the demo's people; return their tokens by login."""
    migrate.create(application.database)
    values = application.settings
    files = read_folders(values.bpmn_folder, values.forms_folder, "complaint")
    application.pipeline.run(PublishBundle(files), SYSTEM)
    with application.database.write() as unit:
        secrets = seated(unit.connection, ids=application.ids, now=OPENING)
        unit.commit()
    return secrets


def seated(connection: Connection, *, ids: Ids, now: datetime) -> Mapping[str, str]:
    """Seat the demo's people, in the transaction of the caller; return a new token of each by login."""
    seat(connection, now)
    return {each.login: tokens.issue(connection, each.login, name="test", ids=ids, now=now).secret for each in ROSTER}


@lru_cache(maxsize=1)
def _template() -> _Template:
    application = build(settings(demo=True), clock=MovableClock(OPENING), ids=CountedIds("s"))
    secrets = furnished(application)
    return _Template(application, create_app(application), secrets)


def copy_of(template: Application, **changes: Any) -> Application:
    """Return an application of its own over a copy of the template's database."""
    copy = build(settings(**changes), clock=MovableClock(OPENING), ids=CountedIds())
    with template.database.read() as source, copy.database.write() as target:
        _driver(source).backup(_driver(target.connection))
    # Compiled processes never change: reading them from their bundle again would cost every test a second.
    copy.versions._compiled.update(template.versions._compiled)
    return copy


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection


class Client:
    """Somebody at the API."""

    def __init__(self, http: TestClient, headers: Mapping[str, str]) -> None:
        self.http, self.headers = http, dict(headers)

    def call(self, method: str, path: str, body: Any = None, **options: Any) -> Response:
        """Send a request and return the answer, whatever it is."""
        headers = {**self.headers, **options.pop("headers", {})}
        if body is not None:
            options["json"] = body
        answer: Response = self.http.request(method, path, headers=headers, **options)
        return answer

    def get(self, path: str, **options: Any) -> Any:
        """Return what is there. Fails unless it is."""
        return self._good(self.call("GET", path, **options))

    def post(self, path: str, body: Any = None, **options: Any) -> Any:
        """Send, and return the answer. Fails unless it was taken."""
        return self._good(self.call("POST", path, body, **options))

    def refused(self, status: int, method: str, path: str, body: Any = None, **options: Any) -> Any:
        """Send, and return the problem. Fails unless it was refused like this, in the shape of every error."""
        answer = self.call(method, path, body, **options)
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json", answer.headers
        problem = answer.json()
        assert {"type", "title", "status", "detail", "code"} <= problem.keys()
        assert problem["status"] == status
        assert problem["type"] == f"/problems/{problem['code']}"
        return problem

    @staticmethod
    def _good(answer: Response) -> Any:
        assert answer.status_code < 300, answer.text
        return answer.json()


class House:
    """An installation and the ways to speak to it."""

    def __init__(self, application: Application, app: FastAPI, secrets: Mapping[str, str]) -> None:
        self.application, self.app, self._secrets = application, app, secrets
        self.http = TestClient(app)
        self.public = Client(self.http, {})

    def person(self, login: str) -> Client:
        """Return a colleague of the demo's roster."""
        return Client(self.http, {"Authorization": f"Bearer {self._secrets[login]}", "Accept-Language": "en"})

    def complainant(self, code: str) -> Client:
        """Return whoever holds a tracking code."""
        return Client(self.http, {"Authorization": f"Receipt {code}"})

    def file(self, by: str | None = None, **changes: Any) -> Any:
        """File a complaint and return the answer."""
        client = self.public if by is None else self.person(by)
        return client.post("/api/complaints", {**COMPLAINT, **changes})

    def do(self, login: str, element: str, case_id: str, data: Mapping[str, Any]) -> Any:
        """Complete the open task of an element as a person; return the answer."""
        client = self.person(login)
        task = self.task(login, element, case_id)
        headers = {"If-Match": task_tag(task["id"], task["version"])}
        return client.post(f"/api/tasks/{task['id']}/complete", {"data": dict(data)}, headers=headers)

    def task(self, login: str, element: str, case_id: str) -> Any:
        """Return the open task of an element as a list shows it. Fails unless there is exactly one."""
        tasks = self.person(login).get(f"/api/complaints/{case_id}")["tasks"]
        found = [task for task in tasks if task["element"] == element]
        assert len(found) == 1, (element, [task["element"] for task in tasks])
        return found[0]

    def later(self, **length: float) -> None:
        """Move the clock, let everything fire, and deliver what is to be told."""
        clock = self.application.clock
        assert isinstance(clock, MovableClock)
        clock.advance(timedelta(**length))
        self.application.sweep.run_until_done()
        self.deliver()

    def deliver(self) -> None:
        """Deliver what is to be told by now."""
        deliver_all(self.application)

    def logged(self, case: str, kind: str) -> list[tuple[str | None, dict[str, Any]]]:
        """Return actor and detail of each line of a kind in the log of a case, in order."""
        with self.application.database.read() as connection:
            where = (event_log.c.case_id == case, event_log.c.kind == kind)
            rows = connection.execute(select(event_log).where(*where).order_by(event_log.c.sequence))
            key = self.application.keys.of_case(connection, case)
            return [(row.actor, row.detail) for row in whole_lines(key, rows)]


def house(**changes: Any) -> House:
    """Return an installation of its own, where a complaint can be filed at once."""
    template = _template()
    application = copy_of(template.application, **changes)
    # Building the routes takes most of a second: they are shared, what stands behind them is not.
    template.app.state.shared = shared_by(application, Metrics(since=OPENING))
    return House(application, template.app, template.secrets)


def house_at(url: str) -> House:
    """Return an installation over an empty database of its own."""
    application = build(settings(database_url=url), clock=MovableClock(OPENING), ids=CountedIds())
    secrets = furnished(application)
    return House(application, create_app(application), secrets)
