"""A server as a process of its own, that can be stopped, killed and started again on the same file."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.support.doctored import past_calendars
from tests.support.keys import SERVER_KEY

ROOT = Path(__file__).resolve().parents[2]
DEMO = ("demo", "run", "--quiet")
START_SECONDS = 90.0


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


class NotStarted(RuntimeError):
    """The server did not become ready; the message ends with what it wrote."""


class Server:
    """`redress demo run`, or another way to serve, in a folder of its own."""

    def __init__(
        self, folder: Path, *, arguments: Sequence[str] = DEMO, environment: Mapping[str, str] | None = None
    ) -> None:
        self.folder, self.port = folder, free_port()
        self._arguments = list(arguments)
        self.environment = {
            **os.environ,
            "REDRESS_VAR_FOLDER": str(folder),
            "REDRESS_FILINGS_PER_MINUTE": "1000000",
            "REDRESS_REQUESTS_PER_MINUTE": "10000000",
            "REDRESS_LOG_LEVEL": "WARNING",
            "PORT": str(self.port),
            "REDRESS_KEY": SERVER_KEY,
            **(environment or {}),
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self.starts = 0

    @property
    def database(self) -> Path:
        """The demo's SQLite file."""
        return self.folder / "demo.db"

    @property
    def log(self) -> Path:
        """What the server wrote."""
        return self.folder / "server.log"

    @property
    def pid(self) -> int:
        """The number of the process that serves. Raises NotStarted when none does."""
        if self._process is None:
            raise NotStarted("The server does not run.")
        return self._process.pid

    def start(self) -> float:
        """Start and return after how many seconds it was ready. Raises NotStarted, and nothing is left running then."""
        with self._lock, self.log.open("ab") as log:
            started = time.monotonic()
            self._process = subprocess.Popen(
                self.command(*self._arguments), cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )
            self.starts += 1
            try:
                self._wait_ready(started + START_SECONDS)
            except BaseException:
                self._process.kill()
                self._process.wait()
                self._process = None
                raise
            return time.monotonic() - started

    def command(self, *arguments: str) -> list[str]:
        """Return the command line of `redress` in this environment."""
        return [sys.executable, "-m", "app.cli", *arguments]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of `redress` on this server's files, and wait."""
        return subprocess.run(
            self.command(*arguments), cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )

    def doctor(self) -> list[str]:
        """Return what `redress doctor` finds in the demo's file, past what it says of calendars."""
        told = {"REDRESS_DATABASE_URL": f"sqlite:///{self.database}", "REDRESS_DEMO": "true"}
        self.environment = {**self.environment, **told}
        done = self.run("doctor", "--json")
        try:
            found: list[str] = json.loads(done.stdout)
        except json.JSONDecodeError:
            return [f"doctor failed: {done.stdout[-500:]}{done.stderr[-1500:]}"]
        return past_calendars(found)

    def people(self) -> list[dict[str, Any]]:
        """Return the people of the demo with their tokens."""
        card = json.loads((self.folder / "demo.json").read_text(encoding="utf-8"))
        found: list[dict[str, Any]] = card["people"]
        return found

    def token(self, login: str) -> str:
        """Return the token of a person of the demo. Raises KeyError where nobody has that login."""
        found: str = {each["login"]: each["token"] for each in self.people()}[login]
        return found

    def kill(self) -> None:
        """End it at once, as a power cut would end the process."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to stop, and wait."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        with self._lock:
            if self._process is not None:
                if self._process.poll() is None:
                    self._process.send_signal(how)
                self._process.wait(60)
            self._process = None

    def _wait_ready(self, until: float) -> None:
        while time.monotonic() < until:
            if self._process is not None and self._process.poll() is not None:
                raise NotStarted(f"The server ended with {self._process.returncode}.\n{self._tail()}")
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("GET", "/readyz")
                if connection.getresponse().status == 200:
                    return
            except (OSError, http.client.HTTPException):
                pass  # not there yet
            finally:
                connection.close()
            threading.Event().wait(0.1)
        raise NotStarted(f"The server was not ready in time.\n{self._tail()}")

    def _tail(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")[-3000:] if self.log.exists() else ""
