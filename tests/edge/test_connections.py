"""Bounds of a connection, on real sockets: nobody holds the server up by sending slowly, much, or without end."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from api import limits
from api.web.asset_files import asset_address
from app.bounded_connection import LONGEST_ADDRESS, MOST_HEAD_BYTES, MOST_HEADERS, BoundedConnection
from tests.edge.listening_house import Listening, rest, served, status
from tests.support.application import house
from tests.support.waiting import until

BIG = asset_address("vendor/bpmn-js/bpmn-navigated-viewer.production.min.js")
CLOSE = b"Host: localhost\r\nConnection: close\r\n\r\n"
FILE = b"POST /api/complaints HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


@pytest.fixture
def here() -> Iterator[Listening]:
    """A server with its own bounds."""
    with served(house()) as found:
        yield found


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> Iterator[Listening]:
    """The same, which loses patience soon."""
    monkeypatch.setattr(BoundedConnection, "head_seconds", 0.4)
    monkeypatch.setattr(BoundedConnection, "read_seconds", 0.4)
    monkeypatch.setattr(limits, "BODY_SECONDS", 0.4)
    with served(house()) as found:
        yield found


def test_an_ordinary_request_is_answered_without_a_word_of_what_answers(here: Listening) -> None:
    answer = here.answer(b"GET /healthz HTTP/1.1\r\n" + CLOSE)
    assert status(answer) == 200
    head = answer.partition(b"\r\n\r\n")[0].lower()
    assert b"server:" not in head
    assert b"uvicorn" not in head


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (b"GET /" + b"a" * LONGEST_ADDRESS + b" HTTP/1.1\r\n" + CLOSE, 414),
        (b"GET /?q=" + b"a" * 1_000_000, 414),
        (b"GET / HTTP/1.1\r\n" + b"X-A: b\r\n" * MOST_HEADERS + CLOSE, 431),
        (b"GET / HTTP/1.1\r\nX-A: " + b"a" * MOST_HEAD_BYTES + b"\r\n" + CLOSE, 431),
        (b"GET / HTTP/1.1\r\nX-A: " + b"a" * 1_000_000, 431),
        (b"GET / HTTP/1.1\r\n" + b"a" * 1_000_000, 431),
        (b"nonsense\r\n\r\n", 400),
        (b"PROPFIND-ISH / HTTP/1.1\r\n" + CLOSE, 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
        (b"GET / HTTP/1.1\r\nX-A : b\r\n" + CLOSE, 400),
        (b"GET / HTTP/1.1\r\nX-A: a\x00b\r\n" + CLOSE, 400),
        # Two ways to say how long a body is: proxy and server could understand different requests.
        (FILE + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (FILE + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", 400),
        (FILE + b"Content-Length: -1\r\n\r\n", 400),
        (FILE + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
    ],
)
def test_what_is_no_request_or_too_much_of_one_is_refused_and_over(here: Listening, sent: bytes, expected: int) -> None:
    answer = here.answer(sent)
    assert status(answer) == expected, answer[:300]
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"content-security-policy: default-src 'none'" in head.lower()
    assert b"connection: close" in head.lower()
    assert len(body) < 500
    until(lambda: here.connections == 0, "the connection is closed")


def test_as_many_headers_and_as_long_an_address_as_is_allowed_are_read(here: Listening) -> None:
    long = b"GET /nowhere?" + b"a" * (LONGEST_ADDRESS - 9) + b" HTTP/1.1\r\n"
    answer = here.answer(long + b"X-A: b\r\n" * (MOST_HEADERS - 2) + CLOSE)
    assert status(answer) == 404


def test_a_body_is_counted_as_it_comes_whatever_it_says_of_itself(here: Listening) -> None:
    stated = here.answer(FILE + b"Connection: close\r\nContent-Length: 99999999999\r\n\r\n" + b"x" * limits.HEARD_OUT)
    assert status(stated) == 413
    chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
    chunked = here.answer(FILE + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk * 40 + b"0\r\n\r\n")
    assert status(chunked) == 413


def dribble(connection: socket.socket, piece: bytes) -> bytes:
    """Send a piece whenever nothing comes for a moment, until the other side has closed; return what it said."""
    connection.settimeout(0.05)
    for _ in range(400):
        try:
            connection.sendall(piece)
            got = connection.recv(65536)
        except TimeoutError:
            continue
        except (BrokenPipeError, ConnectionResetError):
            return b""
        connection.settimeout(20)
        return got + (rest(connection) if got else b"")
    raise AssertionError("it went on for ever")


def test_a_head_that_comes_byte_by_byte_is_cut_off(hasty: Listening) -> None:
    with hasty.connected() as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
        assert status(dribble(connection, b"X-A: b\r\n")) == 408


def test_who_connects_and_says_nothing_is_cut_off(hasty: Listening) -> None:
    assert hasty.answer(b"") == b""
    with hasty.connected() as connection:
        assert dribble(connection, b"\r\n") == b""


def test_a_second_request_on_the_connection_has_no_more_time_than_the_first(hasty: Listening) -> None:
    with hasty.connected() as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert status(connection.recv(65536)) == 200
        answer = dribble(connection, b"\r\n")
        assert answer == b""
    until(lambda: hasty.connections == 0, "nothing is left of it")


@pytest.mark.parametrize("kind", [b"Content-Length: 1000\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n"])
def test_a_body_that_comes_byte_by_byte_is_refused_in_words(hasty: Listening, kind: bytes) -> None:
    piece = b"1\r\n \r\n" if b"chunked" in kind else b" "
    with hasty.connected() as connection:
        connection.sendall(FILE + b"Accept-Language: en\r\nConnection: close\r\n" + kind)
        answer = dribble(connection, piece)
    assert status(answer) == 408
    assert b"did not arrive in time" in answer


def test_who_reads_no_answer_holds_none_for_long(hasty: Listening) -> None:
    with hasty.connected() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(f"GET {BIG} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode() * 60)
        until(lambda: hasty.connections == 1, "it is connected")
        until(lambda: hasty.connections == 0, "it is given up")


def test_more_connections_than_allowed_are_asked_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    with served(house(max_connections=10)) as here:
        held = [socket.create_connection(("127.0.0.1", here.port), timeout=20) for _ in range(10)]
        until(lambda: here.connections == 10, "all are connected")
        answer = here.answer(b"")
        assert status(answer) == 503
        assert b"retry-after: 2" in answer.lower()
        held.pop().close()
        until(lambda: here.connections == 9, "one has left")
        assert status(here.answer(b"GET /healthz HTTP/1.1\r\n" + CLOSE)) == 200
        for each in held:
            each.close()


def test_nothing_is_upgraded(here: Listening) -> None:
    upgrade = (
        b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\nConnection: upgrade, close\r\n"
    )
    answer = here.answer(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n" + upgrade + b"\r\n")
    assert status(answer) in (200, 400)
    assert b"101" not in answer.split(b"\r\n")[0]


@pytest.mark.parametrize(
    ("path", "kind"), [("/api/complaints", "application/json"), ("/complain", "multipart/form-data; boundary=x")]
)
def test_who_leaves_in_the_midst_of_a_body_is_no_failure_of_ours(
    here: Listening, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], path: str, kind: str
) -> None:
    with here.connected() as connection:
        head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\nContent-Length: 100\r\n\r\n--x"
        connection.sendall(head.encode())
    until(lambda: here.connections == 0, "the connection is gone")
    until(lambda: not here.server.server_state.tasks, "the request is over")
    said = "".join(capfd.readouterr()) + caplog.text
    assert "ClientDisconnect" not in said
    assert "status=500" not in said
