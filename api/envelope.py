"""Around every route: headers that tell a browser to run nothing and guess nothing, the time taken, the last net."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.head import METHODS

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
"""For answers that say nothing else about themselves; pages bring their own."""

Took = Callable[[str, str, int, float], None]
"""Called with method (`other` for one that there is not), route pattern, status and seconds."""

Failed = Callable[[Request, Exception], Response]
"""Makes the answer to what nobody foresaw."""


class Envelope:
    """Adds the headers to every answer, errors too, and measures how long it took."""

    def __init__(self, app: ASGIApp, *, took: Took, failed: Failed) -> None:
        self._app, self._took, self._failed = app, took, failed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start, status, started = perf_counter(), 500, False

        async def stamped(message: Message) -> None:
            nonlocal status, started
            if message["type"] == "http.response.start":
                status, started = message["status"], True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, stamped)
        except Exception as error:
            response = self._failed(Request(scope), error)
            if started:
                raise
            await response(scope, receive, stamped)
        finally:
            route = getattr(scope.get("route"), "path", "other")
            # Whoever sends a word of their own adds no line to the figures.
            method = scope["method"] if scope["method"] in METHODS else "other"
            self._took(method, route, status, perf_counter() - start)
