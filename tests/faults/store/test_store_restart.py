"""PostgreSQL is stopped and started under load: nobody is told anything false, and everything goes on by itself."""

from __future__ import annotations

import http.client
import json
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from sqlalchemy import select

from app.container import build
from app.doctor import findings
from complaints.tables import complaint
from engine.clock import SystemClock
from engine.tables import event_log
from storage.database import Database
from tests.faults.cluster import Cluster
from tests.faults.store.server import OwnServer, own_server
from tests.support.application import settings
from tests.support.doctored import past_calendars
from tests.support.keys import opened, stored_keys
from tests.support.waiting import until

CLOCK = SystemClock()
BACK = timedelta(seconds=30)
CLIENTS = 2


@pytest.fixture
def own() -> Iterator[OwnServer]:
    """A server of this test's own."""
    with own_server() as found:
        yield found


@dataclass
class Told:
    """What clients were told."""

    filed: list[str] = field(default_factory=list)
    """Keys that were answered with 201."""
    seen: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    """Answers that nobody should get."""

    def count(self, what: str) -> int:
        """Return how often something was answered."""
        return self.seen[what]


def ask(port: int, token: str, method: str, path: str, body: object = None, key: str = "") -> tuple[str, str]:
    """Send once; return the status, or `cut`, and what is wrong with the answer, if anything is."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Idempotency-Key": key}
    if not key:
        del headers["Idempotency-Key"]
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = connection.getresponse()
        said = answer.read()
    except (OSError, http.client.HTTPException):
        return "cut", ""
    finally:
        connection.close()
    status = str(answer.status)
    well = status in ("200", "201") or (status == "503" and answer.headers["Retry-After"] == "1")
    return status, "" if well else f"{method} {path}: {status} {said[:300]!r}"


def test_servers_and_workers_go_on_by_themselves_when_postgresql_is_back(own: OwnServer, tmp_path: Path) -> None:
    cluster = Cluster(tmp_path, own.server.create(), servers=1, workers=1)
    port, token, told, lock, stop = cluster.servers[0].port, cluster.clerk, Told(), threading.Lock(), threading.Event()

    def client(number: int) -> None:
        count = 0
        while not stop.is_set():
            key = f"restart-{number}-{count:06d}"
            body = {"subject": key, "text": "-", "channel": "phone", "complainant": {"name": "-"}}
            for method, path, sent in (("POST", "/api/complaints", body), ("GET", "/api/tasks", None)):
                status, wrong = ask(port, token, method, path, sent, key if sent else "")
                with lock:
                    told.seen[f"{method} {status}"] += 1
                    told.wrong += [wrong] if wrong else []
                    if status == "201":
                        told.filed.append(key)
                # Who was not answered with success asks again with the same key, as the answer says.
                count += status == "201"
                stop.wait(0.1 if status in ("503", "cut") else 0.03)

    with cluster.running(), ThreadPoolExecutor(CLIENTS) as pool:
        try:
            working = [pool.submit(client, number) for number in range(CLIENTS)]
            for mode in ("fast", "immediate"):
                before = told.count("POST 201")
                until(lambda: told.count("POST 201") > before + 10, "people file")  # noqa: B023
                busy = told.count("POST 503")
                own.stop(mode)
                until(lambda: told.count("POST 503") > busy + 3, "people are told to try again")  # noqa: B023
                own.start()
                started, after = CLOCK.now(), told.count("POST 201")
                cluster.wait_at_work(since=started, within=BACK)
                until(lambda: told.count("POST 201") > after, "people file again")  # noqa: B023
                assert CLOCK.now() - started < BACK
        finally:
            stop.set()
        for each in working:
            each.result(60)
        assert told.wrong == []
        with Database(cluster.url) as store:
            with store.read() as connection:
                rows = connection.execute(select(complaint.c.case_id, complaint.c.subject))
                known = [row.subject for row in opened(stored_keys(), connection, rows)]
                receipts = (event_log.c.element == "send_receipt", event_log.c.kind == "completed")
                begun = connection.execute(select(event_log.c.case_id).where(*receipts)).scalars()
                assert set(Counter(begun).values()) == {1}
        # What was answered is there once; a request whose answer was lost may have been carried out, and once at most.
        assert set(told.filed) <= set(known)
        assert (len(known) - len(told.filed), max(Counter(known).values())) <= (CLIENTS, 1)
        assert failed(cluster) == []
        assert past_calendars(sound(cluster)) == []


def sound(cluster: Cluster) -> list[str]:
    """Return what the doctor says of the cases; what it says of the process takes seconds to find."""
    application = build(settings(database_url=cluster.url))
    with application.database, patch("app.doctor.missing_in_force", return_value=[]):
        return list(findings(application))


def failed(cluster: Cluster) -> list[str]:
    """Return what servers and workers wrote down as an error: a store that is away is none."""
    lines = cluster.servers[0].log.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith("{") or json.loads(line)["level"] == "error"]
