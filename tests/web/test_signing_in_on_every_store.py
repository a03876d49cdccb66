"""Signing in with everything there is, on an SQLite file and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.application import House, house_at
from tests.support.stores import store_url
from tests.web.conftest import with_pages
from tests.web.visitor import visitor
from tests.web.ways_in import OTHER, SECRET, give_password, give_telephone, shown, tick, try_password


@pytest.fixture(scope="module", params=["sqlite-file", "postgresql"])
def stored(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """An installation on a database that outlives the process."""
    found = with_pages(house_at(store_url(request.param, request, tmp_path_factory.mktemp("store"))))
    yield found
    found.application.database.close()


def test_a_wrong_password_a_right_one_a_code_and_a_new_password(stored: House) -> None:
    give_password(stored, "li.na")
    secret, codes = give_telephone(stored, "li.na")
    who = visitor(stored)
    who.http.base_url = "https://testserver"
    assert try_password(who, "li.na", OTHER).status == 422
    assert try_password(who, "nobody", OTHER).status == 422
    asked = try_password(who, "li.na")
    assert asked.path == "/sign-in/code"
    assert who.send(asked, "/sign-in/code", {"code": "000000"}).status == 422
    assert who.send(asked, "/sign-in/code", {"code": shown(stored, secret)}).path == "/inbox"
    page = who.send(who.get("/me/password"), "/me/password", {"old": SECRET, "new": OTHER, "again": OTHER})
    assert (page.status, page.path) == (200, "/me/password")
    tick(stored, 30)
    again = visitor(stored)
    again.http.base_url = "https://testserver"
    assert again.send(try_password(again, "li.na", OTHER), "/sign-in/code", {"code": codes[0]}).path == "/inbox"
    rows = [node for node in again.get("/me/sign-ins").elements("li") if node.get("class") == "row"]
    assert len(rows) == 2
    again.send(again.get("/me/sign-ins"), "/me/sign-ins/end-others")
    assert (who.get("/inbox").path, again.get("/inbox").path) == ("/sign-in", "/inbox")


def test_after_five_failures_one_waits(stored: House) -> None:
    give_password(stored, "he.tao")
    who = visitor(stored)
    who.http.base_url = "https://testserver"
    assert [try_password(who, "he.tao", OTHER).status for _ in range(7)] == [422] * 5 + [429] * 2
