"""A server that is never silent and never done."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

PATIENCE = 10.0


@contextmanager
def trickling(said: Sequence[bytes], again: bytes) -> Iterator[int]:
    """Serve one line on a port: say each of `said`, waiting between them for an answer; then `again`, for ever."""
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(PATIENCE)

        def speak() -> None:
            with suppress(OSError):
                line, _ = server.accept()
                with line:
                    line.settimeout(PATIENCE)
                    for number, each in enumerate(said):
                        if number:
                            line.recv(4096)
                        line.sendall(each)
                    while not ended.wait(0.02):
                        line.sendall(again)

        thread = threading.Thread(target=speak)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            ended.set()
            thread.join(PATIENCE + 5)
