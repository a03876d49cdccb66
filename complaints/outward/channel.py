"""What a channel to the outside world is: it reads what is to be sent, then sends it, and says how that ended.

The two are apart so that no network is waited for inside a transaction. Reading happens in one, sending in none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

from storage.outbox import Message


class Failure(Exception):
    """Something did not go out. The words are for operators: they name no person, no address, and no text of a case."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class Temporary(Failure):
    """It may go out later: the mailbox is full, the receiver is busy, the line broke."""


class Unreachable(Temporary):
    """Nobody is there, or they do not let us in: the rest of this channel waits too, and is not tried in vain."""


class Final(Failure):
    """It will never go out as it is: no such address, refused for good. It is a dead letter at once."""


class NoLonger(Exception):
    """It is not to go out any more: the recipient has left, gave no address, or may not see the case now."""


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """One message, ready to go."""

    key: str
    """The idempotency key: the same for every attempt, different for every message; 64 hexadecimal digits."""
    to: str
    """The address. It is never logged or stored elsewhere."""
    content: bytes
    """What goes over the line, byte for byte."""
    attempt: int = 1
    """Which attempt this is."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """What goes beside the content, where the channel knows such."""


class Channel(Protocol):
    """A way out of the house. One object serves all messages of its channel, from several threads."""

    @property
    def at_once(self) -> int:
        """How many messages it sends at one time, beside those that have turned out to be slow."""
        ...

    def lane(self, message: Message) -> str:
        """Return who gets a message: whom this names gets one at a time. The recipient itself, unless it is another
        in each case.
        """
        ...

    def prepare(self, connection: Connection, message: Message, *, now: datetime) -> Parcel:
        """Read what is to be sent, in a transaction; the same message gives the same key each time. No network.

        Raises NoLonger where it is not to go out any more, Final where it cannot.
        """
        ...

    def send(self, parcel: Parcel) -> None:
        """Send it, outside of every transaction, in bounded time. Returns once the other side has taken it.

        Raises Temporary (Unreachable where nobody would get through), Final. Sending twice does no harm: the other
        side knows the key.
        """
        ...
