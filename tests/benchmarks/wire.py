"""HTTP as a load generator speaks it: the time of a request is the server's, and hardly that of who asks.

A client of the standard library sends a request in two packets and reads the headers as those of a letter: a fifth of
a millisecond of each request that is no work of the server. Only what the server sends is understood: one answer at a
time, with its length.
"""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass
from typing import Any

END = b"\r\n\r\n"
AT_ONCE = 65_536


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: Any


class Wire:
    """One connection to a server on this machine; for one thread."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sent = 0
        """How many requests were sent."""

    def call(self, method: str, path: str, *, authorization: str, body: Any = None, match: str | None = None) -> Answer:
        """Send a request and return its answer, JSON read. Raises OSError, ValueError for what is not understood."""
        self.sent += 1
        content = b"" if body is None else json.dumps(body).encode()
        lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Accept-Language: en"]
        lines += [f"Authorization: {authorization}", f"Content-Length: {len(content)}"]
        if body is not None:
            lines.append("Content-Type: application/json")
        if match is not None:
            lines.append(f"If-Match: {match}")
        self._socket.sendall("\r\n".join(lines).encode() + END + content)
        return self._answer()

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()

    def _answer(self) -> Answer:
        head, more = b"", b""
        while END not in head:
            head += self._received()
        head, _, more = head.partition(END)
        status, *fields = head.decode("latin-1").split("\r\n")
        named = {name.lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}
        length = int(named["content-length"])
        while len(more) < length:
            more += self._received()
        return Answer(int(status.split(" ")[1]), json.loads(more))

    def _received(self) -> bytes:
        got = self._socket.recv(AT_ONCE)
        if not got:
            raise ConnectionResetError("the server has closed the connection")
        return got
