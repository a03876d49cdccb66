"""The channel of webhooks: what has happened to which case, signed. Never what people wrote, and nobody's name."""

from __future__ import annotations

import json
import ssl
from collections.abc import Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from access.keys.sealed_rows import open_sealed
from access.keys.stored_keys import StoredKeys
from complaints.outward.channel import NoLonger, Parcel
from complaints.outward.http_post import TIMEOUT, WHOLE, post
from complaints.outward.keys import idempotency_key
from complaints.outward.lookup import Lookups, Resolve
from complaints.outward.signature import signature
from complaints.outward.web_address import allowed, parse_web_address
from complaints.outward.webhooks import house_key
from complaints.tables import complaint, webhook
from storage.outbox import Message

TEST = "test"
"""The event that an operator sends to see whether anybody is there; it concerns no complaint."""

_WEBHOOK = select(webhook.c.url, webhook.c.secret, webhook.c.active).where(webhook.c.id == bindparam("the_webhook"))
_NUMBER = select(complaint.c.number).where(complaint.c.case_id == bindparam("the_case"))


@dataclass(frozen=True)
class WebhookChannel:
    """Posts to whom operators have named."""

    keys: StoredKeys
    private_hosts: Set[str] = frozenset()
    """Hosts that may have a private address, in small letters."""
    this_machine: bool = False
    """Whether it may go to this machine itself, as in the demo."""
    tls: ssl.SSLContext | None = None
    """How a receiver's certificate is checked; None: against the authorities that the machine trusts."""
    resolve: Resolve = field(default_factory=Lookups)
    timeout: float = TIMEOUT
    whole: float = WHOLE
    at_once: int = 12
    """Webhooks that are told at one time, beside those that have turned out to be slow."""

    def lane(self, message: Message) -> str:
        """Return the webhook."""
        return message.recipient

    def prepare(self, connection: Connection, message: Message, *, now: datetime) -> Parcel:
        """Read the address and the number of the case, and sign. Raises NoLonger."""
        row: Any = connection.execute(_WEBHOOK, {"the_webhook": message.recipient.partition(":")[2]}).first()
        if row is None or not row.active:
            raise NoLonger("the webhook was removed")
        payload = self.keys.open_value(connection, message.case_id, message.payload)
        if payload is None:
            raise NoLonger("what was to be told is erased")
        secret = open_sealed(house_key(self.keys, connection), row.secret)
        key = idempotency_key(message)
        told = {
            "key": key,
            "event": message.kind,
            "complaint_id": message.case_id,
            "number": connection.scalar(_NUMBER, {"the_case": message.case_id}),
            "status": payload.get("status"),
            "at": payload.get("at"),
        }
        content = json.dumps(told, separators=(",", ":")).encode()
        timestamp = int(now.timestamp())
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Redress",
            "Idempotency-Key": key,
            "Redress-Timestamp": str(timestamp),
            "Redress-Signature": signature(secret, timestamp, content),
        }
        return Parcel(key=key, to=row.url, content=content, attempt=message.attempts + 1, headers=headers)

    def send(self, parcel: Parcel) -> None:
        """Post it. Raises Temporary, Unreachable, Final."""
        address = parse_web_address(parcel.to)
        private = allowed(address.host, self.private_hosts, this_machine=self.this_machine)
        post(
            address, parcel.content, parcel.headers, private=private, tls=self.tls, resolve=self.resolve,
            timeout=self.timeout, whole=self.whole,
        )  # fmt: skip
