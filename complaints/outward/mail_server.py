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
from threading import Lock, Timer
from typing import Any
from urllib.parse import unquote, urlsplit

from complaints.outward.channel import Final, Temporary, Unreachable
from complaints.outward.connecting import connected
from complaints.outward.line_faults import line_fault
from complaints.outward.lookup import Resolve, SlowLookup

PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}
TIMEOUT = 15.0
"""Seconds for connecting, and for each answer of the server but that to a whole mail."""
WHOLE = 60.0
"""Seconds from the connection to the end of the mail: who answers a little at a time does not go on for ever."""
ANSWER = 600.0
"""Seconds for the answer to a whole mail, as RFC 5321 (4.5.3.2.6) asks: who hangs up before may send twice."""
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
    resolve: Resolve,
    tls: ssl.SSLContext | None = None,
    timeout: float = TIMEOUT,
    whole: float = WHOLE,
    answer: float = ANSWER,
) -> None:
    """Hand one mail in. Returns once the server has taken it upon itself.

    `resolve` says, in bounded time, where the server is; the times are in seconds. `tls` is how its certificate is
    checked; without it against the authorities that the machine trusts. Raises
    Unreachable where nobody could hand anything in, Final and Temporary by what the server says of this mail.
    """
    with _session(server, resolve, tls, timeout, whole, answer) as session:
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
            raise Temporary(f"the line to the mail server broke: {line_fault(error)}") from None


@contextmanager
def _session(
    server: MailServer, resolve: Resolve, tls: ssl.SSLContext | None, timeout: float, whole: float, answer: float
) -> Iterator[smtplib.SMTP]:
    """Give a session that is greeted, encrypted and signed in as the address says. Raises Unreachable."""
    context = tls or ssl.create_default_context()
    session: _Conversation | None = None
    try:
        try:
            session = _Conversation(
                server, resolve=resolve, encrypted=context if server.scheme == "smtps" else None, timeout=timeout,
                whole=whole, answer=answer,
            )  # fmt: skip
            session.ehlo_or_helo_if_needed()
            if server.scheme == "smtp+starttls":
                # Raises where the server does not offer it: what was asked for is never left out silently.
                session.starttls(context=context)
                session.ehlo()
            if server.user:
                session.login(server.user, server.password)
        except smtplib.SMTPResponseException as error:
            raise Unreachable(_told("does not let us in", error.smtp_code, error.smtp_error)) from None
        except SlowLookup:
            raise Unreachable("nobody said in time where the mail server is: its name could not be looked up") from None
        except (smtplib.SMTPException, OSError) as error:
            raise Unreachable(f"the mail server cannot be used: {line_fault(error)}") from None
        yield session
    finally:
        if session is not None:
            # It has taken the mail, or not: how the farewell goes changes neither.
            with suppress(smtplib.SMTPException, OSError):
                session.quit()
            session.close()


class _Conversation(smtplib.SMTP):
    """A conversation in bounded time: a server that says a little at a time is never silent for long.

    There is one clock for everything up to the final dot of the mail, and one for the answer to it. Once the dot is
    out the server may take the mail, and who hung up then would send it twice.
    """

    _wire: socket.socket | None = None
    """The connection by another handle: it can be cut whoever reads from it, and in the midst of being encrypted."""
    _clock: Timer | None = None

    def __init__(
        self, server: MailServer, *, resolve: Resolve, encrypted: ssl.SSLContext | None, timeout: float, whole: float,
        answer: float,
    ) -> None:  # fmt: skip
        self._resolve, self._encrypted, self._whole, self._answer = resolve, encrypted, whole, answer
        self._guard = Lock()
        try:
            # With a name of ours given it does not look for one, for which somebody's resolver may be asked at length.
            super().__init__(server.host, server.port, local_hostname="localhost", timeout=timeout)
        except BaseException:
            self.close()
            raise
        assert self.sock is not None
        self.local_hostname = _own_name(self.sock)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        line = connected(self._resolve(host, port), port, timeout=timeout)
        self._wire = line.dup()
        self._allow(self._whole)
        if self._encrypted is None:
            return line
        try:
            return self._encrypted.wrap_socket(line, server_hostname=host)
        except BaseException:
            line.close()
            raise

    def data(self, msg: Any) -> tuple[int, bytes]:
        code, said = self.docmd("data")
        if code != 354:
            raise smtplib.SMTPDataError(code, said)
        content = re.sub(rb"(?m)^\.", b"..", msg)
        self.send(content if content.endswith(b"\r\n") else content + b"\r\n")
        self._allow(self._answer)
        assert self.sock is not None
        self.sock.settimeout(self._answer)
        self.send(b".\r\n")
        answer = self.getreply()
        self._allow(self.timeout)
        self.sock.settimeout(self.timeout)
        return answer

    def close(self) -> None:
        with self._guard:
            if self._clock:
                self._clock.cancel()
            wire, self._clock, self._wire = self._wire, None, None
        if wire:
            wire.close()
        super().close()

    def _allow(self, seconds: float) -> None:
        """Give what follows so much time, and no more what was before; who was cut off already stays so."""
        clock = Timer(seconds, lambda: self._break_off(clock))
        clock.daemon = True
        with self._guard:
            if self._clock:
                self._clock.cancel()
            self._clock = clock
        clock.start()

    def _break_off(self, clock: Timer) -> None:
        with self._guard:
            if clock is self._clock and self._wire is not None:
                with suppress(OSError):
                    self._wire.shutdown(socket.SHUT_RDWR)


def _own_name(line: socket.socket) -> str:
    """Return how this machine calls itself to the server: by its full name, or else by the address of its end."""
    name = socket.gethostname()
    if "." in name and name.isascii():
        return name
    address = str(line.getsockname()[0])
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"


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
