"""The inbox: what is mine and my teams' to do, the least time left first."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from api.web.failures import PageRoute
from api.web.posted import Posted
from api.web.visit import Visit, from_staff, staff
from engine.commands.claim import ClaimTask
from engine.commands.take_next import TakeNext
from engine.errors import NotFound
from queries.inbox import TaskPage, inbox

router = APIRouter(route_class=PageRoute)
Staff = Annotated[Visit, Depends(staff)]
Sent = Annotated[Posted, Depends(from_staff)]
VIEWS = ("all", "mine", "team", "overdue")


@router.get("/inbox")
def inbox_page(here: Staff, view: str = "all", team: str = "", cursor: str | None = None) -> Response:
    """Show one view of the inbox; an unknown view is the first one."""
    chosen = view if view in VIEWS else "all"
    teams = sorted(here.who.teams)
    team = team if team in here.who.teams else (teams[0] if teams else "")
    with here.reading() as reader:
        if chosen == "team" and not team:
            page = TaskPage((), None)
        else:
            page = inbox(
                reader, mine=chosen == "mine", team=team if chosen == "team" else None, overdue=chosen == "overdue",
                cursor=cursor,
            )  # fmt: skip
    return here.page("inbox.html", view=chosen, team=team, teams=teams, page=page)


@router.post("/tasks/next")
def take_next(here: Staff, sent: Sent) -> Response:
    """Take the most urgent task that nobody has, and open it."""
    try:
        taken: str = here.run(TakeNext())
    except NotFound:
        return here.go("/inbox", done="nothing-next")
    return here.go(f"/tasks/{taken}", done="claimed")


@router.post("/tasks/{task_id}/claim")
def claim(here: Staff, sent: Sent, task_id: str) -> Response:
    """Take one task, and open it."""
    here.run(ClaimTask(task_id))
    return here.go(f"/tasks/{task_id}", done="claimed")
