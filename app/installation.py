"""Sets up a real installation: schema, processes, one administrator. No demo people, no demo complaints."""

from __future__ import annotations

from access import people, teams
from app.assembly import prepare
from app.cli_ways_in import issue, new_invitation, said_of_code
from app.container import build
from app.settings import Settings
from engine.case_work import SYSTEM
from engine.commands.house_work import HouseWork
from engine.pipeline import Desk
from trail.house import Kind


def set_up(settings: Settings, *, login: str, name: str, with_token: bool = False) -> str:
    """Set up and return what to do next, with a one-time code for the administrator's password, and if asked a token.

    A second administrator is refused by login.
    """
    prepare(settings)
    application = build(settings)
    published = application.publish_folder(note="set up")
    # What is filed from here on is counted by these calendars: nothing has to be counted again at the first start.
    application.calendar_change.run_once()

    def act(desk: Desk) -> list[str]:
        people.add(desk.connection, login=login, name=name, language="zh-CN", ids=desk.ids, now=desk.now)
        desk.note(Kind.PERSON_ADDED, person=login)
        for role in ("operator", "process_owner", "supervisor"):
            teams.give_role(desk.connection, login, role)
            desk.note(Kind.ROLE_GIVEN, person=login, role=role)
        told = [f"Token of {login}, shown once: {issue(desk, login, name='set up', scopes=None)}"] if with_token else []
        return [*told, said_of_code(login, new_invitation(desk, login), settings)]

    told = "\n".join(application.pipeline.run(HouseWork(act), SYSTEM))
    application.database.close()
    versions = ", ".join(f"{p.version.process_key} {p.version.number}" for p in published)
    return (
        f"Published: {versions}.\n{told}\n"
        "Next: bpmn/posts.toml (teams and posts), bpmn/calendars/ (zone, hours, holidays), then\n"
        "  redress user add <login> <name> --team service\n  redress user appoint <post> <login> --deputy <login>\n"
        "  redress serve"
    )
