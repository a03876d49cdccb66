"""The channel of mail: complainants get their letter, colleagues a line that sends them into the house.

Mail travels openly. To a complainant goes the letter as it is: it is theirs, it goes to the address they gave for it,
and a bare line would leave without an answer whoever lost their tracking code. To a colleague goes the subject line of
the notice and the address of the case: what the house knows of people is read inside, behind the wall of the case
(docs/adr/0022).
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from typing import Any

from sqlalchemy import Connection, bindparam, select

from access.keys.sealed_rows import opened_row
from access.keys.stored_keys import StoredKeys, with_key
from access.tables import person
from complaints.outward.channel import Final, NoLonger, Parcel
from complaints.outward.keys import idempotency_key
from complaints.outward.lookup import Lookups, Resolve
from complaints.outward.mail_rows import TO_COMPLAINANT
from complaints.outward.mail_server import ANSWER, TIMEOUT, WHOLE, MailServer, hand_in
from complaints.outward.mail_text import Mail, composed, mail_address
from complaints.tables import complaint, notice
from complaints.tables import message as letter
from engine.tables import conflict_of_interest
from forms.languages import Labels, labels, pick
from storage.outbox import Message

READ_INSIDE: Labels = labels(
    "请登录 Redress 查看。", "Redress에 로그인하여 확인해 주세요.", "Please sign in to Redress to read it."
)
WRITTEN_TO_YOU: Labels = labels(
    "关于您反映的事项（{number}）", "접수하신 건에 대하여 ({number})", "About your case ({number})"
)
"""The subject of a letter that has none of its own."""
DO_NOT_REPLY: Labels = labels(
    "此邮件由系统自动发送，回复无人查看。",
    "이 메일은 자동으로 발송되었으며, 회신하셔도 확인되지 않습니다.",
    "This mail was sent automatically; replies to it are not read.",
)

_LETTER = with_key(
    select(letter.c.case_id, letter.c.subject, letter.c.text, letter.c.language, complaint.c.email, complaint.c.number)
    .join_from(letter, complaint, complaint.c.case_id == letter.c.case_id)
    .where(letter.c.id == bindparam("the_letter"), letter.c.direction == "out"),
    letter.c.case_id,
)
_BARRED = (
    select(conflict_of_interest.c.person)
    .where(
        conflict_of_interest.c.case_id == notice.c.case_id,
        conflict_of_interest.c.person == notice.c.person,
    )
    .exists()
)
_NOTICE = with_key(
    select(
        notice.c.subject, notice.c.language, notice.c.case_id, person.c.email, person.c.active, _BARRED.label("barred")
    )
    .join_from(notice, person, person.c.id == notice.c.person)
    .where(notice.c.id == bindparam("the_notice")),
    notice.c.case_id,
)


@dataclass(frozen=True)
class MailChannel:
    """Hands mail in at the installation's server."""

    server: MailServer
    sender: Address
    keys: StoredKeys
    case_url: Callable[[str], str] | None = None
    """Case id -> its address inside the house."""
    track_url: str = ""
    """Where complainants see the status."""
    tls: ssl.SSLContext | None = None
    """How the server's certificate is checked; None: against the authorities that the machine trusts."""
    resolve: Resolve = field(default_factory=Lookups)
    timeout: float = TIMEOUT
    whole: float = WHOLE
    answer: float = ANSWER
    at_once: int = 4
    """Conversations with the server at one time, beside those that have turned out to be slow."""

    def lane(self, message: Message) -> str:
        """Return the colleague, or the complainant of one case."""
        return message.recipient if message.recipient != TO_COMPLAINANT else f"{TO_COMPLAINANT}:{message.case_id}"

    def prepare(self, connection: Connection, message: Message, *, now: datetime) -> Parcel:
        """Read the letter or the notice, put it into a mail. Raises NoLonger, Final."""
        told = self.keys.open_value(connection, message.case_id, message.payload)
        if told is None:
            raise NoLonger("what was to be told is erased")
        if "letter" in told:
            to, subject, text, language = self._letter(connection, told["letter"])
        else:
            to, subject, text, language = self._notice(connection, told["notice"])
        key = idempotency_key(message)
        try:
            address = mail_address(to)
        except ValueError as error:
            raise Final(f"the address cannot be used: {error}") from None
        mail = Mail(sender=self.sender, to=address, subject=subject, text=text, language=language, key=key, at=now)
        return Parcel(key=key, to=address, content=composed(mail), attempt=message.attempts + 1)

    def send(self, parcel: Parcel) -> None:
        """Hand it in. Raises Temporary, Unreachable, Final."""
        hand_in(
            self.server, self.sender.addr_spec, parcel.to, parcel.content, resolve=self.resolve, tls=self.tls,
            timeout=self.timeout, whole=self.whole, answer=self.answer,
        )  # fmt: skip

    def _letter(self, connection: Connection, letter_id: str) -> tuple[str, str, str, str]:
        row: Any = connection.execute(_LETTER, {"the_letter": letter_id}).first()
        if row is None or row.key_wrapped is None:
            raise NoLonger("the letter is not there any more")
        row = opened_row(self.keys.along(row), row)
        if not row.email:
            raise NoLonger("the complainant has no address any more")
        subject = row.subject or pick(WRITTEN_TO_YOU, row.language).format(number=row.number)
        last = [pick(DO_NOT_REPLY, row.language)]
        if self.track_url and self.track_url not in row.text:
            last.append(self.track_url)
        return row.email, subject, "\n\n".join([row.text.rstrip(), "\n".join(["-- ", *last])]) + "\n", row.language

    def _notice(self, connection: Connection, notice_id: str) -> tuple[str, str, str, str]:
        row: Any = connection.execute(_NOTICE, {"the_notice": notice_id}).first()
        if row is None or row.key_wrapped is None or not row.email or not row.active:
            raise NoLonger("the reader has no account or no address any more")
        if row.barred:
            raise NoLonger("the reader is kept apart from the case now")
        row = opened_row(self.keys.along(row), row)
        way = [self.case_url(row.case_id)] if self.case_url else []
        text = "\n".join([pick(READ_INSIDE, row.language), *way])
        return row.email, row.subject, f"{row.subject}\n\n{text}\n", row.language
