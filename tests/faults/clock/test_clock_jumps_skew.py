"""Machines whose clocks are wrong by five seconds share one database: nothing fires early, no receipt is misdated."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from engine.bundles.bundle import unpack
from storage import migrate
from tests.faults.cluster import START, Worker, at_work
from tests.faults.stores import postgresql_template
from tests.faults.twins import Templates, Twins
from tests.replay.client import Client
from tests.replay.server import ROOT, Server
from tests.support.doctored import past_calendars
from tests.support.late_process import BUDGET, late_bundle
from tests.support.postgres import PostgresServer
from tests.support.waiting import until

__all__ = ["postgresql_template"]

AHEAD, BEHIND = "+5", "-5"
CASES = 8
WATCH = """
CREATE TABLE seen (case_id text, due_at timestamptz, at timestamptz);
CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO seen SELECT NEW.case_id, (line -> 4 ->> 'due_at')::timestamptz, clock_timestamp()
        FROM jsonb_array_elements(NEW.lines::jsonb) AS line WHERE line ->> 0 = 'fired';
    RETURN NEW;
END $$;
CREATE TRIGGER see AFTER INSERT ON change_log FOR EACH ROW EXECUTE FUNCTION see();
"""
"""Writes down by the clock of PostgreSQL itself when something fired, whatever the processes believe."""


class Wrong(Server):
    """A machine whose clock is wrong."""

    def __init__(self, folder: Path, url: str, skew: str) -> None:
        folder.mkdir()
        self._skew = skew
        super().__init__(folder, arguments=("serve",), environment={"REDRESS_DATABASE_URL": url})

    def command(self, *arguments: str) -> list[str]:
        """Return the command line, on this machine's clock."""
        return [sys.executable, "-m", "tests.faults.clock.skewed", self._skew, *arguments]


@pytest.fixture
def twins(postgresql_template: tuple[Templates, str], postgres_server: PostgresServer) -> Iterator[Twins]:
    """The database, seen from a machine whose clock is right, with a process that does nothing but fall due."""
    templates, name = postgresql_template
    found = templates.twins(postgres_server.create(template=name), real=True)
    found.one.application.publish(unpack(late_bundle()))
    yield found
    found.close()


def test_nothing_fires_early_where_clocks_differ_by_ten_seconds(twins: Twins, tmp_path: Path) -> None:
    url = twins.one.application.settings.database_url
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    ahead, behind = Wrong(tmp_path / "ahead", url, AHEAD), Wrong(tmp_path / "behind", url, BEHIND)
    worker, beginning = Worker(behind), twins.one.application.now()
    with psycopg.connect(plain, autocommit=True) as store:
        store.execute(WATCH)
        # The template's tables were made without migrations, from what they lead to.
        store.execute("CREATE TABLE alembic_version (version_num text PRIMARY KEY)")
        store.execute("INSERT INTO alembic_version VALUES (%s)", [migrate.head()])
        try:
            for server in (ahead, behind):
                server.start()
            worker.start()
            until(
                lambda: at_work(twins.one.application.database, since=beginning) == ["serve", "serve", "worker"],
                "both servers and the worker are at work", seconds=START.total_seconds(),
            )  # fmt: skip
            first = twins.one.application.now() + timedelta(seconds=6.5)
            for number in range(CASES):
                at = first + timedelta(seconds=0.2 * number) - BUDGET
                twins.one.file("li.na", received_at=at.isoformat(), channel="phone")
            receipts = [received(store, server.port) for server in (ahead, behind)]
            until(lambda: asked(store, "SELECT count(DISTINCT case_id) FROM seen") == CASES, "all have fired")
        finally:
            ended = worker.end()
            ahead.stop()
            behind.stop()
        seen = store.execute("SELECT due_at, at, case_id FROM seen").fetchall()
        late = [(at - due).total_seconds() for due, at, _ in seen]
    assert ended == 0
    # A process may be behind the store by a trip, and never ahead.
    slack = timedelta(seconds=1)
    assert all(before - slack <= at <= after + timedelta(milliseconds=1) for before, at, after in receipts), receipts
    assert (min(late) > -0.01, max(late) < 10) == (True, True), (min(late), max(late))
    assert len({(case, due) for due, _, case in seen}) == len(seen) == CASES
    assert past_calendars(twins.findings()) == []


def test_a_skewed_machine_is_one_whose_clock_is_wrong() -> None:
    """Without this the test above might find nothing because nothing was wrong."""
    told = "import engine.clock as c; from tests.faults.clock.skewed import skewed, TRUE; from datetime import UTC; "
    told += "c.datetime = skewed(5); print(round((c.SystemClock().now() - TRUE.now(UTC)).total_seconds()))"
    done = subprocess.run([sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "5\n"


def received(store: psycopg.Connection[Any], port: int) -> tuple[datetime, datetime, datetime]:
    """File a complaint at a server; return when it was received, between the instants of the store around it."""
    client, before = Client(port), asked(store, "SELECT clock_timestamp()")
    client.gate.open.set()
    case = client.call("POST", "/api/complaints", body={"subject": "s", "text": "t"}).body["id"]
    client.close()
    after = asked(store, "SELECT clock_timestamp()")
    return before, asked(store, f"SELECT received_at FROM complaint WHERE case_id = '{case}'"), after


def asked(store: psycopg.Connection[Any], query: str) -> Any:
    """Return the one value that a query gives."""
    row = store.execute(query.encode()).fetchone()
    return None if row is None else row[0]
