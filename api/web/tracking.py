"""The complainant's page: with the tracking code, typed once and never part of an address, and without an account.

The code stays for half an hour in a cookie of this page alone, which no script can read and no other site can make the
browser send. The cookie needs no signature: the code itself is what is checked, at every request.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from api.errors import status_of
from api.web.asked import Asked
from api.web.failures import PageRoute, refusal_text
from api.web.intake import confirmation
from api.web.once import SentBefore, file_once, has_token, new_token
from api.web.posted import Posted
from api.web.visit import Visit, from_public, visit
from complaints.correspondence.messages import ReceiveMessage
from complaints.correspondence.satisfaction import Satisfaction
from complaints.correspondence.withdrawal import Withdraw
from complaints.intake.follow_up import OpenLinked
from engine.case_work import COMPLAINANT
from engine.errors import Conflict, NotFound, Refusal, Unfit
from queries.public_letters import public_letters
from queries.tracking import case_of_code, tracking

router = APIRouter(route_class=PageRoute)
Here = Annotated[Visit, Depends(visit)]
Sent = Annotated[Posted, Depends(from_public)]
HALF_AN_HOUR = 1800
LONGEST_CODE = 64


@router.get("/track")
def tracking_page(here: Here, earlier: str | None = None) -> Response:
    """Show the complaint of the code in the cookie, else the form that asks for the code. `earlier`: which letters."""
    code = here.request.cookies.get(_cookie(here), "")
    return _status_page(here, code, earlier=earlier) if code else here.page("track_ask.html", wrong=False)


@router.post("/track")
def look_up(here: Here, sent: Sent) -> Response:
    """Take a code and show its complaint."""
    code = sent.text("code").strip()
    if _case(here, code) is None:
        return here.page("track_ask.html", status=404, wrong=True)
    answer = here.go("/track")
    answer.set_cookie(
        _cookie(here), code, max_age=HALF_AN_HOUR, path="/track", httponly=True, samesite="strict",
        secure=here.site.house.settings.secure_cookies,
    )  # fmt: skip
    return answer


@router.post("/track/leave")
def leave(here: Here, sent: Sent) -> Response:
    """Forget the code on this device."""
    return _forget(here, here.go("/track"))


@router.post("/track/messages")
def write(here: Here, sent: Sent) -> Response:
    """Take a message; after the end of the case it goes to the one that continues it, which it opens if need be."""
    case_id, text = _my_case(here), sent.text("text")
    try:
        here.site.house.pipeline.run(ReceiveMessage(case_id, text), COMPLAINANT)
    except Conflict as refusal:
        if refusal.details.get("linked_case_needed") and has_token(sent):
            return _open_linked(here, sent, case_id, text)
        return _again(here, sent, "message", refusal)
    except Unfit as refusal:
        return _again(here, sent, "message", refusal)
    return here.go("/track", done="message-sent", to="messages")


def _open_linked(here: Visit, sent: Posted, case_id: str, text: str) -> Response:
    try:
        filed = file_once(here, sent, OpenLinked(case_id, text), actor=COMPLAINANT, scope=f"web-linked {case_id}")
    except SentBefore as refusal:
        return _again(here, sent, "message", refusal)
    if "tracking_code" not in filed:
        return here.go("/track", done="message-continued", to="messages")
    return confirmation(here, filed, linked=True)


@router.post("/track/satisfaction")
def answer(here: Here, sent: Sent) -> Response:
    """Take the answer whether the outcome is satisfactory."""
    if sent.text("satisfied") not in ("yes", "no"):
        refusal = Unfit(fields=[{"field": "satisfied", "code": "required"}])
        return _again(here, sent, "satisfaction", refusal)
    return _act(
        here, sent, "satisfaction",
        Satisfaction(_my_case(here), sent.text("satisfied") == "yes", sent.text("text"), sent.number("rating")),
        done="thanks",
    )  # fmt: skip


@router.post("/track/withdraw")
def take_back(here: Here, sent: Sent) -> Response:
    """Take a withdrawal."""
    if sent.text("sure") != "yes":
        return _again(here, sent, "withdraw", Unfit(fields=[{"field": "sure", "code": "required"}]))
    return _act(here, sent, "withdraw", Withdraw(_my_case(here), sent.text("reason")), done="you-withdrew")


def _act(here: Visit, sent: Posted, form: str, command: Any, *, done: str) -> Response:
    try:
        here.site.house.pipeline.run(command, COMPLAINANT)
    except (Conflict, Unfit) as refusal:
        return _again(here, sent, form, refusal)
    return here.go("/track", done=done)


def _again(here: Visit, sent: Posted, form: str, refusal: Refusal) -> Response:
    return _status_page(here, here.request.cookies.get(_cookie(here), ""), sent=sent, form=form, refusal=refusal)


def _status_page(
    here: Visit, code: str, *, sent: Posted | None = None, form: str = "", refusal: Refusal | None = None,
    earlier: str | None = None,
) -> Response:  # fmt: skip
    asked, case_id = Asked(here), _case(here, code)
    if case_id is None:
        return _forget(here, here.page("track_ask.html", status=404, wrong=True))
    with here.reading() as reader:
        case = tracking(reader, case_id)
        letters = asked.page(lambda after: public_letters(reader, case_id, cursor=after), earlier)
    return here.page(
        "track.html",
        status=200 if refusal is None else status_of(refusal),
        case=case,
        letters_page=letters,
        behind=asked.behind,
        remarks=asked.remarks,
        sent=sent or Posted(),
        wrong_form=form,
        wrong_fields={str(f["field"]): str(f["code"]) for f in (refusal.details.get("fields", ()) if refusal else ())},
        refused=refusal_text(here, refusal) if isinstance(refusal, Conflict) else "",
        once=new_token(here),
    )


def _my_case(here: Visit) -> str:
    found = _case(here, here.request.cookies.get(_cookie(here), ""))
    if found is None:
        raise NotFound("Type your tracking code again: this page was open for too long.")
    return found


def _case(here: Visit, code: str) -> str | None:
    """Return the case of a code, however the code came. Raises TooMany after too many wrong ones from one address."""
    if not code or len(code) > LONGEST_CODE:
        return None
    try:
        with here.attempting(code, "codes"), here.reading() as reader:
            return case_of_code(reader, code)
    except NotFound:
        return None


def _cookie(here: Visit) -> str:
    return "__Secure-redress-track" if here.site.house.settings.secure_cookies else "redress_track"


def _forget(here: Visit, answer: Response) -> Response:
    answer.delete_cookie(
        _cookie(here), path="/track", secure=here.site.house.settings.secure_cookies, httponly=True, samesite="strict"
    )
    return answer
