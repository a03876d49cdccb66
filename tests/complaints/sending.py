"""Begins what tests of mail and webhooks begin with: an office, and the loop that sends from it."""

from __future__ import annotations

from collections.abc import Mapping
from email.headerregistry import Address
from typing import Any

from complaints.notices import delivery_loop
from complaints.notices.notice_values import Surroundings
from complaints.outward.channel import Channel
from complaints.outward.mail import MailChannel
from complaints.outward.mail_server import parse_mail_server
from complaints.outward.outward_loop import OutwardLoop
from tests.complaints.office import Office
from tests.support.keys import stored_keys

AROUND = Surroundings("https://c.example/track", lambda case: f"https://in.example/{case}", {"main": "Asia/Shanghai"})
SENDER = Address(display_name="School", addr_spec="complaints@school.example")


def mail_line(url: str, **options: Any) -> MailChannel:
    """Return the channel of mail of a test's server."""
    return MailChannel(
        server=parse_mail_server(url), sender=SENDER, keys=stored_keys(), case_url=AROUND.case_url,
        track_url=AROUND.public_url, **options,
    )  # fmt: skip


def sender(office: Office, channels: Mapping[str, Channel]) -> OutwardLoop:
    """Return the loop of a process of its own."""
    return OutwardLoop(database=office.database, ids=office.ids, channel_of=channels.get, now=office.clock.now)


def deliver_inside(office: Office, *, mail: bool = True) -> int:
    """Deliver everything inside the house; return how many."""
    return delivery_loop.run_once(
        office.database, now=office.clock.now(), ids=office.ids, versions=office.versions, keys=office.keys,
        notices=office.notices, surroundings=AROUND, mail=mail,
    )  # fmt: skip
