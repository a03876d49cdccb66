"""`redress webhook`: added, listed, tried and removed by operators."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import pytest

from access import people, teams
from app.settings import Settings
from complaints.outward.signature import signature
from engine.ids import CountedIds
from storage import migrate
from storage.database import Database
from tests.app.conftest import Shell
from tests.support.hook_receiver import hook_receiver

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def operators(shell: Shell) -> Shell:
    """A shell of an installation with an operator and somebody who is none."""
    migrate.upgrade(Settings().database_url)
    with Database(Settings().database_url) as opened, opened.write() as unit:
        for login in ("ops", "li.na"):
            people.add(unit.connection, login=login, name=login, language="en", ids=CountedIds(), now=AT)
        teams.give_role(unit.connection, "ops", "operator")
        unit.commit()
    return shell


def added(shell: Shell, url: str, *options: str) -> tuple[str, str]:
    """Add a webhook; return its id and its secret."""
    code, out, wrong = shell.type("webhook", "add", url, "--by", "ops", *options)
    assert (code, "private address" in wrong) == (0, "127.0.0.1" in url)
    found = re.fullmatch(r"Webhook ([0-9a-z]{20}); its secret, shown once: ([0-9A-Z]{40})", out)
    assert found is not None
    return found[1], found[2]


def test_a_webhook_is_added_listed_and_removed(operators: Shell) -> None:
    assert operators.type("webhook", "list") == (0, "There are none.", "")
    hook, secret = added(operators, "https://hooks.example/x", "--kind", "complaint.closed")
    code, out, _ = operators.type("webhook", "list")
    assert code == 0
    assert re.fullmatch(rf"{hook}  https://hooks\.example/x  complaint\.closed  added \d{{4}}-\d\d-\d\d by ops", out)
    assert secret not in out
    assert operators.type("webhook", "remove", hook, "--by", "ops") == (0, f"Webhook {hook} is removed.", "")
    assert operators.type("webhook", "list")[1].endswith(" by ops (removed)")
    assert operators.type("webhook", "test", hook) == (
        2, "", f"There is no webhook {hook}, or it was removed.",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("url", "hosts", "said"),
    [
        ("http://127.0.0.1:2599/hook", "", True),
        ("http://127.0.0.1:2599/hook", "127.0.0.1", False),
        ("https://10.1.2.3/hook", "", True),
        ("https://93.184.215.14/hook", "", False),
        ("https://hooks.example/x", "", False),
    ],
)
def test_who_adds_a_private_address_is_told_what_it_needs(
    operators: Shell, monkeypatch: pytest.MonkeyPatch, url: str, hosts: str, said: bool
) -> None:
    monkeypatch.setenv("REDRESS_WEBHOOK_PRIVATE_HOSTS", hosts)
    code, _, told = operators.type("webhook", "add", url, "--by", "ops")
    assert (code, "REDRESS_WEBHOOK_PRIVATE_HOSTS" in told) == (0, said)


def test_a_test_says_whether_it_was_taken(operators: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    with hook_receiver() as receiver:
        hook, secret = added(operators, receiver.url())
        code, out, _ = operators.type("webhook", "test", hook)
        assert (code, out) == (
            1, "Not taken: the receiver has a private address; REDRESS_WEBHOOK_PRIVATE_HOSTS names those that may.",
        )  # fmt: skip
        monkeypatch.setenv("REDRESS_WEBHOOK_PRIVATE_HOSTS", "hooks.internal, 127.0.0.1")
        assert operators.type("webhook", "test", hook) == (0, "Taken.", "")
        (posted,) = receiver.posted
        body = json.loads(posted.body)
        assert (body["event"], body["complaint_id"], body["number"]) == ("test", None, None)
        timestamp = int(posted.headers["Redress-Timestamp"])
        assert posted.headers["Redress-Signature"] == signature(secret, timestamp, posted.body)
        receiver.status = 500
        assert operators.type("webhook", "test", hook) == (1, "Not taken: the receiver answered 500.", "")


def test_slips_are_named(operators: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    assert operators.type("webhook", "add", "hooks.example", "--by", "ops") == (
        2, "", "The address does not fit: it begins with https:// and names a host.",
    )  # fmt: skip
    assert operators.type("webhook", "add", "https://hooks.example", "--by", "li.na")[2].startswith(
        "li.na is no operator: "
    )
    assert operators.type("webhook", "remove", "x", "--by", "ops") == (2, "", "There is no webhook x.")
    monkeypatch.setenv("REDRESS_WEBHOOK_PRIVATE_HOSTS", "http://hooks.internal/")
    assert operators.type("webhook", "list") == (
        2, "", "The setting REDRESS_WEBHOOK_PRIVATE_HOSTS does not fit: it names hosts alone, such as"
        " hooks.school.internal,10.1.2.3.",
    )  # fmt: skip
