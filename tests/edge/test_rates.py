"""Limits of a source: over all servers together, told with how long to wait, and nobody's way to hold up another."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from access.rates.tables import rate_count
from api.app import create_app
from api.context import shared_by
from app.container import Application, build
from app.serve import purge
from engine.clock import MovableClock
from storage import migrate
from storage.counting import counted
from tests.support.application import COMPLAINT, OPENING, Client, House, TestClient, house, settings
from tests.support.stores import store_url
from tests.web.conftest import with_pages
from tests.web.visitor import visitor

WRONG = "ZZZZ-ZZZZ-ZZZZ-ZZZZ"


def from_address(redress: House, address: str, code: str | None = None) -> Client:
    """Return somebody who asks from an address."""
    headers = {} if code is None else {"Authorization": f"Receipt {code}"}
    return Client(TestClient(redress.app, client=(address, 1)), headers)


def restarted(redress: House) -> None:
    """Begin as a new process does, which remembers nothing; what it counted in memory went by a clock of its own."""
    redress.app.state.shared = shared_by(redress.application, redress.app.state.shared.metrics)


@pytest.fixture(params=["sqlite-file", "postgresql"])
def servers(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Application]]:
    """Two installations of the program over one database, which share nothing else."""
    url = store_url(request.param, request, tmp_path_factory.mktemp("store"))
    found = [build(settings(database_url=url, filings_per_minute=4), clock=MovableClock(OPENING)) for _ in range(2)]
    migrate.create(found[0].database)
    found[0].publish_folder()
    yield found
    for each in found:
        each.database.close()


def test_wrong_codes_and_complaints_count_at_all_servers_together(servers: list[Application]) -> None:
    people = [TestClient(create_app(each)) for each in servers]
    wrong = [
        people[n % 2].get("/api/track", headers={"Authorization": f"Receipt {WRONG}"}).status_code for n in range(6)
    ]
    assert wrong == [401] * 4 + [429] * 2
    filed = [people[n % 2].post("/api/complaints", json=dict(COMPLAINT)) for n in range(6)]
    assert [each.status_code for each in filed] == [201] * 4 + [429] * 2
    assert [int(each.headers["retry-after"]) for each in filed[4:]] == [15, 15]


def test_after_the_wait_that_was_told_one_goes_on() -> None:
    redress = house(filings_per_minute=2)
    refused = [redress.public.call("POST", "/api/complaints", dict(COMPLAINT)) for _ in range(3)][2]
    clock = redress.application.clock
    assert isinstance(clock, MovableClock)
    redress.later(seconds=int(refused.headers["retry-after"]))
    restarted(redress)
    redress.file()


def test_nobody_elsewhere_waits_for_who_has_used_up_a_minute() -> None:
    redress = house(filings_per_minute=2)
    known = redress.file(by="li.na")["tracking_code"]
    here, elsewhere = from_address(redress, "203.0.113.9", WRONG), from_address(redress, "203.0.113.10", known)
    assert [here.call("GET", "/api/track").status_code for _ in range(3)] == [401, 401, 429]
    assert elsewhere.call("GET", "/api/track").status_code == 200
    flood, other = from_address(redress, "203.0.113.9"), from_address(redress, "203.0.113.10")
    assert [flood.call("POST", "/api/complaints", dict(COMPLAINT)).status_code for _ in range(3)] == [201, 201, 429]
    assert other.call("POST", "/api/complaints", dict(COMPLAINT)).status_code == 201


def test_who_was_right_from_there_does_not_wait_for_who_guesses_from_the_same_address() -> None:
    redress = house(filings_per_minute=2)
    known, other = (redress.file(by="li.na")["tracking_code"] for _ in range(2))
    assert redress.complainant(known).call("GET", "/api/track").status_code == 200
    guesses = [redress.complainant(WRONG).call("GET", "/api/track").status_code for _ in range(3)]
    assert guesses == [401, 401, 429]
    assert redress.complainant(known).call("GET", "/api/track").status_code == 200
    assert redress.complainant(other).call("GET", "/api/track").status_code == 429


def test_who_is_signed_in_waits_for_nobody_at_the_same_address() -> None:
    redress = with_pages(house(requests_per_minute=5, filings_per_minute=2, secure_cookies=False))
    for _ in range(10):
        redress.public.call("GET", "/api/me", headers={"Authorization": "Bearer redress_guess"})
        redress.public.call("POST", "/api/complaints", dict(COMPLAINT))
        redress.complainant(WRONG).call("GET", "/api/track")
    redress.public.refused(429, "GET", "/api/me", headers={"Authorization": "Bearer redress_guess"})
    assert redress.person("li.na").get("/api/me")["id"] == "li.na"
    redress.file(by="li.na")


def test_wrong_tokens_and_one_time_codes_hold_up_no_sign_in_by_another_way() -> None:
    redress = with_pages(house(filings_per_minute=2, secure_cookies=False))
    who = visitor(redress)
    assert [who.post("/sign-in/token", {"token": f"x{n}"}).status for n in range(3)] == [422, 422, 429]
    assert [who.post("/invitation", {"code": f"{n}"}).status for n in range(3)] == [422, 422, 429]
    assert who.post("/sign-in", {"login": "li.na", "password": "wrong wrong wrong"}).status == 422
    assert who.post("/track", {"code": "x"}).status == 404


def test_who_has_signed_in_writes_nothing_about_limits() -> None:
    redress = house()
    li_na, case = redress.person("li.na"), redress.file(by="li.na")
    own = redress.complainant(case["tracking_code"])
    assert own.call("GET", "/api/track").status_code == 200
    li_na.get("/api/me")
    for client, path in ((li_na, "/api/me"), (li_na, f"/api/complaints/{case['id']}"), (own, "/api/track")):
        with counted(redress.application.database) as count:
            assert client.call("GET", path).status_code == 200
        assert count.commits == 0, path
        assert not [each for each in count.sql if "rate_count" in each], path


def test_no_address_is_stored_and_the_loop_leaves_nothing() -> None:
    redress = house(filings_per_minute=2)
    for _ in range(4):
        from_address(redress, "203.0.113.9", WRONG).call("GET", "/api/track")
    with redress.application.database.read() as connection:
        (row,) = connection.execute(select(rate_count))
        driver = connection.connection.driver_connection
        assert driver is not None
        assert "203.0.113" not in "\n".join(driver.iterdump())
    assert row.kind == "codes"
    redress.later(minutes=2)
    assert purge(redress.application) >= 1
    with redress.application.database.read() as connection:
        assert connection.execute(select(rate_count)).all() == []


def test_a_new_day_begins_with_a_new_key_and_a_restart_forgets_nothing() -> None:
    redress = house(filings_per_minute=1)
    redress.complainant(WRONG).refused(401, "GET", "/api/track")
    restarted(redress)
    redress.complainant(WRONG).refused(429, "GET", "/api/track")
    redress.later(days=1)
    restarted(redress)
    redress.complainant(WRONG).refused(401, "GET", "/api/track")
