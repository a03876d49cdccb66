"""How much one client may ask: the size of a request, and how often. Kept in memory, for one process."""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.texts import marked
from engine.errors import TooMany

MOST_CLIENTS = 50_000
"""Clients that are remembered; the one not seen for longest is forgotten first, with a full bucket."""

BODY_SECONDS = 60.0
"""In which a body has to arrive: the largest at a quarter of a megabit a second."""
TOO_SLOW = marked("The request did not arrive in time; nothing was changed. Send it again.")
NOT_WHOLE = marked("The request cannot be read.")
HEARD_OUT = 32 * 1024 * 1024
"""Bytes of a request that is too large which are passed over before it is refused."""


@dataclass
class _Bucket:
    tokens: float
    at: float


class Buckets:
    """Token buckets, one a client and kind of request. Safe to share between threads."""

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Take a clock that never goes back: this is about load, not about anybody's deadline."""
        self._monotonic = monotonic
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, client: str, *, per_minute: int) -> None:
        """Count one request. Raises TooMany with `retry_after` (seconds) when the client has used up its minute."""
        wait = self._take(client, per_minute)
        if wait > 0:
            raise TooMany(retry_after=math.ceil(wait))

    def require(self, client: str, *, per_minute: int) -> None:
        """Raise TooMany when the client has used up its minute; count nothing."""
        with self._lock:
            bucket = self._filled(client, per_minute)
            wait = (1 - bucket.tokens) * 60 / per_minute
        if wait > 0:
            raise TooMany(retry_after=math.ceil(wait))

    def _take(self, client: str, per_minute: int) -> float:
        with self._lock:
            bucket = self._filled(client, per_minute)
            if bucket.tokens < 1:
                return (1 - bucket.tokens) * 60 / per_minute
            bucket.tokens -= 1
            return 0

    def _filled(self, client: str, per_minute: int) -> _Bucket:
        now = self._monotonic()
        bucket = self._buckets.get(client)
        if bucket is None:
            bucket = self._buckets[client] = _Bucket(float(per_minute), now)
            if len(self._buckets) > MOST_CLIENTS:
                self._buckets.popitem(last=False)
        bucket.tokens = min(float(per_minute), bucket.tokens + (now - bucket.at) * per_minute / 60)
        bucket.at = now
        self._buckets.move_to_end(client)
        return bucket


class BodyLimit:
    """Refuses a request that is too large (413), with nothing of it kept: no route reads more than the limit.

    It is passed over first, up to `HEARD_OUT` bytes, so that whoever sends it reads why; what is longer is cut off.
    What takes longer to arrive than `BODY_SECONDS` is refused too (408). What a request says of its length is believed
    only where that refuses it.
    """

    def __init__(self, app: ASGIApp, *, most_bytes: int) -> None:
        self._app, self._most = app, most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, counting what arrives."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        stated = Headers(scope=scope).get("content-length", "")
        too_large = len(stated) > 18 or (stated.isdigit() and int(stated) > self._most)
        left, whole, until = -1 if too_large else self._most, False, 0.0

        async def counted() -> Message:
            nonlocal left, whole, until
            if whole:
                # What comes now is that somebody has left.
                return await receive()
            until = until or asyncio.get_running_loop().time() + BODY_SECONDS
            try:
                async with asyncio.timeout_at(until):
                    if left >= 0:
                        message = await receive()
                        if message["type"] == "http.disconnect":
                            raise HTTPException(400, NOT_WHOLE)
                        left -= len(message.get("body", b""))
                        whole = not message.get("more_body")
                        if left >= 0:
                            return message
                    if not whole:
                        await _hear_out(receive)
            except TimeoutError:
                raise HTTPException(408, TOO_SLOW) from None
            raise HTTPException(413, f"A request has at most {self._most} bytes.")

        await self._app(scope, counted, send)


async def _hear_out(receive: Receive) -> None:
    """Pass over the rest of a request, up to a bound: who still sends when the connection closes reads no answer."""
    heard = 0
    while heard < HEARD_OUT:
        message = await receive()
        heard += len(message.get("body", b""))
        if not message.get("more_body"):
            return
