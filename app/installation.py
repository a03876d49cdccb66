"""Sets up a real installation: schema, processes, one administrator. No demo people, no demo complaints."""

from __future__ import annotations

from access import people, teams, tokens
from app.assembly import prepare
from app.container import build
from app.settings import Settings
from engine.case_work import SYSTEM
from engine.commands.house_work import HouseWork
from engine.pipeline import Desk


def set_up(settings: Settings, *, login: str, name: str) -> str:
    """Set up and return what to do next, with the administrator's token. A second administrator is refused by login."""
    prepare(settings)
    application = build(settings)
    published = application.publish_folder(note="set up")
    # What is filed from here on is counted by these calendars: nothing has to be counted again at the first start.
    application.calendar_change.run_once()

    def act(desk: Desk) -> str:
        people.add(desk.connection, login=login, name=name, language="zh-CN", ids=desk.ids, now=desk.now)
        for role in ("operator", "process_owner", "supervisor"):
            teams.give_role(desk.connection, login, role)
        return tokens.issue(desk.connection, login, name="set up", ids=desk.ids, now=desk.now).secret

    secret = application.pipeline.run(HouseWork(act), SYSTEM)
    application.database.close()
    versions = ", ".join(f"{p.version.process_key} {p.version.number}" for p in published)
    return (
        f"Published: {versions}.\nToken of {login}, shown once: {secret}\n"
        "Next: bpmn/posts.toml (teams and posts), bpmn/calendars/ (zone, hours, holidays), then\n"
        "  redress user add <login> <name> --team service\n  redress user appoint <post> <login> --deputy <login>\n"
        "  redress serve"
    )
