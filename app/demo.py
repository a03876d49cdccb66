"""Seeds the demo: people, tokens, and complaints made by real commands on a clock that starts some days ago."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import select

from access import tokens
from access.principals import principal
from app.container import Application, build
from app.demo_cases import DEMO_CASES, DemoCase, Moment
from app.roster import ROSTER, seat
from app.settings import Settings
from engine.case_work import COMPLAINANT, SYSTEM, Actor
from engine.clock import MovableClock
from engine.commands.complete import CompleteTask
from engine.commands.house_work import HouseWork
from engine.errors import Refusal
from engine.pipeline import Desk
from engine.tables import IS_OPEN, work_item
from escalation.fast_forward import fast_forward

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class DemoPerson:
    """Somebody whom a visitor of the demo can be."""

    name: str
    login: str
    teams: tuple[str, ...]
    posts: tuple[str, ...]
    roles: tuple[str, ...]
    token: str


def seed(settings: Settings, *, present: datetime) -> list[DemoPerson]:
    """Fill an empty database so that the complaints stand where they stand at `present` (aware).

    Returns the people with their tokens, which are shown only now.
    """
    clock = MovableClock(present - max(case.filed for case in DEMO_CASES) - timedelta(minutes=5))
    application = build(settings, clock=clock)
    application.publish_folder(note="demo")
    application.calendar_change.run_once()

    def people(desk: Desk) -> list[DemoPerson]:
        seat(desk.connection, desk.now)
        return [
            DemoPerson(
                c.name, c.login, c.teams, c.posts, c.roles,
                tokens.issue(desk.connection, c.login, name="demo", ids=desk.ids, now=desk.now).secret,
            )
            for c in ROSTER
        ]  # fmt: skip

    seated: list[DemoPerson] = application.pipeline.run(HouseWork(people), SYSTEM)
    _play(application, clock, present)
    application.database.close()
    return seated


def _play(application: Application, clock: MovableClock, present: datetime) -> None:
    """Carry out every moment of every case in order of time; what falls due in between fires then."""
    moments: list[tuple[datetime, int, DemoCase, Moment | None]] = []
    for number, case in enumerate(DEMO_CASES):
        moments.append((present - case.filed, number, case, None))
        moments += [(present - m.before, number, case, m) for m in case.moments]
    ids: dict[int, str] = {}
    for at, number, case, moment in sorted(moments, key=lambda m: (m[0], m[1])):
        advance(application, clock, at)
        if moment is None:
            ids[number] = application.pipeline.run(case.complaint, _actor(application, case.recorded_by)).id
        else:
            _complete(application, ids[number], moment)
        advance(application, clock, at)
    advance(application, clock, present)


def advance(application: Application, clock: MovableClock, at: datetime) -> None:
    """Move the clock to `at`; everything that falls due or may go out on the way does so at its own instant."""
    fast_forward(
        database=application.database, clock=clock, sweep=application.sweep, deliver=application.deliver, to=at
    )


def _actor(application: Application, login: str | None) -> Actor:
    if login is None:
        return COMPLAINANT
    with application.database.read() as connection:
        return Actor("person", principal(connection, login, now=application.now(), rules=application.posts.rules))


def _complete(application: Application, case_id: str, moment: Moment) -> None:
    with application.database.read() as connection:
        task: Any = connection.execute(
            select(work_item.c.id, work_item.c.version).where(
                work_item.c.case_id == case_id, work_item.c.element == moment.element, IS_OPEN
            )
        ).first()
    if task is None:
        raise LookupError(f"the demo finds no open step {moment.element}")
    try:
        application.pipeline.run(CompleteTask(task.id, moment.data, task.version), _actor(application, moment.by))
    except Refusal as refusal:
        raise LookupError(f"the demo's {moment.element} was refused: {refusal.message} {refusal.details}") from None


def write_card(settings: Settings, people: list[DemoPerson]) -> Path:
    """Write `var/demo.json`: the address, and each person's token. Git never sees it."""
    file = settings.var_folder / "demo.json"
    content = {
        "url": f"http://127.0.0.1:{settings.port}",
        "people": [
            {
                "name": p.name, "login": p.login, "teams": list(p.teams), "posts": list(p.posts),
                "roles": list(p.roles), "token": p.token,
            }
            for p in people
        ],
    }  # fmt: skip
    file.touch(mode=0o600)
    file.write_text(json.dumps(content, ensure_ascii=False, indent=2), encoding="utf-8")
    return file
