"""Where one is signed in, and one's tokens."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from access import tokens
from access.credentials import new_secret
from access.tables import api_token, web_session
from engine.ids import RandomIds
from tests.support.application import Client, House, house
from tests.web.conftest import with_pages
from tests.web.visitor import Visitor, staff, text_of, visitor
from tests.web.ways_in import give_password, signed_in, tick, try_password


@pytest.fixture(autouse=True)
def _random_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    """The house of the tests counts its secrets, and has counted so far for its people's tokens already."""
    monkeypatch.setattr(tokens, "new_secret", lambda prefix, *, ids: new_secret(prefix, ids=RandomIds()))


def ends(page_forms: list[str]) -> list[str]:
    return [each for each in page_forms if each.endswith("/end")]


def test_sessions_are_listed_and_ended_each_by_itself_or_all_others(redress: House) -> None:
    one, two, three = (signed_in(redress, "li.na") for _ in range(3))
    page = one.get("/me/sign-ins")
    rows = [text_of(node) for node in page.elements("li") if node.get("class") == "row"]
    assert [row.startswith("This one") for row in rows].count(True) == 1
    assert len(rows) == 3
    after = one.send(page, ends([form.action for form in page.forms])[0])
    assert "That sign-in is ended." in after.text
    left = [each.get("/inbox").path for each in (one, two, three)]
    assert (left[0], sorted(left[1:])) == ("/inbox", ["/inbox", "/sign-in"])
    one.send(one.get("/me/sign-ins"), "/me/sign-ins/end-others")
    assert [each.get("/inbox").path for each in (one, two, three)] == ["/inbox", "/sign-in", "/sign-in"]


def test_nobody_ends_the_session_of_somebody_else(redress: House) -> None:
    who, other = signed_in(redress, "li.na"), signed_in(redress, "he.tao")
    page = who.get("/me/sign-ins")
    csrf = dict(page.form("/sign-out").entries)["_csrf"]
    with redress.application.database.read() as connection:
        theirs = connection.scalar(select(web_session.c.id).where(web_session.c.person == "he.tao"))
    assert who.post(f"/me/sign-ins/{theirs}/end", {"_csrf": csrf}).status == 404
    assert other.get("/inbox").path == "/inbox"


def idle_house() -> House:
    return with_pages(house(secure_cookies=False, session_idle_minutes=30))


def test_a_session_ends_after_half_an_hour_without_use_and_not_while_it_is_used() -> None:
    redress = idle_house()
    who = signed_in(redress, "li.na")
    for _ in range(5):
        tick(redress, 29 * 60)
        assert who.get("/inbox").path == "/inbox"
    tick(redress, 30 * 60)
    assert who.get("/inbox").path == "/sign-in"


def test_the_api_over_a_session_is_use_as_well() -> None:
    redress = idle_house()
    who = signed_in(redress, "li.na")
    for _ in range(3):
        tick(redress, 29 * 60)
        assert who.http.get("/api/me").status_code == 200
    assert who.get("/inbox").path == "/inbox"


def test_however_much_it_is_used_a_session_ends_after_twelve_hours() -> None:
    redress = idle_house()
    who = signed_in(redress, "li.na")
    for _ in range(12 * 3 - 1):
        tick(redress, 20 * 60)
        assert who.get("/inbox").path == "/inbox"
    tick(redress, 20 * 60)
    assert who.get("/inbox").path == "/sign-in"


def test_when_it_was_used_is_kept_coarsely() -> None:
    redress = idle_house()
    who = signed_in(redress, "li.na")
    kept = set()
    for _ in range(9):
        tick(redress, 60)
        who.get("/inbox")
        with redress.application.database.read() as connection:
            kept.add(connection.scalar(select(web_session.c.last_used_at)))
    assert len(kept) == 2


def made(who: Visitor, **answers: object) -> tuple[str, str]:
    page = who.send(who.get("/me/tokens"), "/me/tokens", {"name": "Export", "scope": ["read"], "days": "30", **answers})
    (secret,) = [text_of(node) for node in page.elements("span") if node.get("class") == "secret-key"]
    (revoke,) = [form.action for form in page.forms if form.action.endswith("/revoke")]
    return secret, revoke


def fresh(redress: House) -> Visitor:
    """Return Zhao Lei, without the token with which the tests speak to the API."""
    with redress.application.database.write() as unit:
        unit.connection.execute(api_token.delete().where(api_token.c.person == "zhao.lei"))
        unit.commit()
    return signed_in(redress, "zhao.lei")


def test_a_token_is_made_for_something_shown_once_and_revoked(redress: House) -> None:
    who = fresh(redress)
    secret, revoke = made(who)
    client = Client(redress.http, {"Authorization": f"Bearer {secret}"})
    assert client.get("/api/me")["id"] == "zhao.lei"
    assert client.refused(403, "POST", "/api/tasks/next", {})["code"] == "out-of-scope"
    page = who.get("/me/tokens")
    assert secret not in page.response.text
    assert "Thu 2 Apr" in page.text
    assert "The token is revoked" in who.send(page, revoke).text
    client.refused(401, "GET", "/api/me")


def test_a_token_ends_on_its_day(redress: House) -> None:
    secret, _ = made(fresh(redress))
    client = Client(redress.http, {"Authorization": f"Bearer {secret}"})
    tick(redress, 30 * 86400 - 1)
    client.get("/api/me")
    tick(redress, 1)
    client.refused(401, "GET", "/api/me")


def test_scopes_that_its_person_cannot_use_are_neither_offered_nor_given(redress: House) -> None:
    who = fresh(redress)
    page = who.get("/me/tokens")
    offered = [node.get("value") for node in page.elements("input") if node.get("name") == "scope"]
    assert offered == ["read", "work"]
    csrf = dict(page.form("/me/tokens").entries)["_csrf"]
    forged = who.post("/me/tokens", {"_csrf": csrf, "name": "x", "days": "30", "scope": ["administer"]})
    assert (forged.status, "Choose what it may do." in forged.text) == (422, True)
    leads = signed_in(redress, "chen.jing").get("/me/tokens")
    assert "supervise" in [node.get("value") for node in leads.elements("input") if node.get("name") == "scope"]


def test_what_a_new_token_lacks_is_said_beside_its_field(redress: House) -> None:
    who = fresh(redress)
    page = who.send(who.get("/me/tokens"), "/me/tokens", {"name": " "})
    assert page.status == 422
    assert "Say in up to 60 characters what it is for." in page.text
    assert "Choose what it may do." in page.text
    csrf = dict(page.form("/me/tokens").entries)["_csrf"]
    data = {"_csrf": csrf, "name": "x", "scope": "read", "days": "36500"}
    assert who.post("/me/tokens", data).status == 422


def test_nobody_revokes_the_token_of_somebody_else(redress: House) -> None:
    _, revoke = made(fresh(redress))
    who = staff(redress, "li.na")
    csrf = dict(who.get("/me/tokens").form("/me/tokens").entries)["_csrf"]
    assert who.post(revoke, {"_csrf": csrf}).status == 404


def test_a_browser_keeps_its_name_and_a_made_up_one_is_not_taken(redress: House) -> None:
    who = signed_in(redress, "li.na")
    device = who.http.cookies["redress_device"]
    try_password(who, "li.na")
    assert who.http.cookies["redress_device"] == device
    give_password(redress, "he.tao")
    planted = visitor(redress)
    planted.http.cookies.set("redress_device", "A" * 32)
    try_password(planted, "he.tao")
    assert {cookie.value for cookie in planted.http.cookies.jar if cookie.name == "redress_device"} != {"A" * 32}
