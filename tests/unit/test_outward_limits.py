"""Whatever comes from outside - an address, a subject, a text - a mail and a request keep their shape."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.headerregistry import Address
from email.policy import default
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints.outward.mail_text import Mail, composed
from complaints.outward.web_address import may_go_to, parse_web_address

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
HEADERS = {
    "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress", "MIME-Version",
    "Content-Type", "Content-Transfer-Encoding", "Content-Language",
}  # fmt: skip
TEXT = st.text()


@given(TEXT, TEXT)
def test_no_subject_and_no_text_adds_a_header_or_loses_a_word(subject: str, text: str) -> None:
    mail = Mail(
        sender=Address("学校", addr_spec="c@school.example"), to="gil@parents.example", subject=subject, text=text,
        language="ko", key="0" * 64, at=AT,
    )  # fmt: skip
    made = composed(mail)
    assert made.count(b"\n") == made.count(b"\r\n") == made.count(b"\r")
    read = message_from_bytes(made, policy=default)
    assert set(read.keys()) == HEADERS
    assert len(read.keys()) == len(HEADERS)
    body = read.get_payload(decode=True)
    assert isinstance(body, bytes)
    lines = body.decode().replace("\r\n", "\n")
    assert lines.rstrip("\n") == text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").rstrip("\n")


@given(st.text() | st.from_regex(r"https?://[ -~]{0,40}", fullmatch=True))
def test_an_address_is_read_or_refused_plainly_and_never_breaks_a_request(text: str) -> None:
    try:
        found = parse_web_address(text)
    except UnicodeError:
        raise
    except ValueError:
        return
    assert found.scheme in ("https", "http")
    for part in (found.host, found.target, found.netloc):
        assert part.isascii()
        assert not set(part) & set("\r\n \t\x00")
    assert found.target[0] in "/?"


@given(st.integers(0, 2**32 - 1))
def test_an_ipv4_address_in_ipv6_clothes_is_no_other(number: int) -> None:
    plain = IPv4Address(number)
    for dressed in (f"::ffff:{plain}", str(IPv6Address((0x64FF9B << 96) + number))):
        assert may_go_to(dressed) == may_go_to(str(plain)), dressed


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:2800:220:1::1"])
def test_the_open_internet_may_be_called(address: str) -> None:
    assert may_go_to(address)


@pytest.mark.parametrize(
    "address", ["10.0.0.1", "169.254.169.254", "100.64.0.1", "::1", "fd00::1", "fe80::1", "fec0::1"]
)
def test_what_lies_inside_may_not(address: str) -> None:
    assert not may_go_to(address)


@pytest.mark.parametrize("address", ["", "localhost", "10.0.0.1.example", "999.1.1.1"])
def test_what_is_no_address_may_not(address: str) -> None:
    assert not may_go_to(address)
