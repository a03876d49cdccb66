"""What every answer says about itself: one table, held against every route, method and status that there is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from httpx import Response
from starlette.routing import Mount

from api.web.asset_files import ASSETS, asset_address
from tests.support.application import Client, House, TestClient, house

COMMON: Mapping[str, str] = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": (
        "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), geolocation=(), "
        "gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), picture-in-picture=(), "
        "publickey-credentials-get=(), screen-wake-lock=(), usb=(), xr-spatial-tracking=()"
    ),
}
OF_PAGES = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
OF_OTHERS = "default-src 'none'; frame-ancestors 'none'"
PERSONAL = {"cache-control": "no-store", "vary": "Accept-Language, Authorization, Cookie"}
TABLE: Mapping[str, Mapping[str, str]] = {
    "page": {**COMMON, **PERSONAL, "content-security-policy": OF_PAGES, "referrer-policy": "same-origin"},
    "data": {**COMMON, **PERSONAL, "content-security-policy": OF_OTHERS, "referrer-policy": "no-referrer"},
    "file": {
        **COMMON, "cache-control": "no-cache", "content-security-policy": OF_OTHERS, "referrer-policy": "no-referrer",
    },
    "lasting file": {
        **COMMON, "cache-control": "public, max-age=31536000, immutable", "content-security-policy": OF_OTHERS,
        "referrer-policy": "no-referrer",
    },
}  # fmt: skip
"""What an answer is -> every header by which it says how it may be used."""
SAYING = {name for headers in TABLE.values() for name in headers} | {"strict-transport-security"}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
BANNER = re.compile(r"uvicorn|starlette|fastapi|python|werkzeug|pydantic|sqlalchemy|sqlite|psycopg", re.IGNORECASE)


def kind_of(path: str, answer: Response) -> str:
    """Return which row of the table an answer belongs to."""
    if answer.headers.get("content-type", "").startswith("text/html"):
        return "page"
    if path.startswith("/assets/") and answer.status_code in (200, 304):
        return "lasting file" if path == asset_address(path.split("/", 3)[-1]) else "file"
    return "data"


@dataclass
class Seen:
    """What has been looked at."""

    kinds: Counter[str]
    statuses: set[int]


def look_at(seen: Seen, path: str, answer: Response, *, secure: bool = False) -> None:
    """Fail unless the answer says about itself what the table says, once, and nothing of what made it."""
    kind = kind_of(path, answer)
    where = (answer.request.method, path, answer.status_code, kind)
    said = {name: value for name, value in answer.headers.multi_items() if name in SAYING}
    assert len(said) == sum(name in SAYING for name, _ in answer.headers.multi_items()), where
    https = {"strict-transport-security": "max-age=31536000"} if secure else {}
    assert said == {**TABLE[kind], **https}, where
    assert not {"server", "x-powered-by", "via", "x-aspnet-version"} & set(answer.headers), where
    assert not any(BANNER.search(value) for value in answer.headers.values()), where
    if not path.startswith("/assets/") and path != "/api/openapi.json":
        assert not BANNER.search(answer.text.replace("redress_database", "")), where
    # Nothing leads to another origin, and least of all to one that the request itself named.
    assert answer.headers.get("location", "/").startswith("/"), where
    seen.kinds[kind] += 1
    seen.statuses.add(answer.status_code)


def paths_of(app: FastAPI, values: Mapping[str, str]) -> Iterator[str]:
    """Yield the address of every route, filled in; fail for a kind of route that nobody has thought of."""
    for route in routes_of(app):
        if isinstance(route, Mount):
            assert route.path == "/assets", route.path
        elif isinstance(route, APIRoute):
            yield re.sub(r"\{([a-z_]+)(?::path)?\}", lambda found: values.get(found[1], "1"), route.path)
        else:
            assert getattr(route, "path", "") == "/api/openapi.json", route
            yield "/api/openapi.json"


def routes_of(app: FastAPI) -> Iterator[object]:
    """Yield each route once, those of included routers too."""
    for route in app.router.routes:
        included = getattr(route, "original_router", None)
        yield from (route,) if included is None else included.routes


def asked(client: Client, method: str, path: str, **options: Any) -> Response:
    """Return the answer as a program gets it that follows nothing."""
    answer: Response = client.call(method, path, follow_redirects=False, **options)
    return answer


def test_every_route_method_and_status_says_what_the_table_says(redress: House) -> None:
    case = redress.file(by="li.na")["id"]
    task = redress.task("li.na", "acknowledge", case)["id"]
    values = {"complaint_id": case, "case_id": case, "task_id": task, "key": "complaint"}
    seen = Seen(Counter(), set())
    paths = [*paths_of(redress.app, values), "/nowhere", "/api/nowhere", "/docs", "/redoc", "/inbox/", "//evil.example"]
    assert len(paths) > 80, len(paths)
    li_na = redress.person("li.na")
    as_page = {"Accept": "text/html", "Accept-Language": "en"}
    bodies = ({"content": b"{", "headers": JSON}, {"content": b"{}", "headers": JSON}, {"content": b"x"})
    for path in paths:
        for method in METHODS:
            look_at(seen, path, asked(redress.public, method, path), secure=True)
            look_at(seen, path, asked(li_na, method, path, headers=as_page), secure=True)
        for method in ("POST", "PUT", "PATCH"):
            for sent in bodies:
                look_at(seen, path, asked(li_na, method, path, **sent), secure=True)
    assert {"page", "data"} <= set(seen.kinds)
    assert {200, 303, 400, 401, 403, 404, 405, 415, 422, 428} <= seen.statuses, seen.statuses
    for path in ("/docs", "/redoc"):
        assert asked(redress.public, "GET", path).status_code == 404


def test_answers_that_need_something_to_happen_say_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    redress = house(secure_cookies=False, requests_per_minute=1000, filings_per_minute=1, max_body_bytes=10_000)
    seen, li_na = Seen(Counter(), set()), redress.person("li.na")
    filed = asked(li_na, "POST", "/api/complaints", json={})
    look_at(seen, "/api/complaints", filed)
    case = redress.file(by="li.na")["id"]
    whole = asked(li_na, "GET", f"/api/complaints/{case}")
    same = asked(li_na, "GET", f"/api/complaints/{case}", headers={"If-None-Match": whole.headers["etag"]})
    for answer, status in (
        (same, 304),
        (asked(li_na, "GET", "/readyz"), 503),
        (asked(redress.public, "POST", "/complain", content=b"x" * 3_000_000, headers=FORM), 413),
        (asked(redress.public, "POST", "/api/complaints", content=b"x" * 3_000_000, headers=JSON), 413),
    ):
        assert answer.status_code == status
        look_at(seen, answer.request.url.path, answer)
    for _ in range(2):
        last = asked(Client(redress.http, {"Authorization": "Receipt NOPE"}), "GET", "/api/track")
        look_at(seen, "/api/track", last)
    assert last.status_code == 429

    def broken(*_given: object, **_named: object) -> None:
        raise ZeroDivisionError("of SQLAlchemy and Starlette")

    monkeypatch.setattr(type(redress.application.database), "read", broken)
    http = TestClient(redress.app, raise_server_exceptions=False)
    for path in ("/api/processes", "/complain"):
        answer = http.get(path, headers={**li_na.headers, "Accept": "text/html"})
        assert answer.status_code == 500
        look_at(seen, path, answer)


def test_files_are_kept_for_ever_under_the_address_of_their_edition_alone(redress: House) -> None:
    seen = Seen(Counter(), set())
    for file in sorted(path for path in ASSETS.rglob("*") if path.is_file()):
        name = file.relative_to(ASSETS).as_posix()
        lasting, plain, older = asset_address(name), f"/assets/{name}", f"/assets/{'0' * 16}/{name}"
        for path in (lasting, plain, older):
            answer = asked(redress.public, "GET", path)
            assert (answer.status_code, answer.content) == (200, file.read_bytes()), path
            look_at(seen, path, answer, secure=True)
            known = asked(redress.public, "GET", path, headers={"If-None-Match": answer.headers["etag"]})
            assert known.status_code == 304
            look_at(seen, path, known, secure=True)
    assert seen.kinds["lasting file"] * 2 == seen.kinds["file"]
    for path in ("/assets/", "/assets/nothing.js", asset_address("nothing.js"), asset_address("../pages.py")):
        answer = asked(redress.public, "GET", path)
        assert answer.status_code == 404
        look_at(seen, path, answer, secure=True)


def test_pages_name_their_files_by_edition(redress: House) -> None:
    named = re.findall(r'(?:href|src)="(/assets/[^"]+)"', redress.http.get("/").text)
    assert len(named) >= 3
    assert [each for each in named if each != asset_address(each.split("/", 3)[-1])] == []
