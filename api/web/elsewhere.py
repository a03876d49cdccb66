"""Signing in with the institution's own account: there and back, with what was begun sealed in the browser."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

import orjson
import structlog
from fastapi import APIRouter, Depends, Response
from fastapi.responses import RedirectResponse

from access.keys.cipher import DataKey, Unreadable
from access.sign_in.linked import Admitted, NotAdmitted, admit
from access.sign_in.provider import Begun, Provider, ProviderFault
from api.texts import marked
from api.web.entering import begin_session
from api.web.failures import PageRoute
from api.web.guard import local_path
from api.web.sign_in import sign_in_form
from api.web.visit import Visit, visit
from complaints.notices.new_readers import after_people_changed
from engine.case_work import SYSTEM
from engine.commands.house_work import HouseWork
from engine.errors import NotFound
from engine.pipeline import Desk
from storage.sealed import Sealed

log = structlog.get_logger(__name__)
router = APIRouter(route_class=PageRoute)
BACK: Final = "/sign-in/elsewhere/back"
LASTS_FOR: Final = timedelta(minutes=10)
LONGEST: Final = 4000
SENTENCES: Mapping[str, str] = {
    "unreachable": marked("Your institution's sign-in does not answer at the moment. Try again in a few minutes."),
    "unfit": marked(
        "What your institution's sign-in answered cannot be relied on. The operator finds the reason in the log."
    ),
    "refused": marked(
        "Your institution's sign-in did not accept the request. Try again; if it happens again, tell the operator."
    ),
    "denied": marked("You were not signed in there, or broke off. Try again."),
    "late": marked("This took too long, or was begun in another browser. Try again."),
    "unknown": marked("You are signed in at your institution, but have no account here. Ask the operator for one."),
    "closed": marked("Your account here is closed."),
}
"""Code of what went wrong -> message id."""
Here = Annotated[Visit, Depends(visit)]


@router.get("/sign-in/elsewhere")
def begin(here: Here, next: str = "") -> Response:
    """Send the browser to the institution's sign-in."""
    provider = _provider(here)
    try:
        begun = provider.begin(redirect_uri=_redirect_uri(here), ids=here.site.house.ids, now=here.now)
    except ProviderFault as fault:
        return _told(here, fault.code, fault.detail)
    kept = {
        "state": begun.state, "nonce": begun.nonce, "verifier": begun.verifier, "next": local_path(next, "/"),
        "until": (here.now + LASTS_FOR).isoformat(),
    }  # fmt: skip
    sealed = _key(here).seal(orjson.dumps(kept), bound_to=BACK)
    answer = RedirectResponse(begun.address, status_code=303)
    answer.set_cookie(
        _cookie(here), base64.urlsafe_b64encode(sealed).decode(), max_age=int(LASTS_FOR.total_seconds()), path="/",
        httponly=True, samesite="lax", secure=here.site.house.settings.secure_cookies,
    )  # fmt: skip
    return answer


@router.get(BACK)
def finish(here: Here, code: str = "", state: str = "", error: str = "", iss: str = "") -> Response:
    """Open a session for whoever the institution's sign-in means; what was begun is good once."""
    answer = _finished(here, code=code[:LONGEST], state=state[:LONGEST], error=error, iss=iss)
    answer.delete_cookie(
        _cookie(here), path="/", secure=here.site.house.settings.secure_cookies, httponly=True, samesite="lax"
    )
    return answer


def _finished(here: Visit, *, code: str, state: str, error: str, iss: str) -> Response:
    provider, kept = _provider(here), _kept(here)
    if kept is None or not hmac.compare_digest(str(kept["state"]).encode(), state.encode("utf-8", "surrogatepass")):
        return _told(here, "late")
    if iss and iss != provider.settings.issuer:
        return _told(here, "unfit", "the answer is of another issuer")
    if error or not code:
        return _told(here, "denied" if error in ("access_denied", "login_required", "") else "refused", error[:60])
    begun = Begun(address="", state=state, nonce=kept["nonce"], verifier=kept["verifier"])
    try:
        claims = provider.finish(code, begun, redirect_uri=_redirect_uri(here), now=here.now)
        rules, create = here.site.house.posts.sign_in, here.site.house.settings.oidc_create

        def let_in(desk: Desk) -> Admitted:
            admitted = admit(desk.connection, claims, rules=rules, create=create, ids=desk.ids, now=desk.now)
            if admitted.teams_changed:
                after_people_changed(desk)
            return admitted

        admitted: Admitted = here.site.house.pipeline.run(HouseWork(let_in), SYSTEM)
    except ProviderFault as fault:
        return _told(here, fault.code, fault.detail)
    except NotAdmitted as refused:
        return _told(here, refused.code)
    return begin_session(here, admitted.person_id, local_path(str(kept["next"]), "/"))


def _told(here: Visit, code: str, detail: str = "") -> Response:
    log.warning("sign-in-elsewhere-failed", reason=code, detail=detail)
    page = sign_in_form(
        here, "", elsewhere_wrong=here.say(SENTENCES[code]), status=503 if code == "unreachable" else 422
    )
    if code == "unreachable":
        page.headers["Retry-After"] = "60"
    return page


def _provider(here: Visit) -> Provider:
    provider = here.site.house.provider
    if provider is None:
        raise NotFound
    return provider


def _redirect_uri(here: Visit) -> str:
    return f"{here.site.house.settings.public_url.rstrip('/')}{BACK}"


def _cookie(here: Visit) -> str:
    return "__Host-redress-elsewhere" if here.site.house.settings.secure_cookies else "redress_elsewhere"


def _key(here: Visit) -> DataKey:
    keys = here.site.shared.library.keys
    found: DataKey = here.site.house.pipeline.run(
        HouseWork(lambda desk: keys.of_house(desk.connection, "sign-in elsewhere")), SYSTEM
    )
    return found


def _kept(here: Visit) -> dict[str, Any] | None:
    """Return what was begun in this browser, None where there is nothing (any more)."""
    cookie = here.request.cookies.get(_cookie(here), "")
    if not cookie or len(cookie) > LONGEST:
        return None
    try:
        sealed = Sealed(base64.urlsafe_b64decode(cookie))
        kept: dict[str, Any] = orjson.loads(_key(here).open(sealed, bound_to=BACK))
    except (Unreadable, binascii.Error, ValueError):
        return None
    return kept if datetime.fromisoformat(kept["until"]) > here.now else None
