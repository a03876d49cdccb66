"""The page of webhooks: its code checks what is really sent, its tables and examples are what there is."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from complaints.outward.webhook_channel import WebhookChannel
from complaints.outward.webhooks import KINDS
from tests.complaints.office import MONDAY, Office
from tests.complaints.test_webhooks import listen, send
from tests.support.hook_receiver import Posted, hook_receiver
from tests.support.keys import stored_keys
from tests.support.shared import ROOT

PAGE = (ROOT / "docs" / "integrator" / "webhooks.md").read_text(encoding="utf-8")
NOW = MONDAY.timestamp()


@pytest.fixture(scope="module")
def sent() -> tuple[str, str, Posted]:
    """Return the secret, the id of a complaint, and the request that told of it."""
    office = Office()
    with hook_receiver() as receiver:
        _, secret = listen(office, receiver.url())
        case = office.file()
        assert send(office, WebhookChannel(stored_keys(), this_machine=True)) == 1
        (posted,) = receiver.posted
    office.database.close()
    return secret, case, posted


@pytest.fixture(scope="module")
def checked() -> Any:
    """Return the function that the page shows."""
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)
    return names["checked"]


def test_the_code_of_the_page_takes_what_is_sent(checked: Any, sent: tuple[str, str, Posted]) -> None:
    secret, _, posted = sent
    key = json.loads(posted.body)["key"]
    for away in (-300, 0, 300):
        assert checked(secret, posted.headers, posted.body, NOW + away) == key


def test_the_code_of_the_page_refuses_everything_else(checked: Any, sent: tuple[str, str, Posted]) -> None:
    secret, _, posted = sent
    later = {**posted.headers, "Redress-Timestamp": str(int(NOW) + 600)}
    for given, headers, body, now, reason in (
        ("another", posted.headers, posted.body, NOW, "not signed"),
        (secret, posted.headers, posted.body + b" ", NOW, "not signed"),
        (secret, later, posted.body, NOW + 600, "not signed"),
        (secret, posted.headers, posted.body, NOW + 301, "too old"),
        (secret, posted.headers, posted.body, NOW - 301, "too old"),
    ):
        with pytest.raises(ValueError, match=reason):
            checked(given, headers, body, now)


def test_headers_and_members_are_those_of_the_page(sent: tuple[str, str, Posted]) -> None:
    _, case, posted = sent
    (shown,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert list(json.loads(shown)) == list(json.loads(posted.body))
    assert json.loads(posted.body)["complaint_id"] == case
    (request,) = re.findall(r"```http\n(.*?)```", PAGE, re.DOTALL)
    named = dict(line.split(": ", 1) for line in request.splitlines()[1:])
    assert named.keys() <= posted.headers.keys()
    for name in ("Content-Type", "User-Agent"):
        assert posted.headers[name] == named[name]


def test_every_event_is_listed_and_no_other() -> None:
    (table,) = re.findall(r"<!-- kinds -->\n(.*?)<!-- end -->", PAGE, re.DOTALL)
    assert dict(re.findall(r"^\| `(.+?)` \| (.+?) \|$", table, re.MULTILINE)) == KINDS
