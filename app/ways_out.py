"""Builds what leaves the house, as the settings say: mail where a server is set up."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from app.settings import Settings
from complaints.notices.notice_values import Surroundings
from complaints.outward.channel import Channel
from complaints.outward.mail import MailChannel
from complaints.outward.mail_rows import MAIL
from complaints.outward.mail_server import parse_mail_server
from complaints.outward.mail_text import sender_address
from complaints.outward.outward_loop import OutwardLoop
from engine.clock import Clock
from engine.ids import Ids
from storage.database import Database


def mails(settings: Settings) -> bool:
    """Say whether what is told goes out by mail too; never in the demo, where it would reach real people."""
    return not settings.demo and bool(settings.smtp_url.get_secret_value())


def ways_out(settings: Settings, database: Database, clock: Clock, ids: Ids, surroundings: Surroundings) -> OutwardLoop:
    """Return the loop that sends, with the channels that there are. Opens no connection."""
    fixed: Mapping[str, Channel] = {MAIL: mail_channel(settings, surroundings)} if mails(settings) else {}
    lines: Callable[[str], Channel | None] = fixed.get
    return OutwardLoop(database=database, ids=ids, lines=lines, now=clock.now)


def mail_channel(settings: Settings, surroundings: Surroundings) -> MailChannel:
    """Return the channel of mail. Raises ValueError where it is not set up."""
    return MailChannel(
        server=parse_mail_server(settings.smtp_url.get_secret_value()),
        sender=sender_address(settings.mail_from),
        case_url=surroundings.case_url,
        track_url=surroundings.public_url,
    )
