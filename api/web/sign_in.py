"""Signing in - with a password, a token, in the demo with a click -, signing out, and the choice of language."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from access import sessions, tokens
from access.policy import EVERYTHING, Principal
from access.sign_in import accounts
from api.authentication import session_cookie
from api.texts import marked
from api.web.demo_people import DemoPerson, demo_people
from api.web.entering import begin_session, entered, prove
from api.web.failures import PageRoute
from api.web.guard import local_path
from api.web.home import home_of
from api.web.posted import Posted
from api.web.visit import A_YEAR, LANGUAGE_COOKIE, Visit, from_public, from_staff, visit
from engine.case_work import SYSTEM
from engine.commands.house_work import HouseWork
from engine.errors import NotFound
from forms.languages import OWN_NAMES

router = APIRouter(route_class=PageRoute)
LONGEST_TOKEN = 200
WRONG_PASSWORD = marked("The login or the password is not right. Check both; capitals count in the password.")
WRONG_TOKEN = marked("This token is not valid, or no longer. Check that all of it was copied.")
NOT_BY_TOKEN = marked("With this token one does not sign in here: use your password, or ask the operator for a code.")
Here = Annotated[Visit, Depends(visit)]
Sent = Annotated[Posted, Depends(from_public)]


@router.get("/sign-in")
def sign_in_page(here: Here, next: str = "") -> Response:
    """Show the form."""
    return _page(here, next)


@router.post("/sign-in")
def sign_in(here: Here, sent: Sent) -> Response:
    """Open a session for whoever knows the password, and go where the person wanted to go, or to the second factor."""
    next, login, secret = sent.text("next"), sent.text("login"), sent.secret("password")
    if not login.strip() or not secret:
        return _page(here, next, login=login, wrong=here.say("Fill in both: your login and your password."))
    proof = prove(here, login, secret)
    if proof.wait:
        return _page(here, next, login=login, wait=proof.wait)
    if proof.account is None:
        return _page(here, next, login=login, wrong=here.say(WRONG_PASSWORD))
    return entered(here, proof, secret, local_path(next, "/"))


@router.get("/sign-in/token")
def token_page(here: Here, next: str = "") -> Response:
    """Show the form for a token."""
    return _token_page(here, next)


@router.post("/sign-in/token")
def sign_in_by_token(here: Here, sent: Sent) -> Response:
    """Open a session for the owner of a token who has nothing better to show."""
    token = sent.text("token").strip()[: LONGEST_TOKEN + 1]
    try:
        with here.attempting(token, "tokens"):
            who = _owner(here, token)
    except NotFound:
        return _token_page(here, sent.text("next"), wrong=here.say(WRONG_TOKEN))
    if who.scopes != EVERYTHING or not _by_token_alone(here, who):
        return _token_page(here, sent.text("next"), wrong=here.say(NOT_BY_TOKEN))
    return begin_session(here, who.person_id, local_path(sent.text("next"), home_of(who)))


@router.post("/demo/sign-in")
def sign_in_as(here: Here, sent: Sent) -> Response:
    """In the demo: become one of its people with one click."""
    found = next((p for p in _people(here) if p.login == sent.text("login")), None)
    if found is None:
        return _page(here, "", wrong=here.say("There is nobody of this name in the demo."))
    who = _owner(here, found.token)
    return begin_session(here, who.person_id, home_of(who))


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


def _owner(here: Visit, token: str) -> Principal:
    """Return whose token it is. Raises NotFound."""
    if token and len(token) <= LONGEST_TOKEN:
        with here.site.house.database.read() as connection:
            found = tokens.authenticate(connection, token, here.now, rules=here.site.house.posts.rules)
        if found is not None:
            return found
    raise NotFound


def _by_token_alone(here: Visit, who: Principal) -> bool:
    """Say whether a token may open a session: it never gets around a password, a second factor or another house."""
    with here.site.house.database.read() as connection:
        account = accounts.find(connection, who.person_id)
    if account is None or account.kind != "person" or account.hash or account.second_factor or account.linked:
        return False
    return not here.site.house.posts.sign_in.demands_second_factor(account.roles)


def sign_in_form(
    here: Visit, next: str, *, status: int = 200, login: str = "", wrong: str = "", elsewhere_wrong: str = ""
) -> Response:
    """Return the page on which one signs in, with what went wrong."""
    return here.page(
        "sign_in.html", status=status, next=next[:500], login=login[:320], wrong=wrong, people=_people(here),
        elsewhere=here.site.house.provider is not None, elsewhere_wrong=elsewhere_wrong,
    )  # fmt: skip


def _page(here: Visit, next: str, *, login: str = "", wrong: str = "", wait: int = 0) -> Response:
    status, said = (429, here.too_soon(wait)) if wait else (422 if wrong else 200, wrong)
    page = sign_in_form(here, next, status=status, login=login, wrong=said)
    if wait:
        page.headers["Retry-After"] = str(wait)
    return page


def _token_page(here: Visit, next: str, *, wrong: str = "") -> Response:
    return here.page("sign_in_token.html", status=422 if wrong else 200, next=next[:500], wrong=wrong)


def _people(here: Visit) -> list[DemoPerson]:
    settings = here.site.house.settings
    return demo_people(settings.var_folder) if settings.demo else []
