"""Mail from a whole installation, and the settings with which it is set up."""

from __future__ import annotations

import pytest
from pydantic import SecretStr, ValidationError
from sqlalchemy import select

from app.settings import Settings
from complaints.outward.mail_rows import MAIL
from storage.outbox import outbox
from tests.app.conftest import Shell
from tests.support.application import house
from tests.support.mail_receiver import mail_receiver

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
        assert connection.execute(select(outbox.c.id).where(outbox.c.channel == MAIL)).all() == []
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
