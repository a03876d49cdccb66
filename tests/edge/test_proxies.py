"""The proxy examples of docs/operator/edge.md, run by the real programs where they are installed; whom the server
believes about who asks, without one."""

from __future__ import annotations

import re
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.edge.listening_house import Listening, rest, served, status
from tests.support.application import house
from tests.support.certificates import certificate
from tests.support.shared import ROOT
from tests.support.waiting import PATIENCE, until

NAME = "complaints.school.example"
GUESS = "GET /api/track HTTP/1.1\r\nHost: {host}\r\nAuthorization: Receipt ZZZZ\r\nConnection: close\r\n{more}\r\n"


def example(kind: str) -> str:
    """Return the example of a program, as the page has it."""
    found = re.search(rf"^```{kind}\n(.*?)^```", (ROOT / "docs/operator/edge.md").read_text(), re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def exchanged(text: str, *changes: tuple[str, str]) -> str:
    """Return a text with every change made once; fail where the text is another than was thought."""
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


@dataclass(frozen=True)
class Proxy:
    """A proxy that runs."""

    port: int

    def answer(self, sent: bytes, *, source: str = "127.0.0.1") -> bytes:
        """Return what it answers over HTTPS to somebody with this address."""
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE, source_address=(source, 0))
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with plain, context.wrap_socket(plain, server_hostname=NAME) as connection:
            connection.sendall(sent)
            return rest(connection)


def free_port() -> int:
    """Return a port at which nobody listens at this moment."""
    with closing(socket.create_server(("127.0.0.1", 0))) as found:
        port: int = found.getsockname()[1]
        return port


@contextmanager
def nginx(folder: Path, port: int, behind: int) -> Iterator[None]:
    """Run nginx with the example."""
    pair = certificate(folder)
    site = exchanged(
        example("nginx"), ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"), ("/etc/ssl/complaints.pem", str(pair)),
        ("/etc/ssl/complaints.key", str(pair)), ("127.0.0.1:8000", f"127.0.0.1:{behind}"),
    )  # fmt: skip
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config = folder / "nginx.conf"
    config.write_text(
        f"daemon off;\nmaster_process off;\npid {folder}/pid;\nerror_log {folder}/error.log;\n"
        f"events {{}}\nhttp {{\n{temporary}{site}\n}}\n"
    )
    with running(["nginx", "-e", f"{folder}/error.log", "-c", str(config)], port):
        yield


@contextmanager
def caddy(folder: Path, port: int, behind: int) -> Iterator[None]:
    """Run Caddy with the example."""
    pair = certificate(folder)
    site = exchanged(
        example("caddy"), (f"{NAME} {{", f"https://{NAME}:{port} {{\n    bind 127.0.0.1\n    tls {pair} {pair}"),
        ("127.0.0.1:8000", f"127.0.0.1:{behind}"),
    )  # fmt: skip
    config = folder / "Caddyfile"
    config.write_text(f"{{\n    admin off\n    auto_https off\n    storage file_system {folder}\n}}\n{site}")
    with running(["caddy", "run", "--config", str(config), "--adapter", "caddyfile"], port):
        yield


@contextmanager
def running(command: list[str], port: int) -> Iterator[None]:
    """Run a program during the block; it listens when that begins."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def listens() -> bool:
        assert process.poll() is None, command
        with closing(socket.socket()) as found:
            return found.connect_ex(("127.0.0.1", port)) == 0

    try:
        until(listens, "the proxy listens")
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)


@pytest.fixture(params=["nginx", "caddy"])
def proxy(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Proxy]:
    """A proxy as the page has it, before a server that allows two wrong codes a minute."""
    if shutil.which(request.param) is None:
        pytest.skip(f"{request.param} is not installed: apt-get install {request.param}")
    run = {"nginx": nginx, "caddy": caddy}[request.param]
    with served(house(filings_per_minute=2, allowed_hosts=NAME)) as here:
        port = free_port()
        with run(tmp_path, port, here.port):
            yield Proxy(port)


def test_an_answer_comes_through_as_it_is_and_nobody_adds_a_name(proxy: Proxy) -> None:
    answer = proxy.answer(f"GET / HTTP/1.1\r\nHost: {NAME}\r\nConnection: close\r\n\r\n".encode())
    head = answer.partition(b"\r\n\r\n")[0].lower()
    assert status(answer) == 200
    assert head.count(b"content-security-policy: default-src 'none'") == 1
    assert head.count(b"strict-transport-security: max-age=31536000") == 1
    assert not re.search(rb"uvicorn|caddy|nginx/[0-9]", head)


def test_each_address_is_counted_by_itself_and_none_can_say_that_it_is_another(proxy: Proxy) -> None:
    def guess(source: str, forged: str = "") -> int:
        more = f"X-Forwarded-For: {forged}\r\n" if forged else ""
        return status(proxy.answer(GUESS.format(host=NAME, more=more).encode(), source=source))

    assert [guess("127.0.0.2", f"203.0.113.{n}") for n in range(4)] == [401, 401, 429, 429]
    assert guess("127.0.0.3") == 401


def test_a_body_that_is_too_large_is_refused(proxy: Proxy) -> None:
    large = b"x" * 3_000_000
    head = f"POST /api/complaints HTTP/1.1\r\nHost: {NAME}\r\nConnection: close\r\nContent-Type: application/json\r\n"
    assert status(proxy.answer(f"{head}Content-Length: {len(large)}\r\n\r\n".encode() + large)) == 413


@pytest.mark.parametrize(
    ("trusted", "statuses"),
    [
        # What a proxy has added stands last; before it stands what the browser sent.
        ("127.0.0.1", [401, 401, 429, 401]),
        ("", [401, 401, 429, 429]),
        ("10.0.0.1", [401, 401, 429, 429]),
    ],
)
def test_what_a_browser_says_of_its_address_is_believed_from_a_named_proxy_alone(
    trusted: str, statuses: list[int]
) -> None:
    def guess(here: Listening, forwarded: str) -> int:
        more = f"X-Forwarded-For: {forwarded}\r\n"
        return status(here.answer(GUESS.format(host="localhost", more=more).encode()))

    with served(house(filings_per_minute=2, trusted_proxies=trusted)) as here:
        told = [f"198.51.100.{n}, 203.0.113.9" for n in range(3)] + ["203.0.113.9, 203.0.113.10"]
        assert [guess(here, each) for each in told] == statuses
