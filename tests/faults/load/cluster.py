"""A whole installation on one PostgreSQL database: servers and workers as processes of their own, on the real clock."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.replay.server import ROOT, Server


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
        self.servers = [Server(each, arguments=("serve",), environment=environment) for each in folders]
        self.workers = [Worker(self.servers[0]) for _ in range(workers)]
        self.owner = self._secret("init", "--administrator", "admin", "--name", "Admin")
        self.clerk = self._secret("user", "add", "clerk", "Clerk", "--team", "service")

    def _secret(self, *arguments: str) -> str:
        done = self.servers[0].run(*arguments)
        if done.returncode:
            raise RuntimeError(done.stdout + done.stderr)
        return done.stdout.partition("shown once: ")[2].split()[0]

    @contextmanager
    def running(self) -> Iterator[None]:
        """Run all of them for the block."""
        try:
            for server in self.servers:
                server.start()
            for worker in self.workers:
                worker.start()
            yield
        finally:
            for worker in self.workers:
                worker.end()
            for server in self.servers:
                server.stop()

    def doctor(self) -> list[str]:
        """Return what `redress doctor` finds."""
        done = self.servers[0].run("doctor", "--json")
        found: list[str] = json.loads(done.stdout) if done.stdout.strip() else [done.stderr[-1500:]]
        return found
