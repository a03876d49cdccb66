"""What the tests of signing in share: a password, a telephone, and a visitor who has both."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache

import pyotp

from access.sign_in import passwords, second_factors
from access.sign_in.second_factors import Secret
from engine.clock import MovableClock
from tests.support.application import House
from tests.web.visitor import WORDS, Page, Visitor, visitor

SECRET = "zebra lamp river coat"
OTHER = "window plate seven moons"


@lru_cache
def made(secret: str) -> str:
    """Return a hash of a password; slow, so each is made once a run."""
    return passwords.hashed(secret)


def give_password(redress: House, login: str, secret: str = SECRET) -> None:
    """Give somebody a password."""
    with redress.application.database.write() as unit:
        passwords.keep(unit.connection, login, made(secret), now=redress.application.now())
        unit.commit()


def give_telephone(redress: House, login: str) -> tuple[Secret, list[str]]:
    """Set up a second factor; return its secret and the recovery codes."""
    application = redress.application
    secret = second_factors.new_secret()
    with application.database.write() as unit:
        key = second_factors.house_key(application.keys, unit.connection)
        codes = second_factors.set_up(
            unit.connection, login, secret, step=0, key=key, ids=application.ids, now=application.now()
        )
        unit.commit()
    return secret, codes


def shown(redress: House, secret: Secret) -> str:
    """Return what a telephone shows now."""
    return pyotp.TOTP(secret.text).at(redress.application.now())


def tick(redress: House, seconds: float) -> None:
    """Let time pass, and nothing else."""
    clock = redress.application.clock
    assert isinstance(clock, MovableClock)
    clock.advance(timedelta(seconds=seconds))


def try_password(who: Visitor, login: str, secret: str = SECRET, *, next: str = "") -> Page:
    """Open the sign-in page and try a password."""
    page = who.get("/sign-in" + (f"?next={next}" if next else ""))
    return who.send(page, "/sign-in", {"login": login, "password": secret})


def guest(redress: House, language: str = "en") -> Visitor:
    """Return somebody who has chosen a language, and not signed in."""
    who = visitor(redress, language)
    who.send(who.get("/sign-in"), "/language", press=WORDS[language])
    return who


def signed_in(redress: House, login: str, language: str = "en") -> Visitor:
    """Return a colleague with a password, signed in by it."""
    give_password(redress, login)
    who = guest(redress, language)
    page = try_password(who, login)
    assert page.path not in ("/sign-in", "/sign-in/code"), page.text
    return who
