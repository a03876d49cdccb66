"""Every route asks who is there, but for those that anybody may use."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from fastapi.routing import APIRoute

from access import people, sessions, tokens
from access.tables import api_token
from api.app import ROUTERS
from api.authentication import session_cookie
from api.rest import demo
from tests.support.application import COMPLAINT, House, house

OPEN_TO_ALL = {
    ("POST", "/api/complaints"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
}
ROUTES = sorted(
    (method, re.sub(r"\{[a-z_]+\}", "x1", route.path))
    for router in (*ROUTERS, demo.router)
    for route in router.routes
    if isinstance(route, APIRoute)
    for method in route.methods or ()
)


def test_the_walk_meets_every_route_of_the_application(redress: House) -> None:
    described = {
        (method.upper(), re.sub(r"\{[a-z_]+\}", "x1", path))
        for path, methods in redress.app.openapi()["paths"].items()
        for method in methods
    }
    assert described == set(ROUTES)
    assert len(ROUTES) > 40


@pytest.mark.parametrize(("method", "path"), [route for route in ROUTES if route not in OPEN_TO_ALL])
def test_without_a_credential_nothing_is_told(redress: House, method: str, path: str) -> None:
    body: dict[str, Any] | None = None if method in ("GET", "DELETE") else {}
    problem = redress.public.refused(401, method, path, body)
    assert problem["code"] == "sign-in-required"
    answer = redress.public.call(method, path, body)
    scheme = "Receipt" if path.startswith("/api/track") else "Bearer"
    assert answer.headers["www-authenticate"] == f'{scheme} realm="redress"'


@pytest.mark.parametrize(("method", "path"), [route for route in ROUTES if route[1].startswith("/api")])
def test_a_wrong_token_is_never_taken_for_nobody(redress: House, method: str, path: str) -> None:
    body = None if method in ("GET", "DELETE") else dict(COMPLAINT)
    redress.public.refused(401, method, path, body, headers={"Authorization": "Bearer redress_000000"})


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic bGk6bmE=", "Bearer é", "redress_x", "Bearer a b"])
def test_odd_credentials_are_refused_politely(redress: House, header: str) -> None:
    answer = redress.http.get("/api/me", headers={"Authorization": header.encode("latin-1")})
    assert answer.status_code == 401


def test_a_token_ends_when_it_is_revoked_expires_or_its_owner_leaves(redress: House) -> None:
    application = redress.application
    now = application.now()
    with application.database.write() as unit:
        short = tokens.issue(
            unit.connection, "zhao.lei", name="short", ids=application.ids, now=now, expires_at=now + timedelta(hours=1)
        )
        revoked = tokens.issue(unit.connection, "zhao.lei", name="revoked", ids=application.ids, now=now)
        tokens.revoke(unit.connection, revoked.id, now=now)
        left = tokens.issue(unit.connection, "he.tao", name="left", ids=application.ids, now=now)
        people.deactivate(unit.connection, "he.tao", now=now)
        unit.commit()
    bearer = {"Authorization": f"Bearer {short.secret}"}
    assert redress.public.get("/api/me", headers=bearer)["id"] == "zhao.lei"
    redress.public.refused(401, "GET", "/api/me", headers={"Authorization": f"Bearer {revoked.secret}"})
    redress.public.refused(401, "GET", "/api/me", headers={"Authorization": f"Bearer {left.secret}"})
    redress.later(hours=1)
    redress.public.refused(401, "GET", "/api/me", headers=bearer)


def test_the_day_of_use_is_kept_once_a_day(redress: House) -> None:
    li_na = redress.person("li.na")
    li_na.get("/api/me")
    li_na.get("/api/me")
    with redress.application.database.read() as connection:
        used = connection.execute(api_token.select().where(api_token.c.person == "li.na")).one().last_used_on
    assert used == redress.application.now().date()


def test_a_browser_session_reads_but_changes_only_with_its_own_value(redress: House) -> None:
    application = redress.application
    with application.database.write() as unit:
        opened = sessions.begin(unit.connection, "li.na", ids=application.ids, now=application.now())
        unit.commit()
    cookie = {"Cookie": f"{session_cookie(application.settings)}={opened.secret}"}
    assert redress.public.get("/api/me", headers=cookie)["id"] == "li.na"
    filed = redress.file()
    note = f"/api/complaints/{filed['id']}/notes"
    problem = redress.public.refused(403, "POST", note, {"text": "hello"}, headers=cookie)
    assert problem["code"] == "foreign-request"
    redress.public.post(note, {"text": "hello"}, headers={**cookie, "X-CSRF-Token": opened.csrf})
    redress.public.refused(403, "POST", note, {"text": "hello"}, headers={**cookie, "X-CSRF-Token": "x"})


def test_the_receipt_is_taken_from_the_header_only_and_in_any_spelling(redress: House) -> None:
    filed = redress.file()
    code = filed["tracking_code"]
    assert redress.complainant(code).get("/api/track")["number"] == filed["number"]
    assert redress.complainant(code.lower().replace("-", " ")).get("/api/track")["number"] == filed["number"]
    redress.public.refused(401, "GET", f"/api/track?code={code}")
    redress.complainant("ZZZZ-ZZZZ-ZZZZ-ZZZZ").refused(401, "GET", "/api/track")


def test_guessing_tracking_codes_is_slowed_down() -> None:
    redress = house(filings_per_minute=3)
    known = redress.file()["tracking_code"]
    for _ in range(3):
        redress.complainant("ZZZZ-ZZZZ-ZZZZ-ZZZZ").refused(401, "GET", "/api/track")
    answer = redress.complainant("ZZZZ-ZZZZ-ZZZZ-ZZZZ").call("GET", "/api/track")
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["retry-after"]) <= 20
    assert redress.complainant(known).call("GET", "/api/track").status_code == 429


def test_guessing_tokens_is_slowed_down() -> None:
    redress = house(requests_per_minute=3)
    for _ in range(3):
        redress.public.refused(401, "GET", "/api/me", headers={"Authorization": "Bearer redress_guess"})
    redress.public.refused(429, "GET", "/api/me", headers={"Authorization": "Bearer redress_guess"})


def test_one_person_asks_only_so_often_and_others_are_not_slowed() -> None:
    redress = house(requests_per_minute=5)
    li_na = redress.person("li.na")
    for _ in range(5):
        li_na.get("/api/me")
    assert li_na.refused(429, "GET", "/api/me")["code"] == "too-many"
    assert redress.person("wang.fang").get("/api/me")["id"] == "wang.fang"
    forwarded = {"X-Forwarded-For": "10.1.2.3"}
    li_na.refused(429, "GET", "/api/me", headers=forwarded)


def test_the_public_files_only_so_many_complaints_a_minute() -> None:
    redress = house(filings_per_minute=2)
    redress.file()
    redress.file()
    redress.public.refused(429, "POST", "/api/complaints", dict(COMPLAINT))
    redress.file(by="li.na")
