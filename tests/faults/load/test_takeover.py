"""Servers and workers die with `kill -9` under load: nothing is lost, nothing happens twice, and others take over."""

from __future__ import annotations

import signal
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import func, select

from complaints.tables import complaint
from engine.clock import SystemClock
from engine.tables import event_log, instance, work_item
from storage.database import Database
from storage.outbox import outbox
from tests.faults.cluster import Cluster
from tests.replay.client import Client
from tests.support.doctored import past_calendars
from tests.support.late_process import BUDGET, late_bundle
from tests.support.postgres import PostgresServer
from tests.support.waiting import until

CLOCK = SystemClock()
CASES = 60
TAKEOVER = timedelta(seconds=30)
AHEAD = timedelta(seconds=10)
"""From the first filing to the first due time: the filings take a second or two of it."""


@dataclass
class Work:
    """What clients were told has happened."""

    filed: list[str] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)


@pytest.fixture
def cluster(postgres_server: PostgresServer, tmp_path: Path) -> Iterator[Cluster]:
    """Two servers and two workers on one database."""
    found = Cluster(tmp_path, postgres_server.create())
    with found.running():
        yield found


@pytest.fixture
def store(cluster: Cluster) -> Iterator[Database]:
    """The database behind them."""
    with Database(cluster.url) as opened:
        yield opened


def filed(client: Client, token: str, number: int, **more: object) -> str:
    """File a complaint, however often it takes; return its id. The key makes it one."""
    body = {"subject": f"{number}", "text": "-", "channel": "phone", "complainant": {"name": "-"}, **more}
    answer = client.call("POST", "/api/complaints", token=token, body=body, key=f"takeover-{number:06d}")
    assert answer.status == 201, answer.body
    return str(answer.body["id"])


def acknowledge(client: Client, token: str, case: str) -> None:
    """Acknowledge; done already where an earlier attempt got no answer."""
    tasks = client.call("GET", f"/api/complaints/{case}", token=token).body["tasks"]
    task = next((each["id"] for each in tasks if each["element"] == "acknowledge"), None)
    if task is None:
        return
    form = {"acknowledgement_text": "-", "contact_way": "phone"}
    answer = client.call("POST", f"/api/tasks/{task}/complete", token=token, body={"data": form})
    assert answer.status == 200 or (answer.repeated and answer.status == 409), answer.body


def open_gates(clients: list[Client]) -> None:
    for each in clients:
        each.gate.open.set()


def test_servers_and_workers_are_killed_under_load_and_everything_was_done_once(
    cluster: Cluster, store: Database
) -> None:
    clients, work, lock = [Client(server.port) for server in cluster.servers], Work(), threading.Lock()
    open_gates(clients)

    def one(number: int) -> None:
        client = clients[number % len(clients)]
        case = filed(client, cluster.clerk, number)
        with lock:
            work.filed.append(case)
        acknowledge(client, cluster.clerk, case)
        with lock:
            work.acknowledged.append(case)

    with ThreadPoolExecutor(4) as pool:
        done = [pool.submit(one, number) for number in range(CASES)]
        for number, server in enumerate(cluster.servers):
            until(partial(_more_than, work.filed, 10 * (number + 1)), "people file", seconds=60)
            server.kill()
            assert cluster.workers[number].end(signal.SIGKILL) == -signal.SIGKILL
            assert len(work.acknowledged) < CASES
            server.start()
            cluster.workers[number].start()
        killed = CLOCK.now()
        for each in done:
            each.result(120)
    for client in clients:
        client.close()
    assert (len(work.filed), len(set(work.filed)), len(work.acknowledged)) == (CASES, CASES, CASES)
    with store.read() as connection:
        known = connection.execute(select(complaint.c.case_id).order_by(complaint.c.subject)).scalars().all()
        completed = connection.execute(
            select(event_log.c.case_id).where(event_log.c.kind == "completed", event_log.c.element == "acknowledge")
        ).scalars()
        still = connection.execute(
            select(work_item.c.case_id).where(work_item.c.element == "acknowledge", work_item.c.state == "open")
        ).all()
        assert sorted(known) == sorted(work.filed)
        assert Counter(completed) == Counter(work.filed)
        assert still == []
    until(lambda: _waiting(store) == 0, "what is to be told is told", seconds=60)
    cluster.wait_at_work(since=killed)
    assert past_calendars(cluster.doctor()) == []


def test_what_falls_due_while_a_worker_dies_is_fired_by_another_once_and_never_early(
    cluster: Cluster, store: Database
) -> None:
    clients = [Client(server.port) for server in cluster.servers]
    open_gates(clients)
    cluster.publish(late_bundle())
    first = CLOCK.now() + AHEAD
    due = [first + timedelta(milliseconds=100 * number) for number in range(CASES)]

    def one(number: int) -> str:
        received = (due[number] - BUDGET).isoformat()
        return filed(clients[number % 2], cluster.clerk, number, received_at=received)

    with ThreadPoolExecutor(4) as pool:
        cases = list(pool.map(one, range(CASES)))
    # The servers have loops of their own; one of each kind stays, and the last due is six seconds behind the first.
    until(lambda: _fired(store) >= CASES // 10, "the first have fired")
    cluster.servers[0].kill()
    assert cluster.workers[0].end(signal.SIGKILL) == -signal.SIGKILL
    assert CASES // 10 <= _fired(store) < CASES
    until(lambda: _ended(store) == CASES, "all have fired", seconds=TAKEOVER.total_seconds() + 10)
    with store.read() as connection:
        fired = connection.execute(
            select(event_log.c.case_id, event_log.c.at, event_log.c.detail).where(event_log.c.kind == "fired")
        ).all()
    assert Counter(row.case_id for row in fired) == Counter(cases)
    late = [(row.at - datetime.fromisoformat(row.detail["due_at"])).total_seconds() for row in fired]
    assert (min(late) >= 0, max(late) < TAKEOVER.total_seconds()) == (True, True), (min(late), max(late))
    for client in clients:
        client.close()


def _more_than(listed: list[str], count: int) -> bool:
    return len(listed) > count


def _waiting(store: Database) -> int:
    table = outbox.c
    open_ones = (table.delivered_at.is_(None), table.cancelled_at.is_(None), table.given_up_at.is_(None))
    with store.read() as connection:
        return int(
            connection.execute(
                select(func.count()).select_from(outbox).where(*open_ones, table.deliver_after <= CLOCK.now())
            ).scalar_one()
        )


def _fired(store: Database) -> int:
    with store.read() as connection:
        chosen = select(func.count(event_log.c.case_id.distinct())).where(event_log.c.kind == "fired")
        return int(connection.execute(chosen).scalar_one())


def _ended(store: Database) -> int:
    with store.read() as connection:
        chosen = select(func.count()).select_from(instance).where(instance.c.ended_at.is_not(None))
        return int(connection.execute(chosen).scalar_one())
