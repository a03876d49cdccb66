"""Health, figures, the demo's clock, and limits."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pydantic import ValidationError
from sqlalchemy import insert

from api import metrics
from api.app import create_app
from api.context import Shared, shared_by
from api.languages import asked_language
from api.limits import Buckets
from app.container import build
from engine.clock import MovableClock, SystemClock
from engine.errors import TooMany
from engine.ids import CountedIds
from engine.tables import change_log
from storage import migrate
from tests.support.application import OPENING, House, house, settings


def test_alive(redress: House) -> None:
    assert redress.public.get("/healthz") == {"status": "alive"}


def figures(redress: House) -> dict[str, float]:
    """Return the samples by name and labels."""
    lines = redress.person("ops").call("GET", "/metrics").text.splitlines()
    pairs = (line.rpartition(" ") for line in lines if line and not line.startswith("#"))
    return {name: float(value) for name, _, value in pairs}


def test_commands_and_lateness_are_counted(redress: House) -> None:
    case = redress.file()["id"]
    redress.person("li.na").refused(404, "POST", "/api/complaints/none/resume")
    redress.later(minutes=45)
    seen = figures(redress)
    assert seen['redress_commands_total{command="FileComplaint",outcome="done"}'] == 1
    assert seen['redress_commands_total{command="ResumeCase",outcome="not-found"}'] == 1
    assert seen["redress_deadline_lateness_seconds_count"] == 1
    assert seen['redress_deadline_lateness_seconds_bucket{le="0.1"}'] == 1
    assert seen["redress_open_tasks"] == 1
    redress.later(minutes=30)
    later = figures(redress)
    assert later["redress_deadline_lateness_seconds_count"] > 1
    assert (
        figures(redress)["redress_deadline_lateness_seconds_count"] == later["redress_deadline_lateness_seconds_count"]
    )
    assert (
        later['redress_deadline_lateness_seconds_bucket{le="+Inf"}']
        > later['redress_deadline_lateness_seconds_bucket{le="300.0"}']
    )
    assert case not in redress.person("ops").call("GET", "/metrics").text


def note_firing(redress: House, number: int) -> None:
    """Write down the change of this number, in which something has fired just now."""
    now = redress.application.clock.now()
    lines = [["fired", "e", "1t", None, {"due_at": now.isoformat()}]]
    named = {"sequence": number, "case_id": "c", "number": number, "hash": b""}
    row = {**named, "at": now, "actor": "system", "lines": lines}
    with redress.application.database.write() as unit:
        unit.connection.execute(insert(change_log).values(row))
        unit.commit()


def test_a_firing_that_was_committed_behind_others_with_later_numbers_is_counted_too(redress: House) -> None:
    """On PostgreSQL a transaction takes the number of its change when it writes it, and may end long after."""

    def counted() -> float:
        return figures(redress)["redress_deadline_lateness_seconds_count"]

    assert counted() == 0
    note_firing(redress, 5_000)
    assert counted() == 1
    note_firing(redress, 4_999)
    assert [counted(), counted()] == [2, 2]
    note_firing(redress, 7_000)
    assert [counted(), counted()] == [3, 3]


def test_more_firings_than_one_reading_takes_are_counted_by_the_next(
    redress: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrics, "AT_MOST", 3)
    monkeypatch.setattr(metrics, "OVERTAKEN", 2)
    for number in range(5_000, 5_010):
        note_firing(redress, number)
    counts = [figures(redress)["redress_deadline_lateness_seconds_count"] for _ in range(10)]
    assert counts[0] == 3
    assert counts == sorted(counts)
    assert counts[-2:] == [10, 10]


def test_figures_are_for_operators_and_for_the_monitor_with_its_token() -> None:
    token = "a-token-for-the-monitor"
    redress = house(metrics_token=token)
    for secret, status in ((token, 200), (f"{token}x", 401), ("", 401), ("é" * 30, 401)):
        sent = {"Authorization": f"Bearer {secret}".encode("latin-1")}
        assert (secret, redress.http.get("/metrics", headers=sent).status_code) == (secret, status)
    assert redress.public.refused(401, "GET", "/metrics")["code"] == "sign-in-required"
    assert redress.person("ops").call("GET", "/metrics").status_code == 200
    for login in ("li.na", "chen.jing", "park.owner"):
        assert redress.person(login).refused(403, "GET", "/metrics")["code"] == "forbidden"
    # The token of the monitor opens nothing else.
    for path in ("/api/me", "/api/complaints", "/api/people"):
        redress.public.refused(401, "GET", path, headers={"Authorization": f"Bearer {token}"})


def test_without_a_token_of_its_own_no_monitor_comes_in(redress: House) -> None:
    for header in ("Bearer", "Bearer ", "Bearer  "):
        redress.public.refused(401, "GET", "/metrics", headers={"Authorization": header})


@pytest.mark.parametrize("token", ["short", "nineteen-characters", "with a blank in the middle", "x" * 201, "é" * 30])
def test_a_token_of_the_monitor_that_is_easy_to_guess_is_refused_and_not_told(token: str) -> None:
    with pytest.raises(ValidationError) as refused:
        settings(metrics_token=token)
    assert "20 to 200 visible ASCII characters" in str(refused.value)
    assert token not in str(refused.value)


def test_the_backlog_of_what_is_due_is_shown(redress: House) -> None:
    redress.file()
    clock = redress.application.clock
    assert isinstance(clock, MovableClock)
    clock.advance_to(OPENING.replace(hour=5))
    seen = figures(redress)
    assert seen["redress_due_backlog"] == 1
    assert seen["redress_due_oldest_seconds"] == 75 * 60


def test_requests_are_counted_by_the_methods_that_there_are() -> None:
    application = build(settings(), clock=MovableClock(OPENING), ids=CountedIds())
    migrate.create(application.database)
    redress = House(application, create_app(application), {})
    for method in ("GET", "HEAD", "BREW", "BREW-2"):
        redress.public.call(method, "/healthz")
    shared: Shared = redress.app.state.shared
    counted = {
        (sample.labels["method"], sample.labels["status"]): sample.value
        for metric in shared.metrics.registry.collect()
        for sample in metric.samples
        if sample.name == "redress_request_seconds_count"
    }
    assert counted == {("GET", "200"): 2, ("other", "405"): 2}


def test_the_demo_clock_moves_forward_and_fires_what_is_due() -> None:
    redress = house(demo=True)
    case, li_na = redress.file()["id"], redress.person("li.na")
    assert li_na.get("/api/demo/clock") == {"now": "2026-03-03T03:00:00+00:00", "fired": 0}
    moved = li_na.post("/api/demo/clock", {"by": "+2h"})
    assert moved["now"] == "2026-03-03T05:00:00+00:00"
    assert moved["fired"] >= 3
    assert redress.task("chen.jing", "late_acknowledgement", case)["post"] == "head_of_customer_service"
    assert li_na.post("/api/demo/clock", {"to": "2026-03-04T00:00:00Z"})["now"] == "2026-03-04T00:00:00+00:00"
    for odd in ({"by": "-1d"}, {"by": "99999w"}, {"to": "2026-03-01T00:00:00Z"}, {"by": "soon"}, {},
                {"by": "1d", "to": "2026-03-09T00:00:00Z"}):  # fmt: skip
        li_na.refused(422, "POST", "/api/demo/clock", odd)


def test_outside_the_demo_there_is_no_such_address_and_no_clock_to_move() -> None:
    application = build(settings(demo=False), clock=MovableClock(OPENING), ids=CountedIds())
    paths = create_app(application).openapi()["paths"]
    assert "/api/complaints" in paths
    assert not any(path.startswith("/api/demo") for path in paths)


def test_the_machines_own_clock_is_never_moved() -> None:
    redress = house(demo=True)
    redress.app.state.shared = shared_by(
        replace(redress.application, clock=SystemClock()), redress.app.state.shared.metrics
    )
    assert redress.person("li.na").refused(404, "POST", "/api/demo/clock", {"by": "1d"})["code"] == "not-found"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, None), ("", None), ("de", None), ("*", None), ("zh", "zh-CN"), ("zh-TW", "zh-CN"), ("KO", "ko"),
        ("en;q=0.1, ko;q=0.9", "ko"), ("en, ko", "en"), ("fr, en;q=0.5", "en"), ("en;q=0", None), ("en;q=x", None),
        ("en;q=nan", None), ("en;q=2", None), (";;;,,,q=", None), ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"),
        ("x" * 10_000, None),
    ],
)  # fmt: skip
def test_the_language_is_read_from_any_header(header: str | None, language: str | None) -> None:
    assert asked_language(header) == language


def test_a_bucket_fills_again_with_time() -> None:
    now = 0.0
    buckets = Buckets(monotonic=lambda: now)
    for _ in range(60):
        buckets.take("a", per_minute=60)
    with pytest.raises(TooMany) as caught:
        buckets.take("a", per_minute=60)
    assert caught.value.details == {"retry_after": 1}
    buckets.take("b", per_minute=60)
    now = 1.0
    buckets.require("a", per_minute=60)
    buckets.take("a", per_minute=60)
    with pytest.raises(TooMany):
        buckets.require("a", per_minute=60)
    now = 1000.0
    for _ in range(60):
        buckets.take("a", per_minute=60)
    with pytest.raises(TooMany):
        buckets.take("a", per_minute=60)
