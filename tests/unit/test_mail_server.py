"""The address of a mail server as a setting, the sender, and how a failed sending is put off."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints.outward.mail_server import MailServer, parse_mail_server
from complaints.outward.mail_text import mail_address, sender_address
from complaints.outward.retries import ATTEMPTS, FIRST, LONGEST, delay


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example", MailServer("smtp", "mail.example", 25)),
        ("smtp://mail.example:2525/", MailServer("smtp", "mail.example", 2525)),
        ("smtps://u:p@mail.example", MailServer("smtps", "mail.example", 465, "u", "p")),
        ("smtp+starttls://u%40s:p%2F%3A@mail.example", MailServer("smtp+starttls", "mail.example", 587, "u@s", "p/:")),
        ("smtp://u:p@127.0.0.1:1025", MailServer("smtp", "127.0.0.1", 1025, "u", "p")),
        ("smtp://[::1]", MailServer("smtp", "::1", 25)),
    ],
)
def test_an_address_is_read(url: str, server: MailServer) -> None:
    assert parse_mail_server(url) == server
    assert "p/:" not in repr(server)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("mail.example", "it begins with one of smtp://, smtps://, smtp+starttls://"),
        ("http://mail.example", "it begins with one of smtp://, smtps://, smtp+starttls://"),
        ("smtp://", "it names no host; write smtp+starttls://user:password@host:587"),
        ("smtp://a b", "it names no host; write smtp+starttls://user:password@host:587"),
        ("smtp://h:x", "its host or port cannot be read; write smtp+starttls://user:password@host:587"),
        ("smtp://h:99999", "its host or port cannot be read; write smtp+starttls://user:password@host:587"),
        ("smtps://h/path", "nothing comes after the host and port; write / ? # of a password as %2F %3F %23"),
        ("smtps://u@h", "it has a user and a password, or neither"),
        ("smtp://u:p@mail.example", "a password goes only over an encrypted line; use smtps:// or smtp+starttls://"),
    ],
)
def test_a_slip_is_named_without_repeating_the_password(url: str, reason: str) -> None:
    with pytest.raises(ValueError) as refused:
        parse_mail_server(url)
    assert str(refused.value) == reason


@given(st.text())
def test_whatever_is_typed_is_read_or_refused_plainly(text: str) -> None:
    for read in (parse_mail_server, sender_address, mail_address):
        try:
            found = read(text)
        except UnicodeError:
            raise
        except ValueError:
            continue
        assert "\n" not in str(found)


def test_a_sender_has_a_name_or_none() -> None:
    assert str(sender_address("complaints@school.example")) == "complaints@school.example"
    assert str(sender_address("School <complaints@school.example>")) == "School <complaints@school.example>"
    assert sender_address("学校 <complaints@school.example>").display_name == "学校"
    for wrong in ("", "School", "a@b.example, c@d.example", "a@b.example\r\nBcc: c@d.example", "é@b.example"):
        with pytest.raises(ValueError):
            sender_address(wrong)


def test_an_address_in_another_script_is_taken_with_its_domain_in_ascii() -> None:
    assert mail_address("李@学校.example") == "李@xn--48s290a.example"


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_a_delay_grows_to_its_limit_and_differs_by_a_quarter(failures: int, chance: float) -> None:
    plain = min(FIRST * 2 ** min(failures - 1, 20), LONGEST)
    assert 0.75 * plain <= delay(failures, chance) <= 1.25 * plain


def test_it_is_given_up_after_some_two_and_a_half_days() -> None:
    whole = sum((delay(n, 0.5) for n in range(1, ATTEMPTS)), timedelta())
    assert timedelta(days=2) < whole < timedelta(days=3)
