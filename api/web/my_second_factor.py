"""A person's second factor: asked for after the password, set up, and turned off."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated

import segno
import structlog
from fastapi import APIRouter, Depends, Response

from access.keys.cipher import DataKey, Unreadable
from access.sessions import Awaits
from access.sign_in import guessing, second_factors
from access.sign_in.guessing import Held
from access.sign_in.second_factors import Secret
from api.texts import marked
from api.web.entering import begin_session, device_of, give_session, pending
from api.web.failures import PageRoute
from api.web.guard import CSRF_FIELD, local_path, require_token
from api.web.my_pages import has_password, proven
from api.web.posted import Posted
from api.web.visit import Visit, from_public, from_staff, staff, visit
from engine.case_work import SYSTEM
from engine.commands.house_work import HouseWork
from engine.errors import SignInRequired
from engine.pipeline import Desk
from storage.sealed import Sealed
from trail.house import Kind, note

log = structlog.get_logger(__name__)
router = APIRouter(route_class=PageRoute)
HOME = "/"
WRONG_CODE = marked("This code is not right, or was used already. Wait for the next one and type that.")
DEMANDED = marked("Your role needs a second factor; it cannot be turned off.")
Here = Annotated[Visit, Depends(visit)]
Sent = Annotated[Posted, Depends(from_public)]


@router.get("/sign-in/code")
def code_page(here: Here, next: str = "") -> Response:
    """Ask for the code of the telephone, or a recovery code."""
    _awaiting(here, Awaits.CODE)
    return _code_page(here, next)


@router.post("/sign-in/code")
def enter_code(here: Here, sent: Sent) -> Response:
    """Open the session that awaits a code. A code is right once."""
    person_id = _awaiting(here, Awaits.CODE)
    typed, keys, device = sent.text("code")[:100], here.site.shared.library.keys, device_of(here)

    def take(desk: Desk) -> int | None:
        connection = desk.connection
        tried = guessing.attempt_code(
            connection, guessing.house_key(keys, connection), person_id, device=device, now=desk.now
        )
        if isinstance(tried, Held):
            return tried.seconds
        key = second_factors.house_key(keys, connection)
        right = second_factors.take_code(connection, person_id, typed, key=key, now=desk.now)
        if not right and second_factors.take_recovery_code(connection, person_id, typed):
            log.info("recovery-code-used", person=person_id)
            right = True
        if right:
            guessing.succeeded(connection, tried)
        return None if right else 0

    wait = here.site.house.pipeline.run(HouseWork(take), SYSTEM)
    if wait is not None:
        return _code_page(
            here, sent.text("next"), wrong=here.too_soon(wait) if wait else here.say(WRONG_CODE), wait=wait
        )
    return begin_session(here, person_id, local_path(sent.text("next"), HOME))


@router.get("/me/second-factor")
def second_factor_page(here: Here, next: str = "") -> Response:
    """Show the second factor, or how to set one up, also to whoever needs one to get in."""
    return _page(here, _whoever(here), next)


@router.post("/me/second-factor")
def set_up(here: Here, sent: Sent) -> Response:
    """Keep a second factor of which a code was shown; show the recovery codes, once."""
    person_id, next = _whoever(here), sent.text("next")
    if here.session is not None:
        require_token(here.session, sent.text(CSRF_FIELD))
    if _has_one(here, person_id) or (here.session is not None and not has_password(here)):
        return _page(here, person_id, next)
    keys = here.site.shared.library.keys
    key: DataKey = here.site.house.pipeline.run(
        HouseWork(lambda desk: second_factors.house_key(keys, desk.connection)), SYSTEM
    )
    secret = _opened(key, sent.text("kept"), person_id)
    if secret is None:
        return _page(here, person_id, next)
    if here.session is not None:
        wrong, wait = proven(here, sent.secret("password"))
        if wrong:
            return _page(here, person_id, next, secret=secret, wrong_password=wrong, wait=wait)
    step = second_factors.step_of(secret, sent.text("code"), here.now)
    if step is None:
        return _page(here, person_id, next, secret=secret, wrong_code=here.say(WRONG_CODE))

    def keep(desk: Desk) -> list[str]:
        return second_factors.set_up(desk.connection, person_id, secret, step=step, key=key, ids=desk.ids, now=desk.now)

    codes: list[str] = here.site.house.pipeline.run(HouseWork(keep), SYSTEM)
    log.info("second-factor-set-up", person=person_id)
    page = here.page("recovery_codes.html", codes=codes, onward=local_path(next, HOME))
    give_session(here, page, person_id)
    return page


@router.post("/me/second-factor/codes")
def renew_codes(here: Annotated[Visit, Depends(staff)], sent: Annotated[Posted, Depends(from_staff)]) -> Response:
    """Show ten new recovery codes, once, to whoever knows the password; the older ones are void."""
    wrong, wait = proven(here, sent.secret("password"))
    if wrong:
        return _page(here, here.who.person_id, "", wrong_renew=wrong, wait=wait)
    work = HouseWork(lambda desk: second_factors.new_recovery_codes(desk.connection, here.who.person_id, ids=desk.ids))
    codes: list[str] = here.site.house.pipeline.run(work, SYSTEM)
    return here.page("recovery_codes.html", codes=codes, onward="/me/second-factor")


@router.post("/me/second-factor/off")
def turn_off(here: Annotated[Visit, Depends(staff)], sent: Annotated[Posted, Depends(from_staff)]) -> Response:
    """Turn the second factor off for whoever knows the password, unless their role needs it."""
    who = here.who
    if here.site.house.posts.sign_in.demands_second_factor(who.roles):
        return _page(here, who.person_id, "", wrong_off=here.say(DEMANDED))
    wrong, wait = proven(here, sent.secret("password"))
    if wrong:
        return _page(here, who.person_id, "", wrong_off=wrong, wait=wait)

    def act(desk: Desk) -> bool:
        turned_off = second_factors.turn_off(desk.connection, who.person_id)
        if turned_off:
            note(desk.connection, Kind.SECOND_FACTOR_OFF, at=desk.now, actor=who.person_id, person=who.person_id)
        return turned_off

    if here.site.house.pipeline.run(HouseWork(act), SYSTEM):
        log.info("second-factor-off", person=who.person_id, by=who.person_id)
    answer = here.go("/me/second-factor", done="factor-off")
    give_session(here, answer, who.person_id)
    return answer


def _awaiting(here: Visit, what: Awaits) -> str:
    """Return who awaits something in this browser. Raises SignInRequired for everybody else."""
    found = pending(here)
    if found is None or found.awaits is not what:
        raise SignInRequired
    return found.person


def _whoever(here: Visit) -> str:
    return here.who.person_id if here.session is not None else _awaiting(here, Awaits.SET_UP)


def _has_one(here: Visit, person_id: str) -> bool:
    with here.site.house.database.read() as connection:
        return second_factors.since(connection, person_id) is not None


def _code_page(here: Visit, next: str, *, wrong: str = "", wait: int = 0) -> Response:
    page = here.page("sign_in_code.html", status=429 if wait else 422 if wrong else 200, next=next[:500], wrong=wrong)
    if wait:
        page.headers["Retry-After"] = str(wait)
    return page


def _page(
    here: Visit,
    person_id: str,
    next: str,
    *,
    secret: Secret | None = None,
    wrong_code: str = "",
    wrong_password: str = "",
    wrong_renew: str = "",
    wrong_off: str = "",
    wait: int = 0,
) -> Response:
    """Show the page; a secret that was shown before stays the same."""
    keys = here.site.shared.library.keys
    with here.site.house.database.read() as connection:
        since = second_factors.since(connection, person_id)
        left = second_factors.codes_left(connection, person_id)
    secret, kept = secret or second_factors.new_secret(), ""
    if since is None:
        key = here.site.house.pipeline.run(
            HouseWork(lambda desk: second_factors.house_key(keys, desk.connection)), SYSTEM
        )
        kept = _closed(key, secret, person_id)
    wrong = wrong_code or wrong_password or wrong_renew or wrong_off
    page = here.page(
        "my_second_factor.html", status=429 if wait else 422 if wrong else 200, since=since, left=left,
        secret=secret.in_groups, picture=_picture(secret.address(person_id)), kept=kept, next=next[:500],
        has_password=here.session is None or has_password(here), wrong_code=wrong_code,
        wrong_password=wrong_password, wrong_renew=wrong_renew, wrong_off=wrong_off, signed_in=here.session is not None,
    )  # fmt: skip
    if wait:
        page.headers["Retry-After"] = str(wait)
    return page


def _picture(address: str) -> str:
    """Return the squares as an image in an address, black on white whatever the page's colours."""
    drawn: str = segno.make(address, error="m").svg_data_uri(scale=5, border=4, dark="#000", light="#fff")
    return drawn


def _closed(key: DataKey, secret: Secret, person_id: str) -> str:
    """Return the secret as the form keeps it: the page that sends it cannot have made it."""
    return base64.b64encode(key.seal(secret.text.encode(), bound_to=f"setting up {person_id}")).decode()


def _opened(key: DataKey, kept: str, person_id: str) -> Secret | None:
    try:
        sealed = Sealed(base64.b64decode(kept, validate=True))
        return Secret(key.open(sealed, bound_to=f"setting up {person_id}").decode())
    except (Unreadable, binascii.Error, ValueError):
        return None
