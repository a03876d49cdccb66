"""Under which names this server is reached: what is asked of it under another name is refused.

Whoever makes a browser or a proxy send a name of their own would otherwise find it in what we answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})
WATCHED: Final = frozenset({"/healthz", "/readyz", "/metrics"})
"""What whoever watches the machine asks by its address; nothing of it names a host."""
_HOST: Final = re.compile(
    r"([A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])\.?(?::[0-9]{1,5})?"
)


def host_name(sent: str) -> str | None:
    """Return the name in a Host header, in small letters without its port; None for no name. Never raises."""
    found = _HOST.fullmatch(sent)
    return found[1].lower() if found is not None else None


class KnownHosts:
    """Lets in what is asked under a name that the installation has."""

    def __init__(
        self, app: ASGIApp, *, hosts: Callable[[Scope], Collection[str]], refused: Callable[[Request], Response]
    ) -> None:
        """Take who says under which names, and who makes the answer to all others."""
        self._app, self._hosts, self._refused = app, hosts, refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it."""
        if scope["type"] != "http" or scope["path"] in WATCHED or self._known(scope):
            await self._app(scope, receive, send)
        else:
            await self._refused(Request(scope))(scope, receive, send)

    def _known(self, scope: Scope) -> bool:
        sent = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        return len(sent) == 1 and host_name(sent[0]) in self._hosts(scope)
