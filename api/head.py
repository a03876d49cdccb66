"""HEAD, everywhere where there is GET: the same answer with the same headers, and no body (RFC 9110, section 9.3.2)."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
"""What can be asked of an address behind here, where HEAD is a GET."""


class Head:
    """Answers HEAD as GET would be answered, and keeps the body back. Everything behind sees, and counts, a GET."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        # No extensions: one of them would send a file past us.
        await self._app({**scope, "method": "GET", "extensions": {}}, receive, without_body)
