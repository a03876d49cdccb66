"""Asked once, a process finishes what it is at; asked twice it is gone at once."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from escalation.heartbeat import heartbeats
from storage.database import Database
from tests.replay.server import ROOT, Server
from tests.support.waiting import until

AT_WORK = """
import sys, threading
from app.stopping import stopping
asked = threading.Event()
def drain():
    asked.set()
    print("asked", flush=True)
with stopping(drain):
    print("at work", flush=True)
    asked.wait()
    sys.stdin.readline()
print("finished", flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("twice", [False, True])
def test_the_first_signal_lets_it_finish_and_the_second_does_not(number: signal.Signals, twice: bool) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", AT_WORK], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as working:
        # Whatever is not said by then never comes: reading would wait for ever.
        patience = threading.Timer(60, working.kill)
        patience.start()
        try:
            assert working.stdout is not None
            assert working.stdout.readline() == "at work\n"
            working.send_signal(number)
            assert working.stdout.readline() == "asked\n"
            if twice:
                working.send_signal(number)
                assert working.wait() == 128 + number
                assert working.communicate()[0] == ""
            else:
                out, _ = working.communicate("go on\n")
                assert (out, working.returncode) == ("finished\n", 0)
        finally:
            patience.cancel()
            working.kill()


def test_a_server_that_is_asked_to_stop_says_goodbye(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'redress.db'}"
    server = Server(tmp_path, arguments=("serve",), environment={"REDRESS_DATABASE_URL": url})
    assert server.run("init", "--administrator", "admin", "--name", "Admin").returncode == 0
    server.start()
    try:
        with Database(url) as database:
            until(lambda: _heard_of(database), "a server that says that it is there")
            server.stop()
            assert not _heard_of(database)
    finally:
        server.stop()


def _heard_of(database: Database) -> bool:
    with database.read() as connection:
        return heartbeats(connection) != []


HANDED_ELSEWHERE = """
import signal, sys, threading
from app.stopping import stopping
from app.work import wait_for
stop = threading.Event()
def other():
    sys.stdin.readline()
    # As the system may do with a signal to the process while this thread runs and the first one sleeps.
    signal.pthread_kill(threading.get_ident(), signal.SIGTERM)
    sys.stdin.readline()
with stopping(stop.set):
    threading.Thread(target=other, daemon=True).start()
    print("at work", flush=True)
    wait_for(stop)
print("finished", flush=True)
"""


def test_a_signal_that_another_thread_gets_is_heard() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HANDED_ELSEWHERE], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as working:
        patience = threading.Timer(60, working.kill)
        patience.start()
        try:
            assert working.stdin is not None
            assert working.stdout is not None
            assert working.stdout.readline() == "at work\n"
            working.stdin.write("now\n")
            working.stdin.flush()
            assert working.stdout.readline() == "finished\n"
        finally:
            patience.cancel()
            working.kill()
