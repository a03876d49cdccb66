"""Receivers that keep us waiting in every way, and webhooks that are removed meanwhile."""

from __future__ import annotations

import ssl
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from complaints.outward.channel import Parcel, Unreachable
from complaints.outward.http_post import post
from complaints.outward.outward_loop import LONGEST_PAUSE
from complaints.outward.web_address import WebAddress, parse_web_address
from complaints.outward.webhook_channel import WebhookChannel
from complaints.outward.webhooks import RemoveWebhook
from engine.tables import incident
from tests.complaints.office import Office
from tests.complaints.sending import mail_line, sender
from tests.complaints.test_webhooks import LOCAL, _Every, listen, waiting
from tests.support.certificates import certificate
from tests.support.hook_receiver import hook_receiver
from tests.support.keys import stored_keys
from tests.support.trickling import trickling
from tests.support.waiting import until


def test_a_receiver_that_trickles_while_the_line_is_encrypted_is_broken_off() -> None:
    """The head of a message that is sixteen thousand bytes long, and then one byte after the other."""
    with trickling([b"\x16\x03\x03\x40\x00"], b"\x02") as port, pytest.raises(Unreachable) as refused:
        address = WebAddress("https", "127.0.0.1", port, "/")
        post(address, b"{}", {}, private=True, resolve=lambda host, _port: [host], whole=0.3)
    assert refused.value.reason.startswith("the receiver cannot be reached: ")


def test_a_mail_server_that_trickles_is_broken_off() -> None:
    with trickling([b""], b"220-still thinking\r\n") as port, pytest.raises(Unreachable) as refused:
        mail_line(f"smtp://127.0.0.1:{port}", whole=0.3).send(Parcel(key="0" * 64, to="gil@x.example", content=b"x"))
    assert refused.value.reason == "the mail server cannot be used: the line ended in the midst, or took too long"


def test_the_certificate_is_that_of_the_name_and_not_of_where_it_leads(tmp_path: Path) -> None:
    pair = certificate(tmp_path)
    proof = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    proof.load_cert_chain(pair)
    trusting = ssl.create_default_context(cafile=str(pair))
    with hook_receiver(proof) as receiver:
        address = WebAddress("https", "hooks.example", receiver.port, "/hook")
        with pytest.raises(Unreachable) as refused:
            post(address, b"{}", {}, private=True, resolve=lambda _host, _port: ["127.0.0.1"], tls=trusting)
        assert (refused.value.reason, receiver.posted) == (
            "the receiver cannot be reached: its certificate is not trusted: Hostname mismatch", [],
        )  # fmt: skip


@pytest.mark.parametrize("host", ["hooks..example", ".example", f"{'a' * 64}.example"])
def test_a_name_that_no_resolver_takes_is_refused(host: str) -> None:
    with pytest.raises(ValueError, match="its host or port cannot be read"):
        parse_web_address(f"https://{host}/")


def test_a_webhook_that_is_removed_while_it_does_not_answer_is_told_nothing_more(office: Office) -> None:
    with hook_receiver() as receiver:
        receiver.silent, receiver.status = threading.Event(), 500
        hook, _ = listen(office, receiver.url())
        office.file()
        loop = sender(office, _Every(LOCAL, {}))
        loop.patience = 0.0
        loop.run_once()
        until(lambda: len(receiver.posted) == 1, "it is under way")
        office.do(RemoveWebhook(hook), "house")
        receiver.silent.set()
        loop.finish()
        assert [row.attempts for row in waiting(office)] == [1]
        office.clock.advance(timedelta(minutes=1))
        loop.patience = 10.0
        assert loop.run_once() == 0
        assert len(receiver.posted) == 1
        assert waiting(office)[0].cancelled_at == office.clock.now()
        assert [row.resolved_at for row in office.rows(incident)] == [office.clock.now()]


def test_a_message_that_is_not_to_go_out_says_nothing_about_who_can_be_reached(office: Office) -> None:
    """A mail server that is away stays paused although what waits for somebody who has left is cancelled meanwhile."""
    with hook_receiver() as gone:
        url = gone.url()
    hook, _ = listen(office, url)
    office.file()
    loop = sender(office, _Every(WebhookChannel(stored_keys(), this_machine=True), {}))
    loop.run_once()
    assert loop._pauses[f"webhook:{hook}"].failures == 1
    office.do(RemoveWebhook(hook), "house")
    office.clock.advance(LONGEST_PAUSE)
    assert loop.run_once() == 0
    assert waiting(office)[0].cancelled_at is not None
    assert loop._pauses[f"webhook:{hook}"].failures == 1
