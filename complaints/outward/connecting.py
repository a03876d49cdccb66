"""Connects to one of a host's addresses, in bounded time however many it has."""

from __future__ import annotations

import socket
from collections.abc import Sequence

ADDRESSES = 3
"""How many of a host's addresses are tried; they share the time for connecting."""


def connected(addresses: Sequence[str], port: int, *, timeout: float) -> socket.socket:
    """Return a line to the first IP address that answers; each wait on it takes up to `timeout` seconds.

    Connecting takes as long in all. Raises OSError where none answers, or there is none.
    """
    last: OSError = OSError("no address")
    tried = addresses[:ADDRESSES]
    for each in tried:
        try:
            line = socket.create_connection((each, port), timeout=timeout / len(tried))
        except OSError as error:
            last = error
        else:
            line.settimeout(timeout)
            return line
    raise last
