"""How long a mail server is waited for: bounded everywhere, for its answer to a whole mail as long as it may take."""

from __future__ import annotations

import smtplib
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from complaints.outward.channel import Parcel, Temporary, Unreachable
from complaints.outward.connecting import ADDRESSES, connected
from complaints.outward.lookup import Lookups
from tests.complaints.sending import mail_line
from tests.support.mail_receiver import TAKEN, MailReceiver, mail_receiver
from tests.support.trickling import trickling

GREETING = b"220 mail.example\r\n"
PARCEL = Parcel(key="0" * 64, to="gil@parents.example", content=b"Subject: x\r\n\r\nHello.\r\n.\r\n..two")


@pytest.fixture
def post() -> Iterator[MailReceiver]:
    with mail_receiver() as receiver:
        yield receiver


def test_who_takes_long_to_answer_to_a_whole_mail_is_waited_for(post: MailReceiver) -> None:
    """It may have taken the mail: who hung up would send it twice."""
    timeout = whole = 1.5

    def late(_address: str) -> str:
        threading.Event().wait(1.2 * whole)
        return TAKEN

    post.content_answer = late
    mail_line(post.url, timeout=timeout, whole=whole).send(PARCEL)
    assert post.raw == [PARCEL.content + b"\r\n"], "byte for byte, dots too"


def test_who_never_answers_to_a_whole_mail_is_broken_off_all_the_same(post: MailReceiver) -> None:
    given_up = threading.Event()

    def never(_address: str) -> str:
        assert given_up.wait(30)
        return TAKEN

    post.content_answer = never
    with pytest.raises(Temporary) as refused:
        mail_line(post.url, answer=0.3).send(PARCEL)
    given_up.set()
    assert refused.value.reason == "the line to the mail server broke: the line ended in the midst, or took too long"


def test_who_trickles_an_answer_to_a_whole_mail_is_broken_off() -> None:
    said = [GREETING, b"250 mail.example\r\n", b"250 OK\r\n", b"250 OK\r\n", b"354 go on\r\n"]
    with trickling(said, b"250-still thinking\r\n") as port, pytest.raises(Temporary) as refused:
        mail_line(f"smtp://127.0.0.1:{port}", answer=0.3).send(PARCEL)
    assert refused.value.reason == "the line to the mail server broke: the line ended in the midst, or took too long"


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_who_trickles_while_the_line_is_encrypted_is_broken_off(scheme: str) -> None:
    """The head of a message of TLS that is sixteen thousand bytes long, and then one byte after the other."""
    plain = [GREETING, b"250-mail.example\r\n250 STARTTLS\r\n", b"220 go on\r\n"]
    head = b"\x16\x03\x03\x40\x00"
    with ThreadPoolExecutor(1) as aside, trickling([head] if scheme == "smtps" else [*plain, head], b"\x02") as port:
        line = mail_line(f"{scheme}://127.0.0.1:{port}", whole=0.5)
        error = aside.submit(line.send, PARCEL).exception(timeout=10)
    assert isinstance(error, Unreachable)


def test_a_clock_that_rings_late_as_the_dot_goes_out_does_not_cut_off_the_answer(post: MailReceiver) -> None:
    clocks: list[Any] = []
    send = smtplib.SMTP.send

    def sending(line: Any, content: bytes | str) -> None:
        if content == b".\r\n":
            clocks[0]()
        elif not clocks:
            clocks.append(line._clock.function)
        send(line, content)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(smtplib.SMTP, "send", sending)
        mail_line(post.url).send(PARCEL)
    assert len(post.taken) == 1


def test_a_name_is_looked_up_in_bounded_time() -> None:
    forever = threading.Event()
    lookups = Lookups(lambda _host, _port: [str(forever.wait(30))], within=0.05)
    with pytest.raises(Unreachable) as refused:
        mail_line("smtp://mail.example", resolve=lookups).send(PARCEL)
    forever.set()
    assert refused.value.reason == "nobody said in time where the mail server is: its name could not be looked up"


def test_nobody_else_is_asked_for_a_name(post: MailReceiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """The resolver of the machine may take half a minute each time, for its own name too."""
    look_up = socket.getaddrinfo

    def plain(host: Any, *rest: Any, **named: Any) -> Any:
        assert host == "127.0.0.1", f"{host} was looked up"
        return look_up(host, *rest, **named)

    def asked(*_: object) -> str:
        raise AssertionError("the machine's own name was looked up")

    monkeypatch.setattr(socket, "getaddrinfo", plain)
    monkeypatch.setattr(socket, "getfqdn", asked)
    monkeypatch.setattr(socket, "gethostbyname", asked)
    mail_line(f"smtp://mail.example:{post.port}", resolve=lambda _host, _port: ["127.0.0.1"]).send(PARCEL)
    assert len(post.taken) == 1


@pytest.mark.parametrize(("own", "said"), [("box", "[127.0.0.1]"), ("box.school.example", "box.school.example")])
def test_it_calls_itself_by_its_full_name_or_its_address(monkeypatch: pytest.MonkeyPatch, own: str, said: str) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: own)
    greeted: list[str] = []
    ehlo = smtplib.SMTP.ehlo

    def noting(line: smtplib.SMTP, name: str = "") -> tuple[int, bytes]:
        greeted.append(line.local_hostname)
        return ehlo(line, name)

    monkeypatch.setattr(smtplib.SMTP, "ehlo", noting)
    with mail_receiver() as post:
        mail_line(post.url).send(PARCEL)
    assert greeted == [said]


def test_all_addresses_of_a_server_share_the_time_for_connecting(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[tuple[str, float]] = []

    def nobody(address: tuple[str, int], timeout: float) -> socket.socket:
        tried.append((address[0], timeout))
        raise TimeoutError

    monkeypatch.setattr(socket, "create_connection", nobody)
    found = [f"192.0.2.{number}" for number in range(5)]
    with pytest.raises(Unreachable) as refused:
        mail_line("smtp://mail.example", resolve=lambda _host, _port: found, timeout=6.0).send(PARCEL)
    assert refused.value.reason == "the mail server cannot be used: nothing came in time"
    assert tried == [(each, 6.0 / ADDRESSES) for each in found[:ADDRESSES]]


def test_a_host_without_an_address_cannot_be_connected_to() -> None:
    with pytest.raises(OSError, match="no address"):
        connected([], 25, timeout=1.0)
