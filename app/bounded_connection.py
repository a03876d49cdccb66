"""One connection of the HTTP server, with bounds of its own: the library would wait for ever and read without end.

What is bounded before a request is one: the time and size of its head, the length of its address, the number of its
headers, the number of connections, and how long an answer waits for somebody who does not read it. The time of the body
is bounded where it is read (api/limits.py), so that the refusal is told in words.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.answer_headers import DATA

HEAD_SECONDS: Final = 10.0
"""From the first moment at which a request could come to the end of its head."""
READ_SECONDS: Final = 30.0
"""How long an answer that is not read any further is kept."""
MOST_HEAD_BYTES: Final = 32 * 1024
"""Of a head: address and headers together."""
MOST_HEADERS: Final = 100
LONGEST_ADDRESS: Final = 8 * 1024
"""Path and query, in bytes; what is asked for in lists is a few hundred."""

UNREADABLE: Final = (400, "Bad Request", "无法读取该请求。 요청을 읽을 수 없습니다. The request cannot be read.")
TOO_SLOW: Final = (408, "Request Timeout", "请求传输过慢。 요청이 너무 늦게 왔습니다. The request came too slowly.")
TOO_LONG: Final = (414, "URI Too Long", "网址过长。 주소가 너무 깁니다. The address is too long.")
TOO_MUCH: Final = (
    431, "Request Header Fields Too Large",
    "请求头过大。 요청 헤더가 너무 큽니다. The headers of the request are too large.",
)  # fmt: skip
TOO_MANY: Final = (
    503, "Service Unavailable",
    "连接过多，请稍后再试。 연결이 너무 많습니다. 잠시 후 다시 시도하세요. "
    "There are too many connections; try again in a moment.",
)  # fmt: skip
Refusal = tuple[int, str, str]


class _Refused(Exception):
    """Ends the reading of a head: the parser passes it on as a fault of its own."""


class BoundedConnection(HttpToolsProtocol):
    """A connection that is closed where it breaks a bound, with the reason as its last answer."""

    head_seconds = HEAD_SECONDS
    read_seconds = READ_SECONDS

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        # Counted here: the library would let a connection in and answer each of its requests with a text of its own.
        self._most, self.limit_concurrency = self.limit_concurrency, None
        self._refusal: Refusal = UNREADABLE
        self._refused = self._in_head = False
        self._head_bytes = self._later_bytes = self._headers = 0
        self._head_timer: asyncio.TimerHandle | None = None
        self._unread_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection, or say that there are too many."""
        super().connection_made(transport)
        if self._most is not None and len(self.connections) > self._most:
            self._refuse(TOO_MANY)
        else:
            self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._stop_timer("_head_timer")
        self._stop_timer("_unread_timer")
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, as far as the bounds allow."""
        if self._refused:
            return
        if self._in_head:
            self._later_bytes += len(data)
        super().data_received(data)
        if self._in_head and self._later_bytes > MOST_HEAD_BYTES:
            # A header without an end reaches none of the callbacks below.
            self._refuse(TOO_MUCH)
        if self._head_timer is None and not self._refused and not self._answering:
            self._await_head()

    def on_message_begin(self) -> None:
        """Begin to count the head of a request."""
        super().on_message_begin()
        self._in_head = True
        self._head_bytes = self._later_bytes = self._headers = 0

    def on_url(self, url: bytes) -> None:
        """Take a part of the address."""
        super().on_url(url)
        if len(self.url) > LONGEST_ADDRESS:
            self._stop_reading(TOO_LONG)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header."""
        super().on_header(name, value)
        self._headers += 1
        self._head_bytes += len(name) + len(value)
        if self._headers > MOST_HEADERS or self._head_bytes > MOST_HEAD_BYTES:
            self._stop_reading(TOO_MUCH)

    def on_headers_complete(self) -> None:
        """Begin to answer."""
        self._in_head = False
        self._stop_timer("_head_timer")
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse what could not be read, for the reason that was found."""
        self._refuse(self._refusal)

    def timeout_keep_alive_handler(self) -> None:
        """Close a connection on which nothing more comes."""
        self._close()

    def pause_writing(self) -> None:
        """Wait for who does not read, for a while."""
        super().pause_writing()
        self._stop_timer("_unread_timer")
        self._unread_timer = self.loop.call_later(self.read_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on: it was read."""
        self._stop_timer("_unread_timer")
        super().resume_writing()

    @property
    def _answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _await_head(self) -> None:
        self._head_timer = self.loop.call_later(self.head_seconds, self._head_overdue)

    def _head_overdue(self) -> None:
        self._head_timer = None
        if self._in_head:
            self._refuse(TOO_SLOW)
        elif not self._answering:
            self._close()

    def _stop_reading(self, refusal: Refusal) -> None:
        self._refusal = refusal
        raise _Refused

    def _refuse(self, refusal: Refusal) -> None:
        """Answer with a refusal and close. Whatever else comes is not looked at."""
        self._refused = True
        status, reason, words = refusal
        if self._answering:
            # Whoever reads the body hears that no more of it comes.
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if not self.transport.is_closing() and not (self._answering and self.cycle.response_started):
            body = words.encode()
            said = {
                **DATA, "Content-Type": "text/plain; charset=utf-8", "Content-Length": str(len(body)),
                "Connection": "close",
            }  # fmt: skip
            if status == 503:
                said["Retry-After"] = "2"
            head = "".join(f"{name}: {value}\r\n" for name, value in said.items())
            self.transport.write(f"HTTP/1.1 {status} {reason}\r\n{head}\r\n".encode() + body)
        self._close()

    def _close(self) -> None:
        """Close, at the latest when the rest was not read for so long."""
        self.transport.close()
        self.loop.call_later(self.read_seconds, self.transport.abort)

    def _stop_timer(self, name: str) -> None:
        timer = getattr(self, name)
        if timer is not None:
            timer.cancel()
        setattr(self, name, None)
