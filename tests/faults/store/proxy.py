"""A TCP proxy before PostgreSQL: it delays what clients send, cuts connections, or loses the answer to a commit."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from sqlalchemy import make_url

AT_ONCE = 65536


@dataclass(eq=False)
class _Pair:
    """A connection of a client and the one that stands behind it."""

    client: socket.socket
    server: socket.socket

    def close(self) -> None:
        for each in (self.client, self.server):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            with suppress(OSError):
                each.close()


@dataclass
class StoreProxy:
    """Passes bytes on between clients and a server."""

    server: int
    """The port behind."""
    delay: float = 0.0
    """Seconds that each thing a client sends is held: a round trip takes so much longer."""
    port: int = 0
    commits: int = 0
    """Commits that were lost on the way."""
    _pairs: set[_Pair] = field(default_factory=set)
    _lose: str = ""
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def url(self, address: str) -> str:
        """Return the address of a database as it is reached through here."""
        return make_url(address).set(port=self.port).render_as_string(hide_password=False)

    def cut(self) -> None:
        """Cut every connection there is; new ones are let through."""
        with self._guard:
            pairs, self._pairs = self._pairs, set()
        for each in pairs:
            each.close()

    def lose_commit(self, *, carried_out: bool) -> None:
        """Cut the connection of the next commit: after the server has answered it, or before it has heard of it."""
        self._lose = "answer" if carried_out else "question"

    @contextmanager
    def listening(self) -> Iterator[StoreProxy]:
        """Listen for the block."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port = listener.getsockname()[1]
            accepting = threading.Thread(target=self._accept, args=(listener,))
            accepting.start()
            try:
                yield self
            finally:
                listener.shutdown(socket.SHUT_RDWR)
                self.cut()
                accepting.join()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.server))
            except OSError:
                client.close()
                continue
            pair = _Pair(client, server)
            for each in (client, server):
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._guard:
                self._pairs.add(pair)
            for run in (self._questions, self._answers):
                threading.Thread(target=run, args=(pair,), daemon=True).start()

    def _questions(self, pair: _Pair) -> None:
        with suppress(OSError):
            while data := pair.client.recv(AT_ONCE):
                if self.delay:
                    threading.Event().wait(self.delay)
                if self._lose and b"COMMIT" in data:
                    self._lose_this(pair, data)
                    break
                pair.server.sendall(data)
        self._end(pair)

    def _lose_this(self, pair: _Pair, data: bytes) -> None:
        lost, self._lose = self._lose, ""
        self.commits += 1
        if lost == "answer":
            # The other thread reads from the server too: what it may still pass on never reaches anybody.
            pair.client.shutdown(socket.SHUT_RDWR)
            pair.server.sendall(data)
            pair.server.shutdown(socket.SHUT_WR)
            while pair.server.recv(AT_ONCE):
                pass

    def _answers(self, pair: _Pair) -> None:
        with suppress(OSError):
            while data := pair.server.recv(AT_ONCE):
                pair.client.sendall(data)
        self._end(pair)

    def _end(self, pair: _Pair) -> None:
        with self._guard:
            self._pairs.discard(pair)
        pair.close()
