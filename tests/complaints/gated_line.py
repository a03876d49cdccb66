"""A channel whose receivers answer when a test lets them, and processes that send by it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from complaints.outward.channel import Channel, Parcel
from complaints.outward.keys import idempotency_key
from complaints.outward.outward_loop import OutwardLoop
from engine.ids import RandomIds
from storage import outbox
from storage.database import Database
from storage.outbox import Message
from storage.sealed import Sealed
from tests.support.stores import NOON

LINE = "line"


@dataclass
class GatedLine:
    """A receiver of `shut` does not answer before its gate is open; one of `failing` answers with that."""

    at_once: int = 4
    by_case: bool = False
    """Whether its recipients are others in each case, as complainants are."""
    shut: dict[str, threading.Event] = field(default_factory=dict)
    failing: dict[str, Exception] = field(default_factory=dict)
    began: list[str] = field(default_factory=list)
    """Ids of the messages that it was given, in order."""
    taken: list[str] = field(default_factory=list)

    def shut_for(self, recipient: str) -> threading.Event:
        """Return the gate of a receiver that is silent from now on."""
        return self.shut.setdefault(recipient, threading.Event())

    def lane(self, message: Message) -> str:
        """Return who gets it."""
        return f"{message.recipient}:{message.case_id}" if self.by_case else message.recipient

    def prepare(self, connection: Connection, message: Message, *, now: datetime) -> Parcel:
        """Name the message."""
        return Parcel(key=idempotency_key(message), to=message.recipient, content=message.id.encode())

    def send(self, parcel: Parcel) -> None:
        """Wait for the gate, then take it or fail."""
        message = parcel.content.decode()
        self.began.append(message)
        if gate := self.shut.get(parcel.to):
            assert gate.wait(30), "the test never opened the gate"
        if error := self.failing.get(parcel.to):
            raise error
        self.taken.append(message)


def process(
    database: Database, line: Channel, now: Callable[[], datetime], *, patience: float = 30.0,
    elapsed: Callable[[], float] = time.monotonic,
) -> OutwardLoop:  # fmt: skip
    """Return the loop of a process of its own that sends by one line whatever the channel."""
    return OutwardLoop(
        database=database,
        ids=RandomIds(),
        channel_of=lambda _name: line,
        now=now,
        patience=patience,
        elapsed=elapsed,
    )


@contextmanager
def sending(loop: OutwardLoop) -> Iterator[threading.Thread]:
    """Run one pass beside the block; it has ended behind it."""
    thread = threading.Thread(target=loop.run_once)
    thread.start()
    try:
        yield thread
    finally:
        thread.join(30)
        assert not thread.is_alive()


def message(name: str, to: str, *, case: str = "", channel: str = LINE) -> Message:
    """Return a message that is due at noon; of a case of its own, unless one is named."""
    return Message(
        id=name, case_id=case or name, cause=name, kind="k", recipient=to, channel=channel, payload=Sealed(b"x"),
        created_at=NOON, deliver_after=NOON,
    )  # fmt: skip


def write(database: Database, *rows: Message) -> None:
    """Write messages."""
    with database.write() as unit:
        assert outbox.write(unit.connection, rows) == len(rows)
        unit.commit()


def row(database: Database, name: str) -> Any:
    """Return the row of a message."""
    table = outbox.outbox
    with database.read() as connection:
        return connection.execute(select(table).where(table.c.id == name)).one()
