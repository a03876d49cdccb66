"""A whole installation on one PostgreSQL database: servers and workers as processes of their own, on the real clock."""

from __future__ import annotations

import http.client
import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from engine.clock import SystemClock
from escalation.heartbeat import heartbeats
from storage.database import Database
from storage.errors import StoreError
from tests.replay.server import ROOT, Server
from tests.support.waiting import until

CLOCK = SystemClock()
START = timedelta(seconds=90)
"""By then a worker that was started has read its processes, on a machine that has other work too."""


def at_work(store: Database, *, since: datetime) -> list[str]:
    """Return which roles have said since an instant that their loops get on, sorted; none while the store is away."""
    try:
        with store.read() as connection:
            return sorted(each.role for each in heartbeats(connection) if each.at > since)
    except StoreError:
        return []


class Worker:
    """`redress worker` as a process."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; it fires what is due as soon as it has read the processes."""
        with self._server.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._server.command("worker"), cwd=ROOT, env=self._server.environment, stdout=log, stderr=log
            )

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End it, and return its exit code; 0 where it was not running."""
        if self._process is None:
            return 0
        self._process.send_signal(how)
        code, self._process = self._process.wait(60), None
        return code


class Cluster:
    """Servers and workers that share a database; the first server's folder keeps their logs."""

    def __init__(self, folder: Path, url: str, *, servers: int = 2, workers: int = 2) -> None:
        environment = {"REDRESS_DATABASE_URL": url}
        folders = [folder / f"server{number}" for number in range(servers)]
        for each in folders:
            each.mkdir(parents=True)
        self.url = url
        self.servers = [Server(each, arguments=("serve",), environment=environment) for each in folders]
        self.workers = [Worker(self.servers[0]) for _ in range(workers)]
        self.owner = self._secret("init", "--administrator", "admin", "--name", "Admin", "--token")
        self.clerk = self._secret("user", "add", "clerk", "Clerk", "--team", "service", "--token")

    def _secret(self, *arguments: str) -> str:
        done = self.servers[0].run(*arguments)
        if done.returncode:
            raise RuntimeError(done.stdout + done.stderr)
        return done.stdout.partition("shown once: ")[2].split()[0]

    @contextmanager
    def running(self) -> Iterator[None]:
        """Run all of them for the block, which begins when all are at work: one that still starts has taken nothing."""
        beginning = CLOCK.now()
        try:
            for server in self.servers:
                server.start()
            for worker in self.workers:
                worker.start()
            self.wait_at_work(since=beginning)
            yield
        finally:
            for worker in self.workers:
                worker.end()
            for server in self.servers:
                server.stop()

    @property
    def roles(self) -> list[str]:
        """What `at_work` returns when everybody is."""
        return ["serve"] * len(self.servers) + ["worker"] * len(self.workers)

    def wait_at_work(self, *, since: datetime, within: timedelta = START) -> None:
        """Wait until all have said since an instant that their loops get on; who was killed must have been so before.

        Raises AssertionError where they do not.
        """
        with Database(self.url, connections=1) as store:
            everybody = f"{len(self.servers)} servers and {len(self.workers)} workers are at work"
            until(lambda: at_work(store, since=since) == self.roles, everybody, seconds=within.total_seconds())

    def publish(self, bundle: bytes) -> None:
        """Put a process in force, from its zip. Raises RuntimeError with the answer where it is refused."""
        connection = http.client.HTTPConnection("127.0.0.1", self.servers[0].port)
        headers = {"Authorization": f"Bearer {self.owner}", "Content-Type": "application/zip"}
        try:
            connection.request("POST", "/api/processes", bundle, headers)
            answer = connection.getresponse()
            said = answer.read()
        finally:
            connection.close()
        if answer.status not in (200, 201):
            raise RuntimeError(f"{answer.status} {said[:500]!r}")

    def doctor(self) -> list[str]:
        """Return what `redress doctor` finds."""
        done = self.servers[0].run("doctor", "--json")
        found: list[str] = json.loads(done.stdout) if done.stdout.strip() else [done.stderr[-1500:]]
        return found
