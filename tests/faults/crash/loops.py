"""What the machine does by itself: it fires what is due, delivers notices in the house, and sends what leaves it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, func, select

from complaints.outward.channel import Channel, Parcel
from engine.clock import MovableClock
from engine.tables import instance
from storage.outbox import Message
from tests.faults.crash.change import DONE, Answer, Change, Found, Step
from tests.faults.crash.changes import filed, owned
from tests.support.application import House
from tests.support.delivery import deliver_all

CLAIM_IS_OVER = timedelta(minutes=6)
SENT = "sent.txt"
"""Where the other side writes down the keys that it has taken, in the folder of the run."""


@dataclass(frozen=True)
class Wire:
    """A channel whose other side outlives this process: a file with a line for each parcel it has taken."""

    inner: Channel
    file: Path
    step: Step
    at_once: int = 1

    def lane(self, message: Message) -> str:
        """As the real one."""
        return self.inner.lane(message)

    def prepare(self, connection: Connection, message: Message, *, now: object) -> Parcel:
        """As the real one."""
        return self.inner.prepare(connection, message, now=now)  # type: ignore[arg-type]

    def send(self, parcel: Parcel) -> None:
        """Hand it over: there is a point before and, while nobody here has noted it, behind."""
        self.step("send")
        with self.file.open("a", encoding="ascii") as file:
            file.write(f"{parcel.key}\n")
            file.flush()
            os.fsync(file.fileno())
        self.step("sent")


def _clock(house: House) -> MovableClock:
    clock = house.application.clock
    assert isinstance(clock, MovableClock)
    return clock


def overdue(house: House) -> Found:
    """Two complaints that nobody has acknowledged: both are due within the same second."""
    filed(house)
    filed(house)
    house.deliver()
    with house.application.database.read() as connection:
        due = connection.execute(select(func.min(instance.c.next_due, type_=instance.c.next_due.type))).scalar_one()
    return {"due": due + timedelta(seconds=1)}


def sweep(house: House, found: Found, _step: Step) -> Answer:
    """Fire what is due."""
    clock = _clock(house)
    if clock.now() < found["due"]:
        clock.advance_to(found["due"])
    house.application.sweep.run_until_done()
    return DONE


def to_tell(house: House) -> Found:
    """A case of which complainant and colleagues are to be told, in more messages than one transaction takes."""
    for _ in range(3):
        owned(house)
    clock = _clock(house)
    clock.advance(timedelta(minutes=2))
    return {}


def deliver(house: House, _found: Found, _step: Step) -> Answer:
    """Deliver in the house."""
    deliver_all(house.application)
    return DONE


def to_send(house: House) -> Found:
    """Letters that are to go out by mail."""
    to_tell(house)
    house.deliver()
    return {}


def send(house: House, _found: Found, step: Step) -> Answer:
    """Send, and send again when every claim has run out."""
    outward = house.application.outward
    channel_of = outward.channel_of
    file = house.application.settings.var_folder / SENT

    wires: dict[str, Wire] = {}

    def wired(name: str) -> Channel | None:
        channel = channel_of(name)
        return None if channel is None else wires.setdefault(name, Wire(channel, file, step))

    outward.channel_of = wired
    for length in (timedelta(0), CLAIM_IS_OVER):
        _clock(house).advance(length)
        while outward.run_once():
            pass
    outward.channel_of = channel_of
    return DONE


LOOPS: tuple[Change, ...] = (
    Change("Sweep", overdue, sweep, whole=False),
    Change("Deliver", to_tell, deliver, whole=False),
    Change("Send", to_send, send, whole=False, masked=frozenset({("outbox", "delivered_at")})),
)
