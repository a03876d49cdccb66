"""Where a person is signed in, and how that is ended from elsewhere."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from access import sessions
from api.web.failures import PageRoute
from api.web.posted import Posted
from api.web.visit import Visit, from_staff, staff
from engine.case_work import SYSTEM
from engine.commands.house_work import HouseWork
from engine.errors import NotFound

router = APIRouter(route_class=PageRoute)
Here = Annotated[Visit, Depends(staff)]
Sent = Annotated[Posted, Depends(from_staff)]


@router.get("/me/sign-ins")
def sign_ins_page(here: Here) -> Response:
    """List the open sessions of whoever looks; no more is known of each than when it began and was used."""
    with here.site.house.database.read() as connection:
        found = sessions.sessions_of(connection, here.who.person_id, here.now)
    assert here.session is not None
    return here.page("my_sign_ins.html", sessions=found, present=here.session.id)


@router.post("/me/sign-ins/end-others")
def end_others(here: Here, sent: Sent) -> Response:
    """End every session but this one."""
    assert here.session is not None
    present, who = here.session.id, here.who.person_id
    here.site.house.pipeline.run(HouseWork(lambda desk: sessions.end_all(desk.connection, who, but=present)), SYSTEM)
    return here.go("/me/sign-ins", done="sessions-ended")


@router.post("/me/sign-ins/{session_id}/end")
def end_one(here: Here, sent: Sent, session_id: str) -> Response:
    """End one session. Raises NotFound where it is none of theirs."""
    who = here.who.person_id
    ended = HouseWork(lambda desk: sessions.end_one(desk.connection, who, session_id))
    if not here.site.house.pipeline.run(ended, SYSTEM):
        raise NotFound
    return here.go("/me/sign-ins", done="session-ended")
