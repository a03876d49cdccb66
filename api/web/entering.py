"""What every way to sign in shares: a count of what goes wrong, a session, the cookies of both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import quote

from fastapi import Response

from access import sessions
from access.sessions import Awaits, Pending
from access.sign_in import accounts, guessing, passwords
from access.sign_in.accounts import Account
from access.sign_in.guessing import Counted, Held
from api.authentication import LONGEST as LONGEST_COOKIE
from api.authentication import session_cookie
from api.session_use import idle_for
from api.web.visit import Visit
from engine.case_work import SYSTEM
from engine.commands.house_work import HouseWork
from engine.errors import Busy
from engine.pipeline import Desk

DEMO_LASTS_FOR: Final = timedelta(days=1000)
DEVICE_CHARACTERS: Final = 32
"""Of 5 bits each."""


@dataclass(frozen=True)
class Proof:
    """What came of a password."""

    account: Account | None = None
    """Whose it is; None where it is wrong, or nobody's."""
    counted: Counted | None = None
    """What to take back once it has led somewhere."""
    wait: int = 0
    """Seconds after which another may be tried, where this one came too soon and was not looked at."""


def device_cookie(here: Visit) -> str:
    """Return the name of the cookie by which a browser is known again."""
    return "__Host-redress-device" if here.site.house.settings.secure_cookies else "redress_device"


def device_of(here: Visit) -> str:
    """Return the secret of this browser, `` where it has none that could be ours."""
    found = here.request.cookies.get(device_cookie(here), "")
    return found if len(found) == DEVICE_CHARACTERS and found.isascii() and found.isalnum() else ""


def prove(here: Visit, typed: str, secret: str) -> Proof:
    """Compare a password with that of the account of a login or address.

    The same work is done and the same answer given whether there is such an account, and a password, or not. Raises
    Busy where too many do so at once.
    """
    address, device, keys = here.address, device_of(here), here.site.shared.library.keys

    def count(desk: Desk) -> tuple[Account | None, Held | Counted]:
        account = accounts.find(desk.connection, typed)
        who = account.person_id if account is not None else accounts.as_typed(typed)
        key = guessing.house_key(keys, desk.connection)
        tried = guessing.attempt(desk.connection, key, who, address=address, device=device, now=desk.now)
        return account, tried

    account, tried = here.site.house.pipeline.run(HouseWork(count), SYSTEM)
    if isinstance(tried, Held):
        return Proof(wait=tried.seconds)
    kept = account.usable_hash if account is not None else None
    if not compared(kept, secret) or account is None:
        return Proof()
    return Proof(account, tried)


def compared(kept: str | None, secret: str) -> bool:
    """Say whether a password fits a hash. Raises Busy where too many are compared at once."""
    try:
        return passwords.matches(kept, secret)
    except passwords.HashingBusy:
        raise Busy from None


def entered(here: Visit, proof: Proof, secret: str, path: str) -> Response:
    """Go on from a right password: into the house, or to what is still to be shown. Never for a wrong one."""
    account = proof.account
    assert account is not None
    assert proof.counted is not None
    counted = proof.counted
    awaits = awaited(here, account)
    anew = _made_anew(account, secret)

    def settle(desk: Desk) -> None:
        guessing.succeeded(desk.connection, counted)
        if anew is not None:
            passwords.keep(desk.connection, account.person_id, anew, now=desk.now)

    here.site.house.pipeline.run(HouseWork(settle), SYSTEM)
    return begin_session(here, account.person_id, path, awaits=awaits)


def _made_anew(account: Account, secret: str) -> str | None:
    """Return the hash by today's parameters where the kept one is older; None also where there is no time for it."""
    if not passwords.is_outdated(account.hash or ""):
        return None
    try:
        return passwords.hashed(secret)
    except passwords.HashingBusy:
        return None


def awaited(here: Visit, account: Account) -> Awaits | None:
    """Return what somebody with a right password still has to show, None for nothing."""
    if account.second_factor:
        return Awaits.CODE
    demanded = here.site.house.posts.sign_in.demands_second_factor(account.roles)
    return Awaits.SET_UP if demanded else None


def begin_session(here: Visit, person_id: str, path: str, *, awaits: Awaits | None = None) -> Response:
    """Open a session, end the one that this browser had, and go to a page; `awaits` goes to its page first."""
    pages = {Awaits.CODE: "/sign-in/code", Awaits.SET_UP: "/me/second-factor"}
    answer = here.go(path if awaits is None else f"{pages[awaits]}?next={quote(path, safe='/')}")
    give_session(here, answer, person_id, awaits=awaits)
    return answer


def give_session(here: Visit, answer: Response, person_id: str, *, awaits: Awaits | None = None) -> str:
    """Put a new session into an answer, instead of the one that this browser had; return the value of its forms.

    Once nothing is awaited any more, the browser and its source are known as this person's from now on.
    """
    house = here.site.house
    settings, keys = house.settings, here.site.shared.library.keys
    old, kept_device = here.request.cookies.get(session_cookie(settings), "")[:LONGEST_COOKIE], device_of(here)

    def begin(desk: Desk) -> tuple[sessions.Opened, str]:
        sessions.purge(desk.connection, desk.now)
        sessions.end(desk.connection, old)
        device = kept_device if kept_device and guessing.is_device(desk.connection, kept_device) else ""
        device = device or desk.ids.code(DEVICE_CHARACTERS)
        if awaits is None and not settings.demo:
            key = guessing.house_key(keys, desk.connection)
            guessing.remember_place(
                desk.connection, key, person_id, address=here.address, device=device, on=desk.now.date()
            )
        # The demo's clock leaps: a visitor stays signed in all the same.
        lasts_for = DEMO_LASTS_FOR if settings.demo else sessions.LASTS_FOR
        opened = sessions.begin(
            desk.connection, person_id, ids=desk.ids, now=desk.now, lasts_for=lasts_for, idle_for=idle_for(settings),
            awaits=awaits,
        )  # fmt: skip
        return opened, device

    opened, device = house.pipeline.run(HouseWork(begin), SYSTEM)
    # Over at the end of the browser, and in any case after the hours of `access.sessions`.
    answer.set_cookie(
        session_cookie(settings), opened.secret, path="/", httponly=True, samesite="lax",
        secure=settings.secure_cookies,
    )  # fmt: skip
    if awaits is None and not settings.demo:
        answer.set_cookie(
            device_cookie(here), device, max_age=int(guessing.KNOWN_FOR.total_seconds()), path="/", httponly=True,
            samesite="lax", secure=settings.secure_cookies,
        )  # fmt: skip
    return str(opened.csrf)


def pending(here: Visit) -> Pending | None:
    """Return the sign-in of this browser that awaits something, None where there is none."""
    secret = here.request.cookies.get(session_cookie(here.site.house.settings), "")[:LONGEST_COOKIE]
    if not secret:
        return None
    with here.site.house.database.read() as connection:
        return sessions.pending(connection, secret, here.now)
