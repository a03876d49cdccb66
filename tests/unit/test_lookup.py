"""A lookup that nobody answers is given up in time, and never piles up."""

from __future__ import annotations

import socket
import threading

import pytest

from complaints.outward.channel import Unreachable
from complaints.outward.http_post import post
from complaints.outward.lookup import Lookups, SlowLookup
from complaints.outward.web_address import WebAddress
from tests.support.hook_receiver import hook_receiver
from tests.support.waiting import until


def test_a_lookup_that_is_not_answered_is_given_up_and_goes_on_alone() -> None:
    answered, asked = threading.Event(), list[str]()

    def slow(host: str, _port: int) -> list[str]:
        asked.append(host)
        assert answered.wait(30)
        return ["192.0.2.1"]

    lookups = Lookups(slow, within=0.05)
    for _ in range(3):
        with pytest.raises(SlowLookup):
            lookups("hooks.example", 443)
    with pytest.raises(SlowLookup):
        lookups("other.example", 443)
    until(lambda: asked == ["hooks.example", "other.example"], "who asks again waits for the one that runs")
    answered.set()
    until(lambda: not lookups._running, "both have ended")
    assert Lookups(slow)("hooks.example", 443) == ["192.0.2.1"]


def test_a_name_that_is_not_known_is_no_slow_lookup() -> None:
    def unknown(_host: str, _port: int) -> list[str]:
        raise socket.gaierror("unknown")

    lookups = Lookups(unknown)
    for _ in range(2):
        with pytest.raises(socket.gaierror):
            lookups("hooks.example", 443)


def test_the_system_is_asked_where_nothing_else_is_said() -> None:
    assert Lookups()("127.0.0.1", 80) == ["127.0.0.1"]


def test_the_reason_says_that_the_name_was_not_found_in_time() -> None:
    forever = threading.Event()
    lookups = Lookups(lambda _host, _port: [str(forever.wait(30))], within=0.05)
    with pytest.raises(Unreachable) as refused:
        post(WebAddress("https", "hooks.example", 443, "/"), b"{}", {}, private=False, resolve=lookups)
    forever.set()
    assert refused.value.reason == ("nobody said in time where the receiver is: its name could not be looked up")


def test_what_was_checked_is_what_is_connected_to() -> None:
    """The name is asked for once; that it would lead elsewhere a moment later changes nothing."""
    asked: list[str] = []

    def changing(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["192.0.2.1"]

    with hook_receiver() as receiver:
        address = WebAddress("http", "hooks.example", receiver.port, "/hook")
        post(address, b"{}", {}, private=True, resolve=changing)
        assert [each.headers["Host"] for each in receiver.posted] == [f"hooks.example:{receiver.port}"]
    assert asked == ["hooks.example"]
