"""An installation with two cases: one for everybody who asks, and one that none of them may know of, marked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from access import teams, tokens
from access.policy import Scope
from engine.ids import RandomIds
from tests.support.application import Client, House, house

TOLD = "marked-4711"
"""Stands in every text of the case that is hidden."""
HIDDEN_FROM = ("li.na", "chen.jing", "zhao.lei", "park.owner", "ops")
"""They are whom the hidden case is about: whatever else they are, they see nothing of it."""


@dataclass(frozen=True)
class TwoCases:
    """Who asks, what they may name, and what no answer may hold."""

    redress: House
    callers: Mapping[str, Client]
    """By a name: nobody, colleagues of several roles, a complainant, tokens that are given for less."""
    open_ids: Mapping[str, tuple[str, ...]]
    """Name of a parameter of paths -> values that lead somewhere."""
    hidden_ids: Mapping[str, tuple[str, ...]]
    """The same for what is hidden."""
    marks: tuple[str, ...]
    """What is told of the hidden case, and what it is called."""


def two_cases() -> TwoCases:
    """Return an installation of its own; each call gives another."""
    redress = house(demo=True, secure_cookies=False)
    redress.file(by="wang.fang", subject="before")
    shown = redress.file(by="li.na", category="facilities.equipment", respondents=[{"name": "张老师"}])
    hidden = redress.file(
        by="wang.fang", subject=TOLD, text=f"{TOLD} {TOLD}",
        complainant={"name": TOLD, "phone": "4711471147", "email": f"{TOLD}@example.org", "relation": "parent"},
        respondents=[{"name": f"{TOLD} {login}", "person": login} for login in HIDDEN_FROM],
    )  # fmt: skip
    _with_a_past(redress, "li.na", shown["id"], "shown")
    _with_a_past(redress, "wang.fang", hidden["id"], TOLD)
    with redress.application.database.write() as unit:
        for role in ("supervisor", "process_owner", "operator", "auditor"):
            teams.give_role(unit.connection, "chen.jing", role)
        unit.commit()
    mine, theirs = _parts(redress, "li.na", shown["id"]), _parts(redress, "wang.fang", hidden["id"])
    everywhere = {"incident_id": ("1",), "key": ("complaint",), "number": ("1",)}
    callers = {
        "nobody": redress.public,
        **{login: redress.person(login) for login in HIDDEN_FROM},
        "who reads": _given(redress, "li.na", Scope.READ),
        "complainant": redress.complainant(shown["tracking_code"]),
    }
    marks = (TOLD, "4711471147", hidden["id"], hidden["number"], hidden["tracking_code"])
    return TwoCases(redress, callers, {**mine, **everywhere}, theirs, marks)


def _with_a_past(redress: House, login: str, case: str, told: str) -> None:
    client, path = redress.person(login), f"/api/complaints/{case}"
    client.post(f"{path}/notes", {"text": f"{told} note"})
    client.post(f"{path}/messages", {"text": f"{told} message"})
    client.post(f"{path}/affected", {"name": f"{told} affected"})
    redress.deliver()


def _parts(redress: House, login: str, case: str) -> dict[str, tuple[str, ...]]:
    client = redress.person(login)
    tasks = tuple(task["id"] for task in client.get(f"/api/complaints/{case}")["tasks"])
    affected = tuple(str(each["id"]) for each in client.get(f"/api/complaints/{case}/affected")["items"])
    notices = tuple(str(each["id"]) for each in client.get("/api/notices")["items"])
    return {
        "complaint_id": (case,), "task_id": tasks, "affected_id": affected or ("1",), "notice_id": notices or ("1",),
        "action_id": ("1",), "promise_id": ("1",), "remedy_id": ("1",),
    }  # fmt: skip


def _given(redress: House, login: str, *scopes: Scope) -> Client:
    application = redress.application
    with application.database.write() as unit:
        issued = tokens.issue(
            unit.connection, login, name="less", ids=RandomIds(), now=application.now(), scopes=frozenset(scopes)
        )
        unit.commit()
    return Client(redress.http, {"Authorization": f"Bearer {issued.secret}", "Accept-Language": "en"})
