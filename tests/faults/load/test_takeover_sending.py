"""A process that sends is killed with `kill -9`: another sends what it had claimed, within half a minute."""

from __future__ import annotations

import select
import subprocess
import sys
from datetime import timedelta

from engine.clock import SystemClock
from storage import migrate
from storage.database import Database
from tests.complaints.gated_line import GatedLine, message, process, row, write
from tests.replay.server import ROOT
from tests.support.postgres import PostgresServer
from tests.support.waiting import until

CLOCK = SystemClock()
TAKEOVER = timedelta(seconds=30)
START_SECONDS = 60.0


def test_what_a_killed_process_had_claimed_is_sent_by_another_within_half_a_minute(
    postgres_server: PostgresServer,
) -> None:
    url = postgres_server.create()
    line = GatedLine()
    with Database(url) as database:
        migrate.create(database)
        write(database, message("m1", "r"), message("m2", "r"))
        heir = process(database, line, CLOCK.now)
        command = [sys.executable, "-m", "tests.faults.load.hanging_sender", url]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as victim:
            try:
                assert victim.stdout is not None
                assert select.select([victim.stdout], [], [], START_SECONDS)[0], "it never began"
                assert victim.stdout.readline() == b"began\n"
                ends = row(database, "m1").claimed_until
                until(lambda: row(database, "m1").claimed_until > ends, "it is held on to")
                assert heir.run_once() == 0
            finally:
                victim.kill()
        killed = CLOCK.now()
        until(lambda: heir.run_once() == 2, "another sends it", seconds=TAKEOVER.total_seconds())
        assert line.taken == ["m1", "m2"]
        assert row(database, "m2").delivered_at - killed < TAKEOVER
