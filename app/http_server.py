"""The HTTP server of a process: what it is set to, and that it stops as the process does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

GRACE_SECONDS = 10
"""How long requests that came before the end are waited for."""


class HttpServer(uvicorn.Server):
    """A server whose signals are ours: the library would end the process before the loops have finished."""

    def drain(self) -> None:
        """Take no more requests, and end when those that came are answered."""
        self.should_exit = True

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the process' signals alone while requests are served."""
        yield


def http_server(app: FastAPI) -> HttpServer:
    """Return a server of an application, for sockets that listen already; it logs through the house's own log."""
    return HttpServer(
        uvicorn.Config(
            app, log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=GRACE_SECONDS
        )
    )
