"""A mail as bytes: its headers cannot be added to from outside, and every language stands in it as it was written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, parseaddr

CONTROL = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")
LONGEST_ADDRESS = 254


@dataclass(frozen=True, kw_only=True)
class Mail:
    """What one mail says."""

    sender: Address
    to: str
    """As `mail_address` returns it."""
    subject: str
    text: str
    language: str
    key: str
    """Becomes the Message-ID."""
    at: datetime
    """When it is sent, aware."""


def sender_address(value: str) -> Address:
    """Read `complaints@school.example` or `School <complaints@school.example>`. Raises ValueError."""
    if CONTROL.sub(" ", value) != value or value.count("@") != 1:
        raise ValueError("it is one address, such as School <complaints@school.example>")
    name, address = parseaddr(value)
    read = mail_address(address)
    if not read.isascii():
        raise ValueError("the address of a sender is ASCII")
    if address not in (value, value.rpartition("<")[2].rstrip(">")):
        raise ValueError("it is one address, such as School <complaints@school.example>")
    return Address(display_name=name, addr_spec=read)


def mail_address(value: str) -> str:
    """Return an address as the line takes it, its domain in ASCII. Raises ValueError unless it is one plain address.

    What complainants type goes through here: a second address, a line break or a comment is no address.
    """
    if len(value) > LONGEST_ADDRESS or CONTROL.search(value) or re.search(r'[,;:<>()\[\]\\"]', value):
        raise ValueError("it is no plain e-mail address")
    local, at, domain = value.rpartition("@")
    if not at or not local or "@" in local or local.startswith(".") or local.endswith(".") or ".." in local:
        raise ValueError("it is no plain e-mail address")
    try:
        plain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        raise ValueError("its domain cannot be read") from None
    if not re.fullmatch(
        r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)*[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?", plain
    ):
        raise ValueError("its domain cannot be read")
    return f"{local}@{plain}"


def composed(mail: Mail) -> bytes:
    """Return the mail with CRLF line ends. Every attempt has the same Message-ID."""
    made = EmailMessage(policy=SMTP if mail.to.isascii() else SMTPUTF8)
    made["From"] = mail.sender
    made["To"] = Address(addr_spec=mail.to) if mail.to.isascii() else mail.to
    made["Subject"] = CONTROL.sub(" ", mail.subject).strip()
    made["Date"] = format_datetime(mail.at)
    made["Message-ID"] = f"<{mail.key}@{mail.sender.domain}>"
    # Nobody's absence note is to come back as a letter of the case, nor start a circle of two machines.
    made["Auto-Submitted"] = "auto-generated"
    made["X-Auto-Response-Suppress"] = "All"
    made.set_content(mail.text.replace("\r\n", "\n").replace("\x00", ""), charset="utf-8", cte="base64")
    made["Content-Language"] = mail.language
    return made.as_bytes()
