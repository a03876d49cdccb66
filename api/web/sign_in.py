"""Signing in with a token, signing out, and the choice of language."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from access import sessions, tokens
from access.policy import Principal
from api.authentication import session_cookie
from api.web.demo_people import DemoPerson, demo_people
from api.web.failures import PageRoute
from api.web.guard import local_path
from api.web.home import home_of
from api.web.posted import Posted
from api.web.visit import A_YEAR, LANGUAGE_COOKIE, Visit, from_public, from_staff, visit
from engine.case_work import SYSTEM
from engine.commands.house_work import HouseWork
from engine.pipeline import Desk
from forms.languages import OWN_NAMES

router = APIRouter(route_class=PageRoute)
LONGEST_TOKEN = 200
DEMO_LASTS_FOR = timedelta(days=1000)
Here = Annotated[Visit, Depends(visit)]
Sent = Annotated[Posted, Depends(from_public)]


@router.get("/sign-in")
def sign_in_page(here: Here, next: str = "") -> Response:
    """Show the form."""
    return _page(here, next)


@router.post("/sign-in")
def sign_in(here: Here, sent: Sent) -> Response:
    """Open a session for the owner of the token, and go where the person wanted to go."""
    here.limit("sign-in")
    token = sent.text("token").strip()
    who = _owner(here, token)
    if who is None:
        return _page(here, sent.text("next"), wrong=True)
    return begin_session(here, who, local_path(sent.text("next"), home_of(who)))


@router.post("/demo/sign-in")
def sign_in_as(here: Here, sent: Sent) -> Response:
    """In the demo: become one of its people with one click."""
    found = next((p for p in _people(here) if p.login == sent.text("login")), None)
    who = _owner(here, found.token) if found is not None else None
    if who is None:
        return _page(here, "", wrong=True)
    return begin_session(here, who, home_of(who))


@router.post("/sign-out")
def sign_out(here: Here, sent: Annotated[Posted, Depends(from_staff)]) -> Response:
    """End the session, on this machine and in the database."""
    cookie = session_cookie(here.site.house.settings)
    secret = here.request.cookies.get(cookie, "")
    here.site.house.pipeline.run(HouseWork(lambda desk: sessions.end(desk.connection, secret)), SYSTEM)
    answer = here.go("/sign-in", done="signed-out")
    answer.delete_cookie(cookie, path="/", secure=here.site.house.settings.secure_cookies, httponly=True)
    return answer


@router.post("/language")
def choose_language(here: Here, sent: Sent) -> Response:
    """Speak another language from now on, and stay on the page."""
    answer = here.go(local_path(sent.text("next"), "/"))
    chosen = sent.text("language")
    if chosen in OWN_NAMES:
        answer.set_cookie(
            LANGUAGE_COOKIE, chosen, max_age=A_YEAR, path="/", httponly=True, samesite="lax",
            secure=here.site.house.settings.secure_cookies,
        )  # fmt: skip
    return answer


def begin_session(here: Visit, who: Principal, path: str) -> Response:
    """Open a session and go to a page."""
    house = here.site.house

    def begin(desk: Desk) -> sessions.Opened:
        sessions.purge(desk.connection, desk.now)
        # The demo's clock leaps: a visitor stays signed in all the same.
        lasts_for = DEMO_LASTS_FOR if house.settings.demo else sessions.LASTS_FOR
        return sessions.begin(desk.connection, who.person_id, ids=desk.ids, now=desk.now, lasts_for=lasts_for)

    opened: sessions.Opened = house.pipeline.run(HouseWork(begin), SYSTEM)
    answer = here.go(path)
    # Over at the end of the browser, and in any case after the hours of `access.sessions`.
    answer.set_cookie(
        session_cookie(here.site.house.settings), opened.secret, path="/", httponly=True, samesite="lax",
        secure=house.settings.secure_cookies,
    )  # fmt: skip
    return answer


def _owner(here: Visit, token: str) -> Principal | None:
    if not token or len(token) > LONGEST_TOKEN:
        return None
    with here.site.house.database.read() as connection:
        return tokens.authenticate(connection, token, here.now, rules=here.site.house.posts.rules)


def _page(here: Visit, next: str, *, wrong: bool = False) -> Response:
    return here.page("sign_in.html", status=422 if wrong else 200, next=next[:500], wrong=wrong, people=_people(here))


def _people(here: Visit) -> list[DemoPerson]:
    settings = here.site.house.settings
    return demo_people(settings.var_folder) if settings.demo else []
