"""The HTTP server of a process: what it is set to, and that it stops as the process does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from app.bounded_connection import BoundedConnection
from app.settings import Settings

GRACE_SECONDS = 10
"""How long requests that came before the end are waited for."""
IDLE_SECONDS = 5
"""How long a connection is kept on which nothing comes after an answer."""


class HttpServer(uvicorn.Server):
    """A server whose signals are ours: the library would end the process before the loops have finished."""

    def drain(self) -> None:
        """Take no more requests, and end when those that came are answered."""
        self.should_exit = True

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the process' signals alone while requests are served."""
        yield


def http_server(app: FastAPI, settings: Settings) -> HttpServer:
    """Return a server of an application, for sockets that listen already; it logs through the house's own log."""
    return HttpServer(
        uvicorn.Config(
            app, http=BoundedConnection, ws="none", log_config=None, access_log=False, server_header=False,
            proxy_headers=bool(settings.proxies), forwarded_allow_ips=list(settings.proxies),
            limit_concurrency=settings.max_connections, timeout_keep_alive=IDLE_SECONDS,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
    )  # fmt: skip
