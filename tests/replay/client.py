"""HTTP as the replay's people speak it: repeats what got no answer, waits where it is told to, and counts both."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

PATIENCE = 180.0
"""Seconds that a server may be away, or busy, before the replay fails."""
KEPT = 3.0
"""Seconds after which an idle connection is not used again: the server would soon close it."""
LONG = 900.0
"""Seconds that one request may take: moving the clock fires everything on the way."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: Any
    repeated: bool
    """True: an earlier attempt got no answer, so that this one may find its work done."""

    @property
    def code(self) -> str:
        """The stable code of a problem, else empty."""
        return str(self.body.get("code", "")) if isinstance(self.body, dict) and self.status >= 400 else ""


class Unexpected(RuntimeError):
    """The server answered something that no plan foresees."""


class NoAnswer(RuntimeError):
    """The server stayed away."""


@dataclass
class Gate:
    """Shut while the server is away."""

    open: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    counts: Counter[str] = field(default_factory=Counter)
    took: dict[str, list[float]] = field(default_factory=dict)
    """Kind of request -> seconds of each."""
    served: int = 0
    """Answers so far."""
    more: threading.Condition = field(default_factory=threading.Condition)

    def count(self, what: str, number: int = 1) -> None:
        """Count something."""
        with self.lock:
            self.counts[what] += number

    def answered(self, kind: str, seconds: float) -> None:
        """Count an answer and how long it took."""
        with self.lock:
            self.took.setdefault(kind, []).append(seconds)
        with self.more:
            self.served += 1
            self.more.notify_all()


class Client:
    """Requests to one server, from any number of threads, each over a connection of its own."""

    def __init__(self, port: int, gate: Gate | None = None) -> None:
        self._port = port
        self.gate = gate or Gate()
        self._mine = threading.local()
        self._all: list[http.client.HTTPConnection] = []
        """Of every thread, to be closed at the end."""

    def close(self) -> None:
        """Close the connections of all threads; nobody may be using one any more."""
        for connection in self._all:
            connection.close()
        self._all.clear()

    def call(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        receipt: str | None = None,
        body: Any = None,
        key: str | None = None,
        match: str | None = None,
        kind: str = "",
    ) -> Answer:
        """Send until there is an answer. Raises NoAnswer when the server stays away."""
        headers = {"Accept-Language": "en", "Content-Type": "application/json"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        if receipt is not None:
            headers["Authorization"] = f"Receipt {receipt}"
        if key is not None:
            headers["Idempotency-Key"] = key
        if match is not None:
            headers["If-Match"] = match
        content = json.dumps(body).encode() if body is not None else None
        repeated, until = False, time.monotonic() + PATIENCE
        while True:
            if not self.gate.open.wait(PATIENCE):
                raise NoAnswer(f"{method} {path}: the server is away")
            started = time.perf_counter()
            try:
                status, answered, retry = self._once(method, path, content, headers)
            except (OSError, http.client.HTTPException) as error:
                self._drop()
                if time.monotonic() > until:
                    raise NoAnswer(f"{method} {path}: {error!r}") from None
                # A connection that was refused never carried the request.
                repeated = repeated or not isinstance(error, ConnectionRefusedError)
                self.gate.count("attempts without an answer")
                threading.Event().wait(0.05)
                continue
            self.gate.answered(kind or f"{method} {path.split('?')[0]}", time.perf_counter() - started)
            if status in (429, 503) and time.monotonic() < until:
                self.gate.count(f"told to wait ({status})")
                threading.Event().wait(max(0.05, min(retry, 5.0)))
                continue
            return Answer(status, answered, repeated)

    def _once(
        self, method: str, path: str, content: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, Any, float]:
        connection = self._connection()
        connection.request(method, path, content, dict(headers))
        response = connection.getresponse()
        raw = response.read()
        self._mine.used = time.monotonic()
        is_json = "json" in (response.headers.get("content-type") or "")
        retry = float(response.headers.get("retry-after") or 0)
        return response.status, json.loads(raw) if is_json and raw else raw.decode(errors="replace"), retry

    def _connection(self) -> http.client.HTTPConnection:
        found: http.client.HTTPConnection | None = getattr(self._mine, "connection", None)
        if found is not None and time.monotonic() - self._mine.used > KEPT:
            self._drop()
            found = None
        self._mine.used = time.monotonic()
        if found is None:
            found = self._mine.connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=LONG)
            self._all.append(found)
        return found

    def _drop(self) -> None:
        found = getattr(self._mine, "connection", None)
        if found is not None:
            found.close()
            self._all.remove(found)
        self._mine.connection = None
