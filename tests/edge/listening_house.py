"""The server as it runs, at a port of its own, and somebody who speaks to it byte by byte."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from app.http_server import HttpServer, http_server
from app.listening import listening
from tests.support.application import House
from tests.support.waiting import PATIENCE, until


@dataclass(frozen=True)
class Listening:
    """A server that listens."""

    server: HttpServer
    port: int

    @contextmanager
    def connected(self, *, patience: float = PATIENCE) -> Iterator[socket.socket]:
        """Give a connection to it; whoever waits longer than `patience` seconds for an answer fails."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=patience) as connection:
            yield connection

    def answer(self, sent: bytes) -> bytes:
        """Return everything that comes back on a connection of its own until that is closed."""
        with self.connected() as connection:
            connection.sendall(sent)
            return rest(connection)

    @property
    def connections(self) -> int:
        """How many connections there are."""
        return len(self.server.server_state.connections)


@contextmanager
def served(redress: House) -> Iterator[Listening]:
    """Serve an installation during the block, with the server that `redress serve` runs."""
    settings = redress.application.settings
    with listening("127.0.0.1", 0) as sockets:
        server = http_server(redress.app, settings)
        thread = threading.Thread(target=server.run, args=(sockets,))
        thread.start()
        try:
            until(lambda: server.started, "the server listens")
            yield Listening(server, sockets[0].getsockname()[1])
        finally:
            server.drain()
            thread.join(PATIENCE)
            assert not thread.is_alive()


def rest(connection: socket.socket) -> bytes:
    """Return what comes until the other side closes."""
    found = b""
    try:
        while got := connection.recv(65536):
            found += got
    except ConnectionResetError:
        # It closed while something of ours was still on its way.
        pass
    return found


def status(answer: bytes) -> int:
    """Return the status of the first answer."""
    return int(answer.split(b" ", 2)[1])
