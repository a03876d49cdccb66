"""A person's own password: chosen with a one-time code, changed with the old one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from access import people, sessions
from access.people import Person
from access.sign_in import accounts, invitations, passwords
from api.texts import marked
from api.web.entering import awaited, begin_session, give_session
from api.web.failures import PageRoute
from api.web.my_pages import has_password, new_password_fault, proven
from api.web.posted import Posted
from api.web.visit import Visit, from_public, from_staff, staff, visit
from engine.case_work import SYSTEM
from engine.commands.house_work import HouseWork
from engine.errors import NotFound
from engine.pipeline import Desk

router = APIRouter(route_class=PageRoute)
LONGEST_CODE = 100
VOID = marked("This code is not valid, or no longer: it can be used once. The operator can give you a new one.")


@router.get("/invitation")
def invitation_page(here: Annotated[Visit, Depends(visit)]) -> Response:
    """Ask for a one-time code."""
    return here.page("invitation.html", invited=None, code="", wrong_code="", wrong_new="")


@router.post("/invitation")
def accept(here: Annotated[Visit, Depends(visit)], sent: Annotated[Posted, Depends(from_public)]) -> Response:
    """Show whom a one-time code invites; with a new password keep it and sign in. The code is used up then."""
    code = sent.text("code")[:LONGEST_CODE]
    try:
        with here.attempting(code, "invitations"):
            invited = _invited(here, code)
    except NotFound:
        void = here.say(VOID)
        return here.page("invitation.html", status=422, invited=None, code=code, wrong_code=void, wrong_new="")
    if not sent.secret("new"):
        return here.page("invitation.html", invited=invited, code=code, wrong_code="", wrong_new="")
    made, fault = new_password_fault(here, invited.id, sent)
    if fault:
        return here.page("invitation.html", status=422, invited=invited, code=code, wrong_code="", wrong_new=fault)

    def keep(desk: Desk) -> bool:
        if invitations.use(desk.connection, code, desk.now) != invited.id:
            return False
        passwords.keep(desk.connection, invited.id, made, now=desk.now)
        sessions.end_all(desk.connection, invited.id)
        return True

    if not here.site.house.pipeline.run(HouseWork(keep), SYSTEM):
        void = here.say(VOID)
        return here.page("invitation.html", status=422, invited=None, code=code, wrong_code=void, wrong_new="")
    with here.site.house.database.read() as connection:
        account = accounts.find(connection, invited.id)
    assert account is not None
    return begin_session(here, invited.id, "/", awaits=awaited(here, account))


def _invited(here: Visit, code: str) -> Person:
    """Return whom a one-time code invites. Raises NotFound."""
    with here.site.house.database.read() as connection:
        person_id = invitations.invited(connection, code, here.now)
        found = people.get(connection, person_id) if person_id else None
    if found is None:
        raise NotFound
    return found


@router.get("/me/password")
def password_page(here: Annotated[Visit, Depends(staff)]) -> Response:
    """Show the form with which the password is changed."""
    return _page(here)


@router.post("/me/password")
def change(here: Annotated[Visit, Depends(staff)], sent: Annotated[Posted, Depends(from_staff)]) -> Response:
    """Change the password of whoever knows the present one; every other session of theirs ends."""
    if not has_password(here):
        return _page(here)
    wrong_old, wait = proven(here, sent.secret("old"))
    if wrong_old:
        return _page(here, wrong_old=wrong_old, wait=wait)
    person_id = here.who.person_id
    made, fault = new_password_fault(here, person_id, sent)
    if fault:
        return _page(here, wrong_new=fault)

    def keep(desk: Desk) -> None:
        passwords.keep(desk.connection, person_id, made, now=desk.now)
        sessions.end_all(desk.connection, person_id)

    here.site.house.pipeline.run(HouseWork(keep), SYSTEM)
    answer = here.go("/me/password", done="password")
    give_session(here, answer, person_id)
    return answer


def _page(here: Visit, *, wrong_old: str = "", wrong_new: str = "", wait: int = 0) -> Response:
    status = 429 if wait else 422 if wrong_old or wrong_new else 200
    page = here.page(
        "my_password.html", status=status, has_password=has_password(here), wrong_old=wrong_old, wrong_new=wrong_new
    )
    if wait:
        page.headers["Retry-After"] = str(wait)
    return page
