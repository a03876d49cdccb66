"""The inbox: what is mine and my teams' to do, the least time left first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from api.web.asked import Asked
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
    """Show one view of the inbox; one that there is not, or that is not the visitor's, is the first one, and said."""
    asked = Asked(here)
    asked.known("view", "team")
    chosen = asked.one_of(view, VIEWS, "all")
    teams = sorted(here.who.teams)
    if chosen == "team":
        chosen, team = _team(asked, team, teams)

    with here.reading() as reader:

        def read(after: str | None) -> TaskPage:
            return inbox(
                reader, mine=chosen == "mine", team=team if chosen == "team" else None, overdue=chosen == "overdue",
                cursor=after,
            )  # fmt: skip

        page = asked.page(read, cursor)
    return here.page("inbox.html", view=chosen, team=team, teams=teams, page=page, remarks=asked.remarks)


def _team(asked: Asked, team: str, teams: Sequence[str]) -> tuple[str, str]:
    """Return the view and the team to show: without a team the first of one's own, never that of others."""
    if team in teams or (not team and teams):
        return "team", team or teams[0]
    name = asked.here.team_name(team)
    if team in asked.here.site.house.posts.teams:
        asked.say("You are not in the team “%(team)s”; here is what is yours and open to you.", team=name)
    else:
        asked.one_of(team, ())
    return "all", ""


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
