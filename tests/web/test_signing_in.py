"""Signing in with a password: the same answer to everybody, and nobody gets around what comes after it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from access import people
from access.sign_in import invitations, passwords
from access.sign_in.tables import password
from access.tables import person, web_session
from tests.support.application import House, house
from tests.web.conftest import with_pages
from tests.web.visitor import Visitor, staff
from tests.web.ways_in import OTHER, SECRET, give_password, give_telephone, guest, made, signed_in, tick, try_password

WRONG = "The login or the password is not right."


@pytest.mark.parametrize("typed", ["li.na", " LI.NA ", "Li.Na@School.Example"])
def test_one_signs_in_with_login_or_address_and_is_where_one_wanted_to_be(redress: House, typed: str) -> None:
    give_password(redress, "li.na")
    with redress.application.database.write() as unit:
        people.change(unit.connection, "li.na", email="li.na@school.example")
        unit.commit()
    who = guest(redress)
    asked = who.get("/cases?q=lift")
    assert asked.path == "/sign-in"
    page = who.send(asked, "/sign-in", {"login": typed, "password": SECRET})
    assert (page.path, page.response.url.query) == ("/cases", b"q=lift")


@pytest.mark.parametrize("next", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_one_is_never_led_elsewhere(redress: House, next: str) -> None:
    give_password(redress, "li.na")
    who = guest(redress)
    page = who.post("/sign-in", {"login": "li.na", "password": SECRET, "next": next})
    assert page.path == "/inbox"


def test_whoever_is_refused_learns_nothing_else(redress: House) -> None:
    """Unknown, without a password, closed, a service, or a wrong password: one and the same page."""
    give_password(redress, "li.na")
    give_password(redress, "he.tao")
    application = redress.application
    with application.database.write() as unit:
        connection, ids, now = unit.connection, application.ids, application.now()
        people.add(connection, name="Robot", language="en", ids=ids, now=now, login="robot", kind=people.SERVICE)
        connection.execute(person.update().where(person.c.id == "he.tao").values(active=False))
        unit.commit()
    pages = set()
    for login in ("li.na", "nobody.here", "zhao.lei", "he.tao", "robot"):
        page = try_password(guest(redress), login, OTHER if login == "li.na" else SECRET)
        assert page.status == 422
        assert WRONG in page.text
        pages.add(page.response.text.replace(login, "…"))
    assert len(pages) == 1
    with application.database.read() as connection:
        assert connection.execute(select(web_session)).all() == []


def test_the_same_work_is_done_whoever_is_meant(redress: House, monkeypatch: pytest.MonkeyPatch) -> None:
    give_password(redress, "li.na")
    hashes: list[str] = []
    original = PasswordHasher.verify

    def verify(self: PasswordHasher, kept: str, given: str) -> bool:
        hashes.append(kept[:40])
        return original(self, kept, given)

    monkeypatch.setattr(PasswordHasher, "verify", verify)
    for login in ("li.na", "nobody.here", "zhao.lei"):
        assert try_password(guest(redress), login, OTHER).status == 422
    parameters = {re.sub(r"\$[^$]*$", "", each) for each in hashes}
    assert (len(hashes), parameters) == (3, {"$argon2id$v=19$m=65536,t=3,p=4"})


def test_nothing_filled_in_is_said_and_not_counted(redress: House) -> None:
    give_password(redress, "li.na")
    who = guest(redress)
    for _ in range(10):
        assert "Fill in both" in try_password(who, "", "").text
    assert try_password(who, "li.na").path == "/inbox"


def test_after_too_many_failures_the_page_says_how_long_to_wait(redress: House) -> None:
    give_password(redress, "li.na")
    who = guest(redress)
    for _ in range(5):
        assert try_password(who, "li.na", OTHER).status == 422
    held = try_password(who, "li.na")
    assert (held.status, held.response.headers["retry-after"]) == (429, "2")
    assert "Too many attempts. Try again in 2 seconds." in held.text
    tick(redress, 2)
    assert try_password(who, "li.na").path == "/inbox"
    assert try_password(guest(redress), "li.na", OTHER).status == 422, "what was right is forgotten"


def test_an_owner_signs_in_while_others_guess_from_the_same_place(redress: House) -> None:
    who = signed_in(redress, "li.na")
    who.send(who.get("/inbox"), "/sign-out")
    stranger = guest(redress)
    for _ in range(8):
        try_password(stranger, "li.na", OTHER)
    assert try_password(stranger, "li.na").status == 429
    assert try_password(who, "li.na").path == "/inbox"


def test_a_hash_of_older_parameters_is_made_anew(redress: House) -> None:
    cheap = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(SECRET)
    with redress.application.database.write() as unit:
        passwords.keep(unit.connection, "li.na", cheap, now=redress.application.now())
        unit.commit()
    assert try_password(guest(redress), "li.na").path == "/inbox"
    with redress.application.database.read() as connection:
        kept = connection.scalar(select(password.c.hash).where(password.c.person == "li.na"))
    assert "m=65536,t=3,p=4" in str(kept)
    assert try_password(guest(redress), "li.na").path == "/inbox"


def session_of(who: Visitor) -> str:
    return str(who.http.cookies["redress_session"])


def test_the_secret_of_a_session_is_another_after_each_step(redress: House) -> None:
    who = signed_in(redress, "li.na")
    first = session_of(who)
    try_password(who, "li.na")
    second = session_of(who)
    page = who.send(who.get("/me/password"), "/me/password", {"old": SECRET, "new": OTHER, "again": OTHER})
    assert "Your password is changed." in page.text
    assert len({first, second, session_of(who)}) == 3
    for old in (first, second):
        thief = guest(redress)
        thief.http.cookies.set("redress_session", old)
        assert thief.get("/inbox").path == "/sign-in"


def test_a_changed_password_signs_out_everywhere_else(redress: House) -> None:
    here, there = signed_in(redress, "li.na"), signed_in(redress, "li.na")
    page = here.send(here.get("/me/password"), "/me/password", {"old": SECRET, "new": OTHER, "again": OTHER})
    assert page.path == "/me/password"
    assert here.get("/inbox").path == "/inbox"
    assert there.get("/inbox").path == "/sign-in"
    assert try_password(guest(redress), "li.na", SECRET).status == 422
    assert try_password(guest(redress), "li.na", OTHER).path == "/inbox"


@pytest.mark.parametrize(
    ("old", "new", "again", "said"),
    [
        (OTHER, OTHER, OTHER, "This is not your password."),
        (SECRET, "short", "short", "it needs at least 12 characters"),
        (SECRET, "qwertyuiop123", "qwertyuiop123", "one of those that are tried first"),
        (SECRET, "li.na-li.na-1", "li.na-li.na-1", "little more than a name"),
        (SECRET, OTHER, SECRET, "The two are not the same."),
        (SECRET, "x" * 201, "x" * 201, "at most 200 characters"),
    ],
)
def test_what_does_not_fit_is_said_beside_its_field(redress: House, old: str, new: str, again: str, said: str) -> None:
    who = signed_in(redress, "li.na")
    page = who.send(who.get("/me/password"), "/me/password", {"old": old, "new": new, "again": again})
    assert page.status == 422
    assert said in page.text
    (wrong,) = [node for node in page.elements("input") if node.get("aria-invalid") == "true"]
    assert wrong.get("id") == ("old" if old == OTHER else "new")
    assert try_password(guest(redress), "li.na").path == "/inbox", "the password is the old one"


def test_the_old_password_is_not_guessed_on_a_desk_that_was_left(redress: House) -> None:
    who = signed_in(redress, "li.na")
    statuses = [
        who.send(who.get("/me/password"), "/me/password", {"old": f"{number}", "new": OTHER, "again": OTHER}).status
        for number in range(7)
    ]
    assert statuses == [422] * 5 + [429] * 2


def invitation_of(redress: House, login: str) -> str:
    application = redress.application
    with application.database.write() as unit:
        given = invitations.invite(unit.connection, login, ids=application.ids, now=application.now())
        unit.commit()
    return given.code


def test_with_a_one_time_code_one_chooses_a_password_and_is_in(redress: House) -> None:
    code, who = invitation_of(redress, "li.na"), guest(redress)
    page = who.send(who.get("/invitation"), "/invitation", {"code": code.lower().replace("-", " ")})
    assert page.by_id("login").get("value") == "li.na"
    unfit = who.send(page, "/invitation", {"new": "short", "again": "short"})
    assert unfit.status == 422
    assert "at least 12 characters" in unfit.text
    inside = who.send(unfit, "/invitation", {"new": SECRET, "again": SECRET})
    assert inside.path == "/inbox"
    other = guest(redress)
    used = other.send(other.get("/invitation"), "/invitation", {"code": code})
    assert used.status == 422
    assert "This code is not valid, or no longer" in used.text
    assert try_password(guest(redress), "li.na").path == "/inbox"


def test_a_code_does_not_get_around_the_second_factor(redress: House) -> None:
    give_telephone(redress, "li.na")
    code, who = invitation_of(redress, "li.na"), guest(redress)
    page = who.post("/invitation", {"code": code, "new": SECRET, "again": SECRET})
    assert page.path == "/sign-in/code"
    assert who.get("/inbox").path == "/sign-in"


def test_a_new_password_by_code_ends_the_sessions_of_whoever_had_the_old_one(redress: House) -> None:
    thief = signed_in(redress, "li.na")
    code, who = invitation_of(redress, "li.na"), guest(redress)
    assert who.post("/invitation", {"code": code, "new": OTHER, "again": OTHER}).path == "/inbox"
    assert thief.get("/inbox").path == "/sign-in"


def test_one_time_codes_are_not_guessed() -> None:
    redress = with_pages(house(secure_cookies=False, filings_per_minute=2))
    who = guest(redress)
    assert [who.post("/invitation", {"code": f"{n}"}).status for n in range(3)] == [422, 422, 429]


def test_a_token_opens_no_session_for_whoever_has_a_password(redress: House) -> None:
    staff(redress, "li.na")
    give_password(redress, "li.na")
    who, token = guest(redress), redress.person("li.na").headers["Authorization"].removeprefix("Bearer ")
    page = who.post("/sign-in/token", {"token": token})
    assert page.status == 422
    assert "With this token one does not sign in here" in page.text
    assert who.get("/inbox").path == "/sign-in"


def test_the_fields_are_named_for_password_managers(redress: House) -> None:
    who = signed_in(redress, "li.na")
    names = {**autocomplete(guest(redress).get("/sign-in")), **autocomplete(who.get("/me/password"))}
    assert names == {
        "login": "username", "password": "current-password", "old": "current-password", "new": "new-password",
        "again": "new-password",
    }  # fmt: skip


def autocomplete(page: Any) -> dict[str, str]:
    shown = [n for n in page.elements("input") if n.get("type") in ("text", "password")]
    return {node.get("name"): node.get("autocomplete") for node in shown}


def test_no_password_is_shown_again(redress: House) -> None:
    page = try_password(guest(redress), "nobody", SECRET)
    assert SECRET not in page.response.text
    assert made(SECRET) not in page.response.text
