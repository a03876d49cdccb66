"""Mail from a whole installation, and the settings with which it is set up."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError
from sqlalchemy import Connection, insert, select

from access.keys.sealed_rows import seal
from app.settings import Settings
from complaints.outward.channel import Channel
from complaints.outward.mail_rows import MAIL
from complaints.outward.outward_loop import OutwardLoop
from complaints.outward.webhook_channel import WebhookChannel
from complaints.outward.webhooks import WEBHOOK, house_key
from complaints.tables import complaint, message, webhook
from engine.ids import RandomIds
from storage import migrate, outbox
from storage.database import Database
from storage.outbox import Message
from tests.app.conftest import Shell
from tests.complaints.sending import mail_line
from tests.support.application import OPENING, house
from tests.support.hook_receiver import hook_receiver
from tests.support.keys import put, stored_keys, told
from tests.support.mail_receiver import mail_receiver
from tests.support.stores import store_url

FROM = "School <complaints@school.example>"


def test_who_files_with_an_address_gets_the_receipt_by_mail() -> None:
    with mail_receiver() as post:
        redress = house(smtp_url=SecretStr(post.url), mail_from=FROM, public_url="https://c.example")
        complainant = {"name": "Gil", "email": "gil@parents.example"}
        filed = redress.file(complainant=complainant, language="en")
        redress.deliver()
        assert redress.application.outward.run_once() == 1
        ((address, mail),) = post.taken
        assert (address, str(mail["Subject"])) == ("gil@parents.example", f"We have received it ({filed['number']})")
        # The code opens the case: it is told once, on the page, and travels in no mail.
        assert filed["tracking_code"] not in str(mail.get_content())
        assert "https://c.example/track" in str(mail.get_content())


@pytest.mark.parametrize("changes", [{}, {"demo": True, "smtp_url": SecretStr("smtp://m.example"), "mail_from": FROM}])
def test_nothing_is_mailed_without_a_server_or_in_the_demo(changes: dict[str, object]) -> None:
    redress = house(**changes)
    redress.file(complainant={"name": "Gil", "email": "gil@parents.example"})
    redress.deliver()
    with redress.application.database.read() as connection:
        assert connection.execute(select(outbox.outbox.c.id).where(outbox.outbox.c.channel == MAIL)).all() == []
    assert redress.application.outward.run_once() == 0


@pytest.mark.parametrize(
    ("url", "sender", "said"),
    [
        (
            "smtp//mail.example", FROM,
            "The setting REDRESS_SMTP_URL does not fit: it begins with one of smtp://, smtps://, smtp+starttls://.",
        ),
        (
            "smtp://u:hush@mail.example", FROM,
            "The setting REDRESS_SMTP_URL does not fit: a password goes only over an encrypted line; use smtps:// or"
            " smtp+starttls://.",
        ),
        (
            "smtp://mail.example", "School",
            "The setting REDRESS_MAIL_FROM does not fit: it is one address, such as School"
            " <complaints@school.example>.",
        ),
        (
            "smtp://mail.example", "",
            "The settings do not fit together: REDRESS_SMTP_URL and REDRESS_MAIL_FROM are set both or neither.",
        ),
    ],
)  # fmt: skip
def test_a_slip_in_a_setting_is_refused_at_the_start(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, url: str, sender: str, said: str
) -> None:
    monkeypatch.setenv("REDRESS_SMTP_URL", url)
    monkeypatch.setenv("REDRESS_MAIL_FROM", sender)
    assert shell.type("serve") == (2, "", said)


def test_a_password_is_shown_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDRESS_SMTP_URL", "smtps://u:hush@mail.example")
    monkeypatch.setenv("REDRESS_MAIL_FROM", FROM)
    assert "hush" not in repr(Settings())
    monkeypatch.setenv("REDRESS_SMTP_URL", "smtp://u:hush@mail.example")
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert "hush" not in str(refused.value)


@pytest.mark.parametrize("store", ["sqlite-file", "postgresql"])
def test_several_processes_on_one_database_send_everything_once(
    store: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    with mail_receiver() as post, hook_receiver() as hooks:
        database = Database(store_url(store, request, tmp_path))
        migrate.create(database)
        count = 30
        with database.write() as unit:
            hook = webhook_of(unit.connection, hooks.url())
            for number in range(count):
                told(stored_keys(), unit.connection, *rows_about(unit.connection, number, hook))
            unit.commit()
        lines: dict[str, Channel] = {MAIL: mail_line(post.url), hook: WebhookChannel(stored_keys(), this_machine=True)}
        processes = [
            OutwardLoop(database=database, ids=RandomIds(), channel_of=lines.get, now=lambda: OPENING) for _ in range(3)
        ]
        with ThreadPoolExecutor(len(processes)) as threads:
            for _ in range(4):
                list(threads.map(lambda each: each.run_once(), processes))
        wanted = sorted(f"p{number}@parents.example" for number in range(count))
        assert sorted(address for address, _ in post.taken) == wanted
        assert len({each.headers["Idempotency-Key"] for each in hooks.posted}) == len(hooks.posted) == count
        with database.read() as connection:
            waiting = connection.execute(select(outbox.outbox.c.id).where(outbox.outbox.c.delivered_at.is_(None))).all()
        assert waiting == []
        database.close()


def webhook_of(connection: Connection, url: str) -> str:
    """Add a webhook; return the name of its channel."""
    secret = seal(house_key(stored_keys(), connection), "s")
    values = {"id": "hook", "url": url, "secret": secret, "kinds": None, "active": True}
    connection.execute(insert(webhook).values(**values, created_at=OPENING, created_by="system"))
    return f"{WEBHOOK}:hook"


def rows_about(connection: Connection, number: int, hook: str) -> list[Message]:
    """Write a complaint with a letter; return what is to leave the house about it."""
    case = f"c{number}"
    filed = {
        "case_id": case, "number": case, "tracking_digest": case, "received_at": OPENING, "recorded_at": OPENING,
        "subject": "s", "channel": "web", "type": "complaint", "category": "x", "category_version": "1",
        "language": "en", "identity_mode": "identified", "email": f"p{number}@parents.example", "stated_people": 1,
        "text": "t",
    }  # fmt: skip
    put(stored_keys(), connection, complaint, filed)
    letter = {"id": case, "case_id": case, "at": OPENING, "direction": "out", "text": "Hello.", "language": "en"}
    put(stored_keys(), connection, message, letter)
    both = ((MAIL, f"{MAIL}:complainant", {"letter": case}), (hook, hook, {"status": "closed"}))
    return [
        Message(
            id=f"{case}:{channel}", case_id=case, cause=case, kind="complaint.closed", recipient=recipient,
            channel=channel, payload=payload, created_at=OPENING, deliver_after=OPENING,
        )
        for channel, recipient, payload in both
    ]  # fmt: skip
