"""A real HTTP server in a thread, that keeps what is posted to it and answers as it is told to."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Posted:
    """One request as it came."""

    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class HookReceiver:
    """What a test sees of the server. `status` and `location` are its answer, `flood` how many bytes come behind it."""

    port: int = 0
    posted: list[Posted] = field(default_factory=list)
    status: int = 204
    location: str = ""
    flood: int = 0
    silent: threading.Event | None = None
    """Where there is one, nothing is answered before it is set."""

    def url(self, path: str = "/hook", scheme: str = "http") -> str:
        """Return an address of the server."""
        return f"{scheme}://127.0.0.1:{self.port}{path}"


@contextmanager
def hook_receiver(tls: ssl.SSLContext | None = None) -> Iterator[HookReceiver]:
    """Serve on a port of its own until the block ends."""
    receiver = HookReceiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.posted.append(Posted(self.path, dict(self.headers), body))
            if receiver.silent is not None:
                receiver.silent.wait(10)
            self.send_response(receiver.status)
            if receiver.location:
                self.send_header("Location", receiver.location)
            self.send_header("Content-Length", str(receiver.flood))
            self.end_headers()
            try:
                for _ in range(0, receiver.flood, 65536):
                    self.wfile.write(b"x" * 65536)
            except OSError:
                # Whoever asked has heard enough.
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A line that breaks off is what some tests are about."""

    server = Server(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="hook-receiver")
    thread.start()
    try:
        yield receiver
    finally:
        if receiver.silent is not None:
            receiver.silent.set()
        server.shutdown()
        thread.join(10)
        server.server_close()
