"""Around every route: what every answer says about itself (api/answer_headers.py), the time taken, the last net.

Every request has an id, which stands in each line of the log that is written on its behalf.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable
from time import perf_counter

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.answer_headers import HTTPS_ONLY, headers_for
from api.head import METHODS

log = structlog.get_logger(__name__)
_quiet = logging.getLogger(__name__)

SLOW_SECONDS = 1.0
"""From here on an answer is worth a line in the log; the others stand there only where all is logged (DEBUG)."""
GIVEN_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")
"""An id of the proxy before us that is taken over: it can hold no sentence."""

CASE = frozenset({"{case_id}", "{complaint_id}"})
CASE_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
"""Ids of cases look like this; what somebody typed instead is not for the log."""

Took = Callable[[str, str, int, float], None]
"""Called with method (`other` for one that there is not), route pattern, status and seconds."""

Failed = Callable[[Request, Exception], Response]
"""Makes the answer to what nobody foresaw."""


CutShort = Callable[[Request], Response]
"""Makes the answer to what the server ends before it is answered."""


class Envelope:
    """Adds the headers to every answer, errors too, and measures how long it took."""

    def __init__(
        self, app: ASGIApp, *, took: Took, failed: Failed, cut_short: CutShort, new_id: Callable[[], str]
    ) -> None:
        self._app, self._took, self._failed, self._cut_short, self._new_id = app, took, failed, cut_short, new_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
        known = GIVEN_ID.fullmatch(given) is not None
        request_id = given.decode() if known else self._new_id()
        with structlog.contextvars.bound_contextvars(request=request_id):
            await self._answered(scope, receive, send, request_id, known=known)

    async def _answered(self, scope: Scope, receive: Receive, send: Send, request_id: str, *, known: bool) -> None:
        # A route below a folder rewrites the path.
        start, status, started, path = perf_counter(), 500, False, scope["path"]

        async def stamped(message: Message) -> None:
            nonlocal status, started
            if message["type"] == "http.response.start":
                status, started = message["status"], True
                headers = MutableHeaders(scope=message)
                headers.update(headers_for(path, status, headers.get("content-type", "")))
                if scope["app"].state.shared.application.settings.secure_cookies:
                    headers.update(HTTPS_ONLY)
                if known or status >= 500:
                    headers["X-Request-Id"] = request_id
            await send(message)

        try:
            await self._app(scope, receive, stamped)
        except asyncio.CancelledError:
            # The process ends and has waited long enough; who asked is told so rather than hung up on.
            if started:
                raise
            await self._cut_short(Request(scope))(scope, receive, stamped)
        except Exception as error:
            response = self._failed(Request(scope), error)
            if started:
                raise
            await response(scope, receive, stamped)
        finally:
            route = getattr(scope.get("route"), "path", "other")
            # Whoever sends a word of their own adds no line to the figures.
            method = scope["method"] if scope["method"] in METHODS else "other"
            seconds = perf_counter() - start
            self._took(method, route, status, seconds)
            _tell(scope, method, route, status, seconds)


def _tell(scope: Scope, method: str, route: str, status: int, seconds: float) -> None:
    """Write the request into the log: its route, never its address, which may name people or open something."""
    level = logging.WARNING if status >= 500 else logging.INFO if seconds >= SLOW_SECONDS else logging.DEBUG
    if _quiet.isEnabledFor(level):
        case = _case_in(scope["path"], route)
        about = {} if case is None else {"case": case}
        log.log(level, "request", method=method, route=route, status=status, seconds=round(seconds, 4), **about)


def _case_in(path: str, route: str) -> str | None:
    """Return the id of the case at whose address the request came, None where it is none."""
    for place, part in zip(route.split("/"), path.split("/"), strict=False):
        if place in CASE:
            return part if CASE_ID.fullmatch(part) else None
    return None
