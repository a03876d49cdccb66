"""Builds what leaves the house, as the settings say: mail where a server is set up."""

from __future__ import annotations

from access.keys.stored_keys import StoredKeys
from app.settings import Settings
from complaints.notices.notice_values import Surroundings
from complaints.outward.channel import Channel
from complaints.outward.mail import MailChannel
from complaints.outward.mail_rows import MAIL
from complaints.outward.mail_server import parse_mail_server
from complaints.outward.mail_text import sender_address
from complaints.outward.outward_loop import OutwardLoop
from complaints.outward.webhook_channel import WebhookChannel
from complaints.outward.webhooks import WEBHOOK
from engine.clock import Clock
from engine.ids import Ids
from storage.database import Database


def mails(settings: Settings) -> bool:
    """Say whether what is told goes out by mail too; never in the demo, where it would reach real people."""
    return not settings.demo and bool(settings.smtp_url.get_secret_value())


def ways_out(
    settings: Settings, database: Database, clock: Clock, ids: Ids, keys: StoredKeys, surroundings: Surroundings
) -> OutwardLoop:
    """Return the loop that sends, with the channels that there are. Opens no connection."""
    mail: Channel | None = mail_channel(settings, keys, surroundings) if mails(settings) else None
    hooks: Channel = webhook_channel(settings, keys)

    def channel_of(name: str) -> Channel | None:
        return hooks if name.startswith(f"{WEBHOOK}:") else mail if name == MAIL else None

    return OutwardLoop(database=database, ids=ids, channel_of=channel_of, now=clock.now)


def mail_channel(settings: Settings, keys: StoredKeys, surroundings: Surroundings) -> MailChannel:
    """Return the channel of mail. Raises ValueError where it is not set up."""
    return MailChannel(
        server=parse_mail_server(settings.smtp_url.get_secret_value()),
        sender=sender_address(settings.mail_from),
        keys=keys,
        case_url=surroundings.case_url,
        track_url=surroundings.public_url,
    )


def webhook_channel(settings: Settings, keys: StoredKeys) -> WebhookChannel:
    """Return the channel of webhooks."""
    return WebhookChannel(keys, private_hosts=private_hosts(settings), this_machine=settings.demo)


def private_hosts(settings: Settings) -> frozenset[str]:
    """Return the hosts that may have a private address, in small letters."""
    return frozenset(each.strip().lower() for each in settings.webhook_private_hosts.split(",") if each.strip())
