"""Notices on an SQLite file and on PostgreSQL: pages, the wall, the count and the marks are SQL for both."""

from __future__ import annotations

from pathlib import Path

import pytest

from access.principals import principal
from complaints.notices import reading
from tests.support.application import House, house_at
from tests.support.lateness import late
from tests.support.stores import store_url


def counted(stored: House, login: str) -> int:
    application = stored.application
    with application.database.read() as connection:
        who = principal(connection, login, now=application.now(), rules=application.posts.rules)
        assert who is not None
        return reading.unread(connection, who)


@pytest.mark.parametrize("store", ["sqlite-file", "postgresql"])
def test_notices_are_listed_counted_and_marked(store: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    stored = house_at(store_url(store, request, tmp_path))
    request.addfinalizer(stored.application.database.close)
    late(stored)
    chen = stored.person("chen.jing")
    whole = chen.get("/api/notices")["items"]
    unread = [each for each in whole if each["read_at"] is None]
    first = chen.get("/api/notices?limit=2")
    second = chen.get(f"/api/notices?limit=2&cursor={first['next']}")
    assert first["items"] + second["items"] == whole[:4]
    assert (len(whole) > 2, counted(stored, "chen.jing")) == (True, len(unread))
    assert chen.post(f"/api/notices/{whole[0]['id']}/read")["read_at"] is not None
    assert counted(stored, "chen.jing") == len(unread) - 1
    assert chen.post("/api/notices/read", {"until": whole[0]["at"]}) == {"read": len(unread) - 1}
    assert (counted(stored, "chen.jing"), counted(stored, "gao.yan")) == (0, 0)
    assert counted(stored, "liu.gang") == len(stored.person("liu.gang").get("/api/notices?unread=true")["items"]) > 0
