"""Webhooks through a real receiver: what is told to whom, how it is signed, and what a receiver cannot do to us."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from complaints.correspondence.messages import ReceiveMessage, SendMessage
from complaints.correspondence.withdrawal import Withdraw
from complaints.outward.outward_loop import LONGEST_PAUSE
from complaints.outward.signature import signature
from complaints.outward.webhook_channel import WebhookChannel
from complaints.outward.webhooks import KINDS, AddWebhook, RemoveWebhook, webhooks
from complaints.people.ownership import AskHandOver
from complaints.tables import complaint, webhook
from engine.commands.complete import CompleteTask
from engine.commands.send_back import SendBack
from engine.errors import Forbidden, NotFound, Unfit
from engine.tables import incident
from storage.counting import counted
from storage.outbox import HOUSE, outbox
from tests.complaints.office import MONDAY, Office
from tests.complaints.sending import sender
from tests.complaints.test_sent_back import PLAN
from tests.complaints.walk import reach_plan
from tests.support.certificates import certificate
from tests.support.hook_receiver import HookReceiver, hook_receiver
from tests.support.keys import stored_keys

LOCAL = WebhookChannel(stored_keys(), this_machine=True)


@pytest.fixture
def receiver() -> Iterator[HookReceiver]:
    """A receiver that takes everything."""
    with hook_receiver() as opened:
        yield opened


def listen(office: Office, url: str, *kinds: str) -> tuple[str, str]:
    """Add a webhook; return its id and its secret."""
    added = office.do(AddWebhook(url, kinds), "house")
    return added["webhook"], added["secret"]


def send(office: Office, channel: WebhookChannel = LOCAL, others: Mapping[str, WebhookChannel] | None = None) -> int:
    """Send until nothing is due any more, by `channel` save where `others` names one; return how many went out."""
    loop = sender(office, _Every(channel, others or {}))
    sent = 0
    while now := loop.run_once():
        sent += now
    return sent


class _Every(dict[str, Any]):
    """Every channel is the same, but those that are named."""

    def __init__(self, channel: WebhookChannel, others: Mapping[str, WebhookChannel]) -> None:
        super().__init__(others)
        self.channel = channel

    def get(self, key: str, default: Any = None) -> Any:
        return super().get(key, self.channel)


def told(receiver: HookReceiver) -> list[dict[str, Any]]:
    return [json.loads(each.body) for each in receiver.posted]


def waiting(office: Office) -> list[Any]:
    with office.database.read() as connection:
        rows = connection.execute(select(outbox).where(outbox.c.channel != HOUSE).order_by(outbox.c.sequence))
        return list(rows)


def test_another_system_is_told_which_complaint_what_and_when_and_nothing_else(
    office: Office, receiver: HookReceiver
) -> None:
    listen(office, receiver.url("/hook?source=redress"))
    case = office.file(subject="Secret subject", text="Secret text")
    assert send(office) == 1
    (body,) = told(receiver)
    assert body == {
        "key": receiver.posted[0].headers["Idempotency-Key"], "event": "complaint.registered", "complaint_id": case,
        "number": office.rows(complaint, case)[0].number, "status": "registered", "at": MONDAY.isoformat(),
    }  # fmt: skip
    assert receiver.posted[0].path == "/hook?source=redress"
    assert receiver.posted[0].headers["Content-Type"] == "application/json"


def test_the_signature_covers_time_and_body(office: Office, receiver: HookReceiver) -> None:
    _, secret = listen(office, receiver.url())
    office.file()
    send(office)
    (posted,) = receiver.posted
    timestamp = int(posted.headers["Redress-Timestamp"])
    assert timestamp == int(MONDAY.timestamp())
    assert posted.headers["Redress-Signature"] == signature(secret, timestamp, posted.body)
    assert signature(secret, timestamp + 1, posted.body) != signature(secret, timestamp, posted.body)
    assert signature(secret, timestamp, posted.body + b" ") != signature(secret, timestamp, posted.body)


def test_every_kind_is_told_in_the_order_in_which_it_happened(office: Office, receiver: HookReceiver) -> None:
    listen(office, receiver.url())
    case = office.file()
    office.do(SendMessage(case, "Hello."))
    office.do(ReceiveMessage(case, "Thank you."), None)
    office.do(Withdraw(case), None)
    send(office)
    assert [(each["event"], each["status"]) for each in told(receiver)] == [
        ("complaint.registered", "registered"),
        ("complaint.letter_sent", "registered"),
        ("complaint.letter_received", "registered"),
        ("complaint.closed", "closed"),
    ]
    assert {each["event"] for each in told(receiver)} <= KINDS.keys()
    assert len({each["key"] for each in told(receiver)}) == 4


def test_who_wants_some_kinds_hears_of_no_other(office: Office, receiver: HookReceiver) -> None:
    chosen, _ = listen(office, receiver.url("/some"), "complaint.closed")
    every, _ = listen(office, receiver.url("/all"))
    case = office.file()
    office.do(Withdraw(case), None)
    assert [row.channel for row in waiting(office)] == [
        f"webhook:{each}" for each in (every, *sorted((chosen, every)))
    ]  # fmt: skip
    send(office)
    assert sorted((each.path, json.loads(each.body)["event"]) for each in receiver.posted) == [
        ("/all", "complaint.closed"), ("/all", "complaint.registered"), ("/some", "complaint.closed"),
    ]  # fmt: skip


def test_where_nobody_listens_nothing_is_written_and_no_change_even_asks(
    office: Office, receiver: HookReceiver
) -> None:
    case = office.file()

    def asked() -> int:
        with counted(office.database) as seen:
            office.do(SendMessage(case, "Hello."))
        return len([each for each in seen.sql if "FROM webhook" in each])

    assert (asked(), waiting(office)) == (0, [])
    added, _ = listen(office, receiver.url())
    assert (asked(), len(waiting(office))) == (1, 1)
    with counted(office.database) as seen:
        office.do(AskHandOver(case, office.people["bea"], "Leave."))
    assert not [each for each in seen.sql if "FROM webhook" in each]
    office.do(RemoveWebhook(added), "house")
    assert asked() == 0


def test_of_a_step_that_is_taken_back_nobody_hears(office: Office, receiver: HookReceiver) -> None:
    listen(office, receiver.url(), "complaint.resolved")
    case = reach_plan(office)
    task = office.task(case, "plan")
    office.do(CompleteTask(task.id, PLAN))
    assert [row.held_until for row in waiting(office)] == [MONDAY + timedelta(minutes=1)]
    assert send(office) == 0
    office.do(SendBack(task.id))
    office.clock.advance(timedelta(minutes=2))
    assert (send(office), receiver.posted) == (0, [])
    office.do(CompleteTask(task.id, PLAN, office.task(case, "plan").version))
    office.clock.advance(timedelta(minutes=2))
    assert send(office) == 1
    assert [(each["event"], each["at"]) for each in told(receiver)] == [
        ("complaint.resolved", (MONDAY + timedelta(minutes=2)).isoformat())
    ]


def test_a_receiver_that_is_down_gets_everything_in_order_when_it_is_back(office: Office) -> None:
    with hook_receiver() as gone:
        url = gone.url()
    listen(office, url)
    first, second = office.file(), office.file()
    assert send(office) == 0
    assert [(row.attempts, row.claimed_until) for row in waiting(office)] == [(1, None), (0, None)]
    (line,) = office.rows(incident)
    assert (line.case_id, line.reason) == (first, "the receiver cannot be reached: nobody listens at that port")
    with hook_receiver() as back:
        with office.database.write() as unit:
            unit.connection.execute(update(webhook).values(url=back.url()))
            unit.commit()
        office.clock.advance(LONGEST_PAUSE)
        assert send(office) == 2
        assert {each["complaint_id"] for each in told(back)} == {first, second}
    assert [row.resolved_at for row in office.rows(incident)] == [office.clock.now()]


def webhooks_of(office: Office) -> list[Any]:
    with office.database.read() as connection:
        return list(webhooks(connection))


def test_the_same_event_comes_with_the_same_key_and_a_new_time(office: Office, receiver: HookReceiver) -> None:
    listen(office, receiver.url())
    office.file()
    receiver.status = 500
    assert send(office) == 0
    receiver.status = 200
    office.clock.advance(timedelta(minutes=1))
    assert send(office) == 1
    first, second = receiver.posted
    assert first.body == second.body
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"] == told(receiver)[0]["key"]
    assert int(second.headers["Redress-Timestamp"]) - int(first.headers["Redress-Timestamp"]) == 60
    assert first.headers["Redress-Signature"] != second.headers["Redress-Signature"]


def test_a_slow_receiver_holds_up_no_other(office: Office, receiver: HookReceiver) -> None:
    impatient = WebhookChannel(stored_keys(), this_machine=True, timeout=0.3)
    with hook_receiver() as slow:
        slow.silent = threading.Event()
        late, _ = listen(office, slow.url())
        listen(office, receiver.url())
        for _ in range(3):
            office.file()
        assert send(office, LOCAL, {f"webhook:{late}": impatient}) == 3
        assert (len(receiver.posted), len(slow.posted)) == (3, 1)
        assert [line.reason for line in office.rows(incident)] == ["the receiver did not answer: nothing came in time"]


@pytest.mark.parametrize(
    ("status", "given_up", "reason"),
    [
        (301, False, "the receiver answered 301: no redirect is followed, name the address that it leads to"),
        (307, False, "the receiver answered 307: no redirect is followed, name the address that it leads to"),
        (401, False, "the receiver answered 401"),
        (410, True, "the receiver answered 410"),
        (503, False, "the receiver answered 503"),
    ],
)
def test_an_answer_other_than_taken_is_a_failure_and_no_redirect_is_followed(
    office: Office, receiver: HookReceiver, status: int, given_up: bool, reason: str
) -> None:
    listen(office, receiver.url())
    office.file()
    receiver.status, receiver.location = status, receiver.url("/elsewhere")
    assert send(office) == 0
    (row,) = waiting(office)
    assert (row.last_error, row.given_up_at is not None) == (reason, given_up)
    assert [each.path for each in receiver.posted] == ["/hook"]


def test_an_endless_answer_is_not_read(office: Office, receiver: HookReceiver) -> None:
    listen(office, receiver.url())
    office.file()
    receiver.status, receiver.flood = 200, 1 << 40
    assert send(office) == 1


def test_an_answer_that_trickles_is_broken_off(office: Office) -> None:
    """Each byte comes in time; the whole never does."""
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def trickle() -> None:
            with suppress(OSError):
                line, _ = server.accept()
                with line:
                    while not ended.wait(0.02):
                        line.sendall(b"x")

        server.settimeout(10)  # for where nobody ever calls
        thread = threading.Thread(target=trickle)
        thread.start()
        try:
            listen(office, f"http://127.0.0.1:{server.getsockname()[1]}/")
            office.file()
            assert send(office, WebhookChannel(stored_keys(), this_machine=True, whole=0.3)) == 0
        finally:
            ended.set()
            thread.join(15)
    assert waiting(office)[0].last_error.startswith("the receiver did not answer: ")


@pytest.mark.parametrize(
    "address",
    ["10.1.2.3", "127.0.0.1", "192.168.0.9", "169.254.169.254", "0.0.0.0", "::1", "fd00::1", "fe80::1%eth0",
     "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "224.0.0.1", "100.64.0.1"],
)  # fmt: skip
def test_a_name_that_leads_into_a_private_net_is_refused_and_nobody_is_called(office: Office, address: str) -> None:
    listen(office, "https://hooks.example/x")
    office.file()
    channel = WebhookChannel(stored_keys(), resolve=lambda _host, _port: ["93.184.216.34", address])
    assert send(office, channel) == 0
    assert waiting(office)[0].last_error == (
        "the receiver has a private address; REDRESS_WEBHOOK_PRIVATE_HOSTS names those that may"
    )


def test_a_private_host_is_called_where_the_installation_names_it(office: Office, receiver: HookReceiver) -> None:
    listen(office, receiver.url())
    office.file()
    assert send(office, WebhookChannel(stored_keys())) == 0
    office.clock.advance(LONGEST_PAUSE)
    assert send(office, WebhookChannel(stored_keys(), private_hosts=frozenset({"127.0.0.1"}))) == 1


def test_it_goes_over_an_encrypted_line_to_who_can_prove_who_they_are(office: Office, tmp_path: Path) -> None:
    pair = certificate(tmp_path)
    proof = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    proof.load_cert_chain(pair)
    with hook_receiver(proof) as receiver:
        listen(office, receiver.url(scheme="https"))
        office.file()
        assert send(office) == 0
        told = "the receiver cannot be reached: its certificate is not trusted: self-signed certificate"
        assert waiting(office)[0].last_error == told
        office.clock.advance(LONGEST_PAUSE)
        trusting = ssl.create_default_context(cafile=str(pair))
        assert send(office, WebhookChannel(stored_keys(), this_machine=True, tls=trusting)) == 1


def test_what_waits_for_a_removed_webhook_goes_out_no_more(office: Office, receiver: HookReceiver) -> None:
    hook, _ = listen(office, receiver.url())
    office.file()
    office.do(RemoveWebhook(hook), "house")
    assert (send(office), receiver.posted) == (0, [])
    assert (waiting(office)[0].cancelled_at, office.rows(incident)) == (MONDAY, [])
    (row,) = office.rows(webhook)
    assert (row.active, row.secret, webhooks_of(office)[0].active) == (False, None, False)
    office.file()
    assert len(waiting(office)) == 1


def test_who_is_no_operator_adds_and_removes_nothing(office: Office) -> None:
    for command in (AddWebhook("https://hooks.example"), RemoveWebhook("x")):
        with pytest.raises(Forbidden):
            office.do(command, "ann")
    with pytest.raises(NotFound):
        office.do(RemoveWebhook("x"), "house")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://hooks.example", "it begins with https://: only on this machine itself is nothing to be encrypted"),
        ("ftp://hooks.example", "it begins with https:// and names a host"),
        ("https://", "it begins with https:// and names a host"),
        ("https://u:p@hooks.example", "it holds no user or password: who receives it knows by the signature that it is"
                                      " ours"),
        ("https://hooks.example/#x", "it has no #: what stands behind it is never sent"),
        ("https://hooks.example/a\r\nX: y", "an address has no spaces and only ASCII, at most 2000 characters"),
        ("https://hooks.example:99999", "its host or port cannot be read"),
    ],
    ids=["plain", "ftp", "nothing", "user", "fragment", "header", "port"],
)  # fmt: skip
def test_an_address_that_cannot_be_is_refused(office: Office, url: str, said: str) -> None:
    with pytest.raises(Unfit) as refused:
        listen(office, url)
    assert refused.value.message == f"The address does not fit: {said}."
    with pytest.raises(Unfit) as refused:
        listen(office, "https://hooks.example", "complaint.eaten")
    assert refused.value.message.startswith("There is no kind complaint.eaten; there are complaint.registered, ")
