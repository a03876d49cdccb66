"""The second factor on the pages: set up with a picture or by hand, asked for after the password, once each."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
import structlog

from access.sign_in.second_factors import Secret
from access.sign_in.tables import second_factor
from app.container import take_posts
from app.settings import Settings
from escalation.posts import parse_posts
from tests.support.application import House
from tests.web.visitor import Page, Visitor, staff
from tests.web.ways_in import SECRET, give_password, give_telephone, guest, shown, signed_in, tick, try_password


def demand(redress: House, *roles: str) -> None:
    """Demand a second factor of these roles, as posts.toml does."""
    content = (Path(Settings().bpmn_folder) / "posts.toml").read_bytes()
    named = ", ".join(f'"{role}"' for role in roles)
    posts = parse_posts(content + f"\n[sign_in]\nsecond_factor = [{named}]\n".encode(), file="posts.toml")
    take_posts(posts, redress.application.library, redress.application.pipeline)


def secret_on(page: Page) -> Secret:
    (key,) = [node for node in page.elements("span") if node.get("class") == "secret-key"]
    return Secret("".join("".join(key.itertext()).split()))


def set_up(redress: House, who: Visitor, page: Page, **more: str) -> Page:
    return who.send(page, "/me/second-factor", {"code": shown(redress, secret_on(page)), **more})


def codes_on(page: Page) -> list[str]:
    return ["".join(node.itertext()) for node in page.elements("span") if node.get("class") == "secret-key"]


def test_it_is_set_up_with_a_code_and_asked_for_after_the_password(redress: House) -> None:
    who = signed_in(redress, "li.na")
    page = who.get("/me/second-factor")
    (picture,) = [node for node in page.elements("img") if node.get("class") == "squares"]
    assert picture.get("src").startswith("data:image/svg+xml")
    assert picture.get("alt")
    before = who.http.cookies["redress_session"]
    codes = codes_on(done := set_up(redress, who, page, password=SECRET))
    assert (done.status, len(codes)) == (200, 10)
    assert who.http.cookies["redress_session"] != before
    secret = secret_on(page)
    other = guest(redress)
    asked = try_password(other, "li.na", next="/cases")
    assert asked.path == "/sign-in/code"
    assert other.get("/inbox").path == "/sign-in"
    used = try_password(other, "li.na", next="/cases")
    assert other.send(used, "/sign-in/code", {"code": shown(redress, secret)}).status == 422, "that of the set-up"
    tick(redress, 30)
    half = other.http.cookies["redress_session"]
    inside = other.send(used, "/sign-in/code", {"code": shown(redress, secret)})
    assert inside.path == "/cases"
    assert other.http.cookies["redress_session"] != half
    thief = guest(redress)
    thief.http.cookies.set("redress_session", half)
    assert thief.get("/sign-in/code").path == "/sign-in"


def test_a_wrong_code_sets_nothing_up_and_keeps_the_key(redress: House) -> None:
    who = signed_in(redress, "li.na")
    page = who.get("/me/second-factor")
    again = who.send(page, "/me/second-factor", {"code": "000000", "password": SECRET})
    assert again.status == 422
    assert secret_on(again) == secret_on(page)
    wrong = set_up(redress, who, page, password="not the password")
    assert (wrong.status, "This is not your password." in wrong.text) == (422, True)
    assert codes_on(set_up(redress, who, again, password=SECRET))


def test_a_key_that_the_page_did_not_make_is_not_taken(redress: House) -> None:
    who, other = signed_in(redress, "li.na"), signed_in(redress, "he.tao")
    page, foreign = who.get("/me/second-factor"), other.get("/me/second-factor")
    csrf = dict(page.form("/me/second-factor").entries)["_csrf"]
    kept = dict(foreign.form("/me/second-factor").entries)["kept"]
    for sealed in (kept, "", "AAAA", "no base64 at all!"):
        data = {"_csrf": csrf, "kept": sealed, "code": shown(redress, secret_on(foreign)), "password": SECRET}
        answer = who.post("/me/second-factor", data)
        assert "Turn the second factor on" in answer.text
    with redress.application.database.read() as connection:
        assert connection.execute(second_factor.select()).all() == []


def test_a_recovery_code_stands_in_once(redress: House) -> None:
    give_password(redress, "li.na")
    _, codes = give_telephone(redress, "li.na")
    who = guest(redress)
    assert who.send(try_password(who, "li.na"), "/sign-in/code", {"code": codes[0].lower()}).path == "/inbox"
    other = guest(redress)
    again = other.send(try_password(other, "li.na"), "/sign-in/code", {"code": codes[0]})
    assert (again.status, again.path) == (422, "/sign-in/code")
    assert "9 recovery codes are left." in who.get("/me/second-factor").text


def test_codes_are_not_guessed(redress: House) -> None:
    give_password(redress, "li.na")
    give_telephone(redress, "li.na")
    who = guest(redress)
    page = try_password(who, "li.na")
    statuses = [who.send(page, "/sign-in/code", {"code": f"{n:06}"}).status for n in range(7)]
    assert statuses == [422] * 5 + [429] * 2
    # The password anew does not begin the count anew.
    assert who.send(try_password(who, "li.na"), "/sign-in/code", {"code": "123456"}).status == 429


def test_without_the_password_nobody_is_asked_for_a_code(redress: House) -> None:
    who = guest(redress)
    assert who.get("/sign-in/code").path == "/sign-in"
    assert who.get("/me/second-factor").path == "/sign-in"
    assert who.post("/sign-in/code", {"code": "123456"}).status == 401
    assert who.post("/me/second-factor", {"code": "123456"}).status == 401


def test_a_sign_in_that_awaits_a_code_is_over_in_minutes_and_opens_nothing(redress: House) -> None:
    give_password(redress, "li.na")
    secret, _ = give_telephone(redress, "li.na")
    who = guest(redress)
    page = try_password(who, "li.na")
    assert who.http.get("/api/me").status_code == 401
    tick(redress, 16 * 60)
    assert who.post("/sign-in/code", {"code": shown(redress, secret)}).status == 401
    assert page.path == "/sign-in/code"


def test_whose_role_demands_it_sets_it_up_before_anything_else(redress: House) -> None:
    demand(redress, "operator", "supervisor")
    give_password(redress, "chen.jing")
    who = guest(redress)
    page = try_password(who, "chen.jing", next="/cases")
    assert page.path == "/me/second-factor"
    assert "Your role needs a second factor." in page.text
    assert who.get("/inbox").path == "/sign-in"
    assert who.get("/me/tokens").path == "/sign-in"
    page = who.get("/me/second-factor?next=/cases")
    done = set_up(redress, who, page)
    assert len(codes_on(done)) == 10
    assert done.link("go on") == "/cases"
    assert who.get("/cases").path == "/cases"
    off = who.send(who.get("/me/second-factor"), "/me/second-factor/off", {"password": SECRET})
    assert (off.status, "it cannot be turned off" in off.text) == (422, True)
    give_password(redress, "li.na")
    assert try_password(guest(redress), "li.na").path == "/inbox", "a role without demand"


def test_a_token_does_not_get_around_a_role_that_demands_it(redress: House) -> None:
    demand(redress, "operator")
    who, token = guest(redress), redress.person("ops").headers["Authorization"].removeprefix("Bearer ")
    assert who.post("/sign-in/token", {"token": token}).status == 422


def test_it_is_turned_off_with_the_password_and_stands_in_the_log(redress: House) -> None:
    who = signed_in(redress, "li.na")
    set_up(redress, who, who.get("/me/second-factor"), password=SECRET)
    page = who.get("/me/second-factor")
    wrong = who.send(page, "/me/second-factor/off", {"password": "not the password"})
    assert wrong.status == 422
    with structlog.testing.capture_logs() as logged:
        off = who.send(page, "/me/second-factor/off", {"password": SECRET})
    assert "The second factor is turned off." in off.text
    assert [(each["event"], each["person"]) for each in logged] == [("second-factor-off", "li.na")]
    assert try_password(guest(redress), "li.na").path == "/inbox"


def test_new_recovery_codes_void_the_old_ones(redress: House) -> None:
    give_password(redress, "li.na")
    secret, old = give_telephone(redress, "li.na")
    who = guest(redress)
    who.send(try_password(who, "li.na"), "/sign-in/code", {"code": shown(redress, secret)})
    new = codes_on(who.send(who.get("/me/second-factor"), "/me/second-factor/codes", {"password": SECRET}))
    assert len(set(new) | set(old)) == 20
    other = guest(redress)
    assert other.send(try_password(other, "li.na"), "/sign-in/code", {"code": old[1]}).status == 422
    assert other.send(try_password(other, "li.na"), "/sign-in/code", {"code": new[1]}).path == "/inbox"


def test_who_has_no_password_is_told_that_there_is_nothing_to_set_up(redress: House) -> None:
    page = staff(redress, "li.na").get("/me/second-factor")
    assert "You have no password here." in page.text
    assert "/me/second-factor" not in [form.action for form in page.forms]


@pytest.mark.parametrize(
    "path", ["/me/second-factor", "/me/second-factor/off", "/me/second-factor/codes", "/me/password"]
)
def test_a_forged_form_changes_nothing(redress: House, path: str) -> None:
    who = signed_in(redress, "li.na")
    assert who.post(path, {"password": SECRET, "old": SECRET, "code": "1"}).status == 403
    assert re.match("4..", str(who.post(path, {"_csrf": "x"}, **{"sec-fetch-site": "cross-site"}).status))
    assert replace(who).get("/inbox").path == "/inbox"
