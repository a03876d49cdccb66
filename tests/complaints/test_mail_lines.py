"""The line to the mail server: encrypted where the setting says so, signed in, and never open by mistake."""

from __future__ import annotations

import socket
import ssl
from datetime import timedelta
from pathlib import Path

import pytest

from complaints.outward.channel import Final, Parcel, Temporary, Unreachable
from tests.complaints.sending import mail_line
from tests.support.certificates import certificate
from tests.support.mail_receiver import mail_receiver

PARCEL = Parcel(key="0" * 64, to="gil@parents.example", content=b"Subject: x\r\n\r\nHello.\r\n")


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return how a server proves that it is 127.0.0.1, and how that is checked."""
    pair: Path = certificate(tmp_path_factory.mktemp("tls"))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pair)
    return server, ssl.create_default_context(cafile=str(pair))


Contexts = tuple[ssl.SSLContext, ssl.SSLContext]


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_mail_goes_over_an_encrypted_line_and_signed_in(tls: Contexts, scheme: str) -> None:
    with mail_receiver(tls=tls[0], immediate=scheme == "smtps", password="p/:@ 密") as post:
        url = f"{scheme}://school:p%2F%3A%40%20x@127.0.0.1:{post.port}"
        post.password = "p/:@ x"
        mail_line(url, tls=tls[1]).send(PARCEL)
        assert (post.encrypted, post.sign_ins, len(post.taken)) == ([True], [("school", "p/:@ x")], 1)


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_a_server_that_cannot_prove_who_it_is_gets_neither_password_nor_mail(tls: Contexts, scheme: str) -> None:
    with mail_receiver(tls=tls[0], immediate=scheme == "smtps", password="secret") as post:
        with pytest.raises(Unreachable) as refused:
            mail_line(f"{scheme}://school:secret@127.0.0.1:{post.port}").send(PARCEL)
        assert refused.value.reason.startswith("the mail server cannot be used: its certificate is not trusted: ")
        assert (post.sign_ins, post.taken) == ([], [])


def test_a_server_without_encryption_gets_nothing_where_encryption_is_asked_for() -> None:
    with mail_receiver() as post:
        with pytest.raises(Unreachable) as refused:
            mail_line(f"smtp+starttls://school:secret@127.0.0.1:{post.port}").send(PARCEL)
        assert (refused.value.reason, post.sign_ins, post.taken) == (
            "the mail server cannot be used: it does not offer what is asked for: encryption, or signing in", [], [],
        )  # fmt: skip


def test_a_wrong_password_stops_the_line_and_stands_nowhere(tls: Contexts) -> None:
    with mail_receiver(tls=tls[0], password="right") as post:
        with pytest.raises(Unreachable) as refused:
            mail_line(f"smtp+starttls://school:wrong@127.0.0.1:{post.port}", tls=tls[1]).send(PARCEL)
        assert refused.value.reason == "the mail server does not let us in: 535 5.7.8"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("421 4.3.2 closing", Unreachable),
        ("450 4.2.0 later", Temporary),
        ("451 4.7.1 greylisted", Temporary),
        ("550 5.1.1 unknown", Final),
        ("554 5.7.1 spam", Final),
    ],
)
@pytest.mark.parametrize("stage", ["recipient_answer", "content_answer"])
def test_what_the_server_says_decides_whether_it_is_tried_again(stage: str, answer: str, kind: type[Exception]) -> None:
    with mail_receiver() as post:
        setattr(post, stage, lambda _address: answer)
        with pytest.raises(kind) as refused:
            mail_line(post.url).send(PARCEL)
        assert type(refused.value) is kind


def test_a_server_that_says_nothing_is_waited_for_in_vain_only_so_long() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(Unreachable) as refused:
            mail_line(f"smtp://127.0.0.1:{port}", timeout=timedelta(milliseconds=100).total_seconds()).send(PARCEL)
    assert refused.value.reason == "the mail server cannot be used: the line ended in the midst, or took too long"


def test_an_address_beyond_ascii_goes_out_where_the_server_takes_it() -> None:
    with mail_receiver() as post:
        mail_line(post.url).send(Parcel(key="0" * 64, to="李@xn--48s290a.example", content=PARCEL.content))
        assert [address for address, _ in post.taken] == ["李@xn--48s290a.example"]
