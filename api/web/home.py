"""Where people land: staff at their work, everybody else at the start page that says what to do."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from access.policy import Principal, Role, may_publish
from api.web.failures import PageRoute
from api.web.visit import Visit, visit

router = APIRouter(route_class=PageRoute)


@router.get("/")
def start(here: Annotated[Visit, Depends(visit)]) -> Response:
    """Show the start page of complainants; whoever is signed in goes to their work."""
    if here.session is not None:
        return here.go(home_of(here.session.principal))
    return here.page("start.html")


def home_of(who: Principal) -> str:
    """Return the first page of a member of staff: the inbox, and for those who only own processes, these."""
    works = who.teams or who.posts or Role.SUPERVISOR in who.roles
    return "/processes" if may_publish(who) and not works else "/inbox"
