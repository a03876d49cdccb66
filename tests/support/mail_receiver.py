"""A real SMTP server in a thread, that keeps what it is handed and refuses what it is told to refuse."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

TAKEN = "250 OK"
TURNS_TO_CLOSE = 10
"""Turns of its loop in which a line that breaks off is closed from this side too."""


@dataclass
class MailReceiver:
    """What a test sees of the server. `recipients` and `contents` say how an address, and what is sent, is answered."""

    port: int = 0
    taken: list[tuple[str, EmailMessage]] = field(default_factory=list)
    """(envelope recipient, mail), in order."""
    raw: list[bytes] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    sign_ins: list[tuple[str, str]] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    sender_answer: str = TAKEN
    recipient_answer: Callable[[str], str] = field(default=lambda _address: TAKEN)
    content_answer: Callable[[str], str] = field(default=lambda _address: TAKEN)
    password: str = ""

    @property
    def url(self) -> str:
        """The setting with which it is reached, unencrypted."""
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.sender_answer == TAKEN:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return self.sender_answer

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.recipient_answer(address)
        if answer == TAKEN:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        (address,) = envelope.rcpt_tos
        answer = self.content_answer(address)
        if answer == TAKEN:
            content = envelope.original_content or b""
            self.raw.append(content)
            self.senders.append(envelope.mail_from or "")
            line = server.transport
            self.encrypted.append(line is not None and line.get_extra_info("sslcontext") is not None)
            read = message_from_bytes(content, policy=default)
            assert isinstance(read, EmailMessage)
            self.taken.append((address, read))
        return answer

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword
    ) -> AuthResult:
        self.sign_ins.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=data.password.decode() == self.password, handled=False)


@contextmanager
def mail_receiver(
    *, tls: ssl.SSLContext | None = None, immediate: bool = False, password: str = ""
) -> Iterator[MailReceiver]:
    """Serve on a port of its own until the block ends. `tls`: by STARTTLS, or from the first byte (`immediate`)."""
    receiver = MailReceiver(password=password)
    loop, started = asyncio.new_event_loop(), threading.Event()
    signing_in: dict[str, Any] = (
        {"authenticator": receiver.authenticate, "auth_required": not immediate, "auth_require_tls": not immediate}
        if password
        else {}
    )

    sessions: list[SMTP] = []

    def made() -> SMTP:
        starttls = tls if not immediate else None
        sessions.append(_session(starttls))
        return sessions[-1]

    def _session(starttls: ssl.SSLContext | None) -> SMTP:
        return SMTP(
            receiver, hostname="mail.example", enable_SMTPUTF8=True, loop=loop, tls_context=starttls, **signing_in
        )

    def serve() -> None:
        asyncio.set_event_loop(loop)
        server = loop.run_until_complete(loop.create_server(made, "127.0.0.1", 0, ssl=tls if immediate else None))
        receiver.port = server.sockets[0].getsockname()[1]
        started.set()
        loop.run_forever()
        server.close()
        for session in sessions:
            if session.transport is not None:
                session.transport.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        for _ in range(TURNS_TO_CLOSE):
            loop.call_soon(loop.stop)
            loop.run_forever()
        loop.close()

    thread = threading.Thread(target=serve, name="mail-receiver")
    thread.start()
    started.wait(10)
    try:
        yield receiver
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
