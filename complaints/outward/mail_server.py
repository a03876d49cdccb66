"""The mail server of the installation: its address as a setting, and one conversation with it."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from threading import Timer
from typing import Any
from urllib.parse import unquote, urlsplit

from complaints.outward.channel import Final, Temporary, Unreachable

PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}
TIMEOUT = 15.0
"""Seconds for each answer of the server."""
WHOLE = 60.0
"""Seconds for everything after the connection: who answers a little at a time does not go on for ever."""
TOO_LARGE = 552
"""The one final refusal of a sender that is the fault of the mail."""
SHOWN = re.compile(r"\s*(?:\d{3}[ -])?(\d\.\d{1,3}\.\d{1,3})\b")


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed in, and as whom."""

    scheme: str
    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)


def parse_mail_server(url: str) -> MailServer:
    """Read `smtp://`, `smtps://` or `smtp+starttls://`, with `user:password@` where the server asks for it.

    Raises ValueError that says what is wrong and repeats nothing of the address: it may hold a password.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError("its host or port cannot be read; write smtp+starttls://user:password@host:587") from None
    if parts.scheme not in PORTS:
        raise ValueError(f"it begins with one of {', '.join(f'{each}://' for each in PORTS)}")
    if not parts.hostname or re.search(r"[\s\x00-\x1f]", url):
        raise ValueError("it names no host; write smtp+starttls://user:password@host:587")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError("nothing comes after the host and port; write / ? # of a password as %2F %3F %23")
    if (parts.username is None) != (parts.password is None):
        raise ValueError("it has a user and a password, or neither")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if user and parts.scheme == "smtp" and not _is_loopback(parts.hostname):
        raise ValueError("a password goes only over an encrypted line; use smtps:// or smtp+starttls://")
    return MailServer(parts.scheme, parts.hostname, port or PORTS[parts.scheme], user, password)


def hand_in(
    server: MailServer,
    sender: str,
    to: str,
    content: bytes,
    *,
    tls: ssl.SSLContext | None = None,
    timeout: float = TIMEOUT,
    whole: float = WHOLE,
) -> None:
    """Hand one mail in. Returns once the server has taken it upon itself.

    `tls` is how its certificate is checked; without it against the authorities that the machine trusts. Raises
    Unreachable where nobody could hand anything in, Final and Temporary by what the server says of this mail.
    """
    with _session(server, tls, timeout, whole) as session:
        options = ["SMTPUTF8"] if not to.isascii() else []
        if options and not session.has_extn("smtputf8"):
            raise Final("the mail server does not take addresses beyond ASCII")
        try:
            session.sendmail(sender, [to], content, mail_options=options)
        except smtplib.SMTPRecipientsRefused as error:
            code, said = next(iter(error.recipients.values()))
            raise _verdict("refused the address", code, said) from None
        except smtplib.SMTPSenderRefused as error:
            if error.smtp_code != TOO_LARGE:
                # Not the fault of this mail: no other will fare better until somebody mends the setting.
                raise Unreachable(_told("refused the sender", error.smtp_code, error.smtp_error)) from None
            raise _verdict("refused the size", error.smtp_code, error.smtp_error) from None
        except smtplib.SMTPResponseException as error:
            raise _verdict("refused the mail", error.smtp_code, error.smtp_error) from None
        except (smtplib.SMTPException, OSError) as error:
            raise Temporary(f"the line to the mail server broke: {type(error).__name__}") from None


@contextmanager
def _session(server: MailServer, tls: ssl.SSLContext | None, timeout: float, whole: float) -> Iterator[smtplib.SMTP]:
    """Give a session that is greeted, encrypted and signed in as the address says. Raises Unreachable."""
    context = tls or ssl.create_default_context()
    session: _Line | None = None
    try:
        try:
            if server.scheme == "smtps":
                session = _EncryptedLine(server.host, server.port, timeout=timeout, context=context, whole=whole)
            else:
                session = _Line(server.host, server.port, timeout=timeout, whole=whole)
            session.ehlo_or_helo_if_needed()
            if server.scheme == "smtp+starttls":
                # Raises where the server does not offer it: what was asked for is never left out silently.
                session.starttls(context=context)
                session.ehlo()
            if server.user:
                session.login(server.user, server.password)
        except smtplib.SMTPResponseException as error:
            raise Unreachable(_told("does not let us in", error.smtp_code, error.smtp_error)) from None
        except ssl.SSLError as error:
            raise Unreachable(f"the line to the mail server cannot be encrypted: {error.reason}") from None
        except (smtplib.SMTPException, OSError) as error:
            raise Unreachable(f"the mail server cannot be used: {type(error).__name__}") from None
        yield session
    finally:
        if session is not None:
            # It has taken the mail, or not: how the farewell goes changes neither.
            with suppress(smtplib.SMTPException, OSError):
                session.quit()
            session.close()


class _Line(smtplib.SMTP):
    """A conversation that is broken off as a whole: a server that says a little at a time is never silent for long."""

    def __init__(self, *given: Any, whole: float, **named: Any) -> None:
        self._clock = Timer(whole, self._break_off)
        self._clock.daemon = True
        try:
            super().__init__(*given, **named)
        except BaseException:
            self._clock.cancel()
            raise

    def getreply(self) -> tuple[int, bytes]:
        if not self._clock.ident:
            self._clock.start()
        return super().getreply()

    def close(self) -> None:
        self._clock.cancel()
        super().close()

    def _break_off(self) -> None:
        line = self.sock
        if line is not None:
            with suppress(OSError):
                socket.socket.shutdown(line, socket.SHUT_RDWR)


class _EncryptedLine(_Line, smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""


def _verdict(what: str, code: int, said: bytes | str) -> Temporary | Final:
    told = _told(what, code, said)
    if code == 421:
        return Unreachable(told)
    return Final(told) if 500 <= code < 600 else Temporary(told)


def _told(what: str, code: int, said: bytes | str) -> str:
    """Return what the server did with its codes alone: its words may repeat an address."""
    text = said.decode("ascii", "replace") if isinstance(said, bytes) else said
    found = SHOWN.match(text)
    return f"the mail server {what}: {code}{f' {found[1]}' if found else ''}"


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
