"""`redress alive` says whether a server or worker of this machine is at work."""

from __future__ import annotations

import socket
from datetime import timedelta

import pytest

from engine.clock import SystemClock
from escalation.heartbeat import Heartbeat, beat
from storage.database import Database
from tests.app.conftest import Shell

NOBODY = (1, "Nobody on this machine has said lately that it is at work.", "")


def test_nobody_is_at_work_where_nobody_began(shell: Shell) -> None:
    assert shell.type("alive")[0] == 2
    assert shell.type("migrate")[0] == 0
    assert shell.type("alive") == NOBODY


@pytest.mark.parametrize(("host", "silent", "there"), [("", 1, True), ("", 60, False), ("elsewhere", 1, False)])
def test_a_process_counts_that_is_of_this_machine_and_was_heard_of_lately(
    shell: Shell, host: str, silent: int, there: bool
) -> None:
    assert shell.type("migrate")[0] == 0
    now = SystemClock().now()
    since = now - timedelta(hours=1)
    said = Heartbeat("a", "worker", host or socket.gethostname(), since, now - timedelta(seconds=silent))
    with Database(f"sqlite:///{shell.database}") as database, database.write() as unit:
        beat(unit.connection, said)
        unit.commit()
    assert shell.type("alive") == ((0, f"worker since {since.isoformat()}", "") if there else NOBODY)
