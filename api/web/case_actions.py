"""What the forms on the page of a case do: one route, a table of commands; what was typed survives a refusal."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from api.errors import status_of
from api.web.case_commands import FORMS
from api.web.case_page import show_case
from api.web.failures import PageRoute
from api.web.once import file_once, has_token
from api.web.posted import Posted
from api.web.visit import Visit, from_staff, staff
from api.web.wrong import trouble
from complaints.intake.follow_up import OpenLinked
from engine.errors import Conflict, Forbidden, NotFound, Refusal, Stale, Unfit

router = APIRouter(route_class=PageRoute)


@router.post("/cases/{case_id}/follow-up")
def follow_up(
    here: Annotated[Visit, Depends(staff)], sent: Annotated[Posted, Depends(from_staff)], case_id: str
) -> Response:
    """Open a case that continues this one, which has ended; show its number and tracking code, once."""
    try:
        if not has_token(sent):
            raise Conflict("This page was open for too long; nothing was done. Send it again.")
        command = OpenLinked(case_id, sent.text("text"))
        filed = file_once(here, sent, command, actor=here.actor, scope=f"web-follow-up {case_id}")
    except (Unfit, Conflict, Forbidden) as refusal:
        return _refused(here, case_id, "follow-up", sent, refusal)
    return here.page("filed_by_staff.html", filed=filed)


@router.post("/cases/{case_id}/{form}")
def act(
    here: Annotated[Visit, Depends(staff)], sent: Annotated[Posted, Depends(from_staff)], case_id: str, form: str
) -> Response:
    """Carry out what a form asks for and show the case again, after a refusal with what was typed."""
    found = FORMS.get(form)
    if found is None:
        raise NotFound
    try:
        here.run(found.command(case_id, sent))
    except (Unfit, Conflict, Stale, Forbidden) as refusal:
        return _refused(here, case_id, form, sent, refusal)
    if form == "respondent" and sent.text("person") == here.who.person_id:
        # Whoever has named themselves has seen the last of this case.
        return here.go("/inbox", done=found.done)
    return here.go(f"/cases/{case_id}", done=found.done, to=found.place)


def _refused(here: Visit, case_id: str, form: str, sent: Posted, refusal: Refusal) -> Response:
    return show_case(here, case_id, trouble(here, form, sent, refusal), status=status_of(refusal))
