"""A database that is 25 ms away: people are answered, deadlines fire, and nobody runs into a time limit."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from app.beating import beating
from app.serve import loops
from engine.bundles.bundle import unpack
from engine.tables import event_log, incident, instance
from tests.faults.store.proxy import StoreProxy
from tests.faults.stores import postgresql_template
from tests.faults.twins import Templates, Twins
from tests.support.application import COMPLAINT
from tests.support.late_process import BUDGET, late_bundle
from tests.support.postgres import PostgresServer
from tests.support.waiting import until

__all__ = ["postgresql_template"]

AWAY = 0.025
CASES = 8
LATEST = timedelta(seconds=10)
"""On a machine that has other things to do; measured, half were late by 0.3 s and the last by 1.1 s."""


@pytest.fixture
def slow(postgresql_template: tuple[Templates, str], postgres_server: PostgresServer) -> Iterator[Twins]:
    """Two applications on one database and on the real clock: `one` is 25 ms away from it, `two` is beside it."""
    templates, name = postgresql_template
    with StoreProxy(postgres_server.port, delay=AWAY).listening() as proxy:
        url = postgres_server.create(template=name)
        found = templates.twins(proxy.url(url), url, real=True)
        yield found
        found.close()


def test_deadlines_fire_and_people_are_answered_however_far_the_database_is(slow: Twins) -> None:
    slow.two.application.publish(unpack(late_bundle()))
    li_na, stop, seen = slow.one.person("li.na"), threading.Event(), Counter[int]()

    def people(number: int) -> None:
        while not stop.is_set():
            body = {**COMPLAINT, "subject": f"{number}"}
            seen[slow.one.public.call("POST", "/api/complaints", body).status_code] += 1
            seen[li_na.call("GET", "/api/complaints?limit=5").status_code] += 1

    first = slow.two.application.now() + timedelta(seconds=3)
    due = [first + timedelta(seconds=0.5 * number) for number in range(CASES)]
    cases = {
        slow.two.file("li.na", received_at=(at - BUDGET).isoformat(), channel="phone")["id"]: at for at in due
    }  # fmt: skip
    mine = (instance.c.case_id.in_(cases), instance.c.ended_at.is_not(None))
    with capture_logs() as said, ThreadPoolExecutor(3) as pool:
        working = [pool.submit(people, number) for number in range(3)]
        try:
            with beating(slow.one.application, "worker", loops(slow.one.application)):
                until(lambda: len(slow.rows(select(instance.c.case_id).where(*mine))) == CASES, "all have fired")
        finally:
            stop.set()
        for each in working:
            each.result(60)
    assert set(seen) == {200, 201}
    assert [line for line in said if line["event"].endswith(("-postponed", "-failed", "unforeseen"))] == []
    fired = slow.rows(
        select(event_log.c.case_id, event_log.c.name, event_log.c.at, event_log.c.detail).where(
            event_log.c.kind == "fired", event_log.c.case_id.in_(cases)
        )
    )
    assert Counter(row.case_id for row in fired if row.name == "react/1/overdue") == Counter(cases.keys())
    late = sorted(row.at - datetime.fromisoformat(row.detail["due_at"]) for row in fired)
    assert timedelta(0) <= late[0] <= late[-1] < LATEST
    assert slow.rows(select(incident)) == []
