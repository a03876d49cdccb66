"""The address a server listens on: taken before anything is fired, refused in one sentence where it cannot be had."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

BACKLOG = 2048
"""Connections that wait to be accepted."""
PORT = "REDRESS_PORT"
REASONS = {
    errno.EADDRINUSE: f"another program listens there already. Stop it, or choose another port with {PORT}.",
    errno.EACCES: f"this user may not open that port. Choose one above 1023 with {PORT}.",
    errno.EADDRNOTAVAIL: "this machine has no such address. Set REDRESS_HOST to one that it has.",
}


class CannotListen(OSError):
    """The address cannot be listened on; the message says why and what to do."""


@contextmanager
def listening(host: str, port: int, *, setting: str = PORT) -> Iterator[list[socket.socket]]:
    """Give sockets that listen at every address of `host` on `port`; they are closed behind the block.

    `setting` is what names the port, for the reason of a CannotListen. Clients that connect before they are served
    wait; nobody else can take the port meanwhile.
    """
    taken: list[socket.socket] = []
    try:
        for family, address in _addresses(host, port):
            taken.append(_listen(family, address, f"{host}:{port}", setting))
        yield taken
    finally:
        for each in taken:
            each.close()


def _addresses(host: str, port: int) -> list[tuple[int, Any]]:
    try:
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        reason = "no such address is known. Set REDRESS_HOST to an address of this machine."
        raise CannotListen(f"Cannot listen on {host}:{port}: {reason}") from error
    return list(dict.fromkeys((int(family), address) for family, _, _, _, address in found))


def _listen(family: int, address: Any, shown: str, setting: str) -> socket.socket:
    opened = socket.socket(family, socket.SOCK_STREAM)
    try:
        # So that a restart need not wait for connections of the last run to be forgotten.
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        opened.bind(address)
        opened.listen(BACKLOG)
    except OSError as error:
        opened.close()
        reason = REASONS.get(error.errno or 0, f"{error.strerror or error}.")
        raise CannotListen(f"Cannot listen on {shown}: {reason.replace(PORT, setting)}") from error
    return opened
