"""Looks up where a host is, in bounded time: whoever answers for its name may be slow, or silent for ever."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future

LOOKUP_SECONDS = 5.0
"""How long a lookup is waited for."""

Resolve = Callable[[str, int], list[str]]


class SlowLookup(OSError):
    """Nobody said in time where the host is."""


def system_addresses(host: str, port: int) -> list[str]:
    """Return the IP addresses of a host, as the system finds them, in its own time. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


class Lookups:
    """Looks hosts up, from any number of threads. A lookup of the system cannot be broken off: one that is given up
    goes on in its thread, and whoever asks for the same host meanwhile waits for it, so that they never pile up.
    """

    def __init__(self, look_up: Resolve = system_addresses, *, within: float = LOOKUP_SECONDS) -> None:
        """Take what looks up, and how many seconds it is waited for."""
        self._look_up, self._within = look_up, within
        self._guard = threading.Lock()
        self._running: dict[tuple[str, int], Future[list[str]]] = {}

    def __call__(self, host: str, port: int) -> list[str]:
        """Return the IP addresses of a host. Raises SlowLookup, and OSError where it has none."""
        with self._guard:
            running = self._running.get((host, port)) or self._begun(host, port)
        try:
            return running.result(self._within)
        except TimeoutError:
            raise SlowLookup from None

    def _begun(self, host: str, port: int) -> Future[list[str]]:
        found: Future[list[str]] = Future()
        threading.Thread(target=self._run, args=(host, port, found), name="lookup", daemon=True).start()
        self._running[host, port] = found
        return found

    def _run(self, host: str, port: int, found: Future[list[str]]) -> None:
        try:
            found.set_result(self._look_up(host, port))
        except BaseException as error:  # noqa: BLE001 - whoever waits is told, whatever it was
            found.set_exception(error)
        finally:
            with self._guard:
                del self._running[host, port]
