"""HEAD says what GET says, without the body: to programs, to browsers, and to whoever watches the house."""

from __future__ import annotations

import pytest
from fastapi.routing import APIRoute
from httpx import Response

from api import app
from api.web import pages
from tests.support.application import Client, House


def pair(who: Client, path: str, **headers: str) -> tuple[Response, Response]:
    """Return the answers to GET and to HEAD."""
    get, head = (who.call(method, path, headers=headers, follow_redirects=False) for method in ("GET", "HEAD"))
    return get, head


def addresses(redress: House) -> list[str]:
    """Return the address of every GET of the API and of the pages, and of a file."""
    case = redress.file(by="li.na")["id"]
    task = redress.task("li.na", "acknowledge", case)["id"]
    values = {
        "complaint_id": case,
        "case_id": case,
        "task_id": task,
        "key": "complaint",
        "number": "1",
        "incident_id": "1",
    }
    routes = [route for router in (*app.ROUTERS, *pages.ROUTERS) for route in router.routes]
    read = [route for route in routes if isinstance(route, APIRoute) and "GET" in (route.methods or ())]
    found = [route.path.format(**values) for route in read]
    assert len(found) > 25, found
    return [*found, "/assets/style.css"]


def test_head_says_what_get_says_and_has_no_body_at_every_address(redress: House) -> None:
    li_na = redress.person("li.na")
    for path in addresses(redress):
        get, head = pair(li_na, path)
        assert (head.status_code, head.content) == (get.status_code, b""), path
        # Each request has an id of its own, which an answer names that went wrong.
        assert {**head.headers, "x-request-id": ""} == {**get.headers, "x-request-id": ""}, path


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/nowhere", 404),
        ("/api/me", 401),
        ("/api/complaints/x/claim", 404),
        ("/api/tasks/x/claim", 405),
        ("/healthz", 200),
        ("/assets/nothing", 404),
    ],
)
def test_head_is_refused_like_get(redress: House, path: str, status: int) -> None:
    get, head = pair(redress.public, path)
    assert (get.status_code, head.status_code, head.content) == (status, status, b"")
    assert head.headers["content-length"] == get.headers["content-length"] != "0"


def test_head_asks_whether_what_one_has_is_still_right(redress: House) -> None:
    li_na, case = redress.person("li.na"), redress.file(by="li.na")["id"]
    tag = li_na.call("HEAD", f"/api/complaints/{case}").headers["etag"]
    assert li_na.call("HEAD", f"/api/complaints/{case}", headers={"If-None-Match": tag}).status_code == 304
