"""What a process has claimed and not settled, as lanes: one for each recipient, and in each one message at a time.

So whoever answers slowly, or not at all, holds up nobody but themselves.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from complaints.outward.channel import Channel, Parcel
from storage.outbox import Message, Party


@dataclass(frozen=True, eq=False)
class Ended:
    """How one message ended, before anybody has noted it."""

    lane: Lane
    message: Message
    error: BaseException | None
    """None: the other side has taken it."""
    began: float
    """When it was begun with, in the seconds of the loop."""
    asked: bool = True
    """Whether the other side was asked at all."""


@dataclass(eq=False)
class Lane:
    """The messages to one recipient, in order."""

    name: str
    """The channel by which they go."""
    recipient: str
    """Who gets them, as the channel tells them apart."""
    channel: Channel | None
    """None where nothing serves the channel any more."""
    began: float
    """When something was last begun with, in the seconds of the loop; before that, when the lane was opened."""
    waiting: deque[Message] = field(default_factory=deque)
    under_way: Message | None = None
    """What is being sent, or has ended and is not noted yet: the next waits for it."""
    overlong: bool = False
    """Whether what is being sent takes so long that it is not kept for this process any more."""

    def messages(self) -> list[Message]:
        """Return what is in it, in order."""
        return [*([self.under_way] if self.under_way else ()), *self.waiting]


@dataclass(eq=False)
class Lanes:
    """The lanes of one process. Used by its loop alone; only what is under way runs in threads of its own."""

    _lanes: dict[tuple[str, str], Lane] = field(default_factory=dict)
    _ended: deque[Ended] = field(default_factory=deque)
    _threads: dict[str, threading.Thread] = field(default_factory=dict)
    _rang: threading.Event = field(default_factory=threading.Event)

    def __iter__(self) -> Iterator[Lane]:
        """Go through the lanes that there are now, the oldest first."""
        return iter(list(self._lanes.values()))

    def __bool__(self) -> bool:
        """Say whether anything is in hand."""
        return bool(self._lanes)

    def put(self, name: str, channel: Channel | None, message: Message, *, now: float) -> None:
        """Put a message that was claimed behind the others to its recipient; `now` in the seconds of the loop."""
        recipient = message.recipient if channel is None else channel.lane(message)
        self._lanes.setdefault((name, recipient), Lane(name, recipient, channel, now)).waiting.append(message)

    def messages(self) -> list[Message]:
        """Return everything in hand: what waits, what is under way, what has ended and is not noted."""
        return [each for lane in self for each in lane.messages()]

    def kept(self) -> list[Message]:
        """Return everything in hand but what is overlong, which others may have."""
        return [each for lane in self for each in lane.messages() if not lane.overlong or each is not lane.under_way]

    def note_overlong(self, *, before: float) -> list[Lane]:
        """Note as overlong what was begun with before then and is still being sent; return the lanes that are new."""
        found = [lane for lane in self._under_way_since(before) if not lane.overlong]
        for lane in found:
            lane.overlong = True
        return found

    def parties(self, name: str) -> set[Party]:
        """Return who has a lane of a channel: nothing else of theirs is claimed before it is closed."""
        return {
            (None if lane.recipient == each.recipient else each.case_id, each.recipient)
            for lane in self
            if lane.name == name
            for each in lane.messages()
        }

    def count(self, channel: Channel | None) -> int:
        """Return how many lanes lead over a channel."""
        return sum(lane.channel is channel for lane in self)

    def sending(self, channel: Channel | None) -> int:
        """Return how many messages are under way over a channel."""
        return sum(lane.channel is channel and lane.under_way is not None for lane in self)

    def slow(self, channel: Channel | None, *, before: float) -> int:
        """Return how many of them were begun with before then, and have not ended."""
        return sum(lane.channel is channel for lane in self._under_way_since(before))

    def _under_way_since(self, before: float) -> list[Lane]:
        ended = {each.message.id for each in self.ended()}
        return [lane for lane in self if lane.under_way and lane.began < before and lane.under_way.id not in ended]

    def send(self, lane: Lane, parcel: Parcel, *, began: float) -> None:
        """Begin to send the first that waits in a lane; returns at once. How it ended is told by `ended`."""
        assert lane.channel is not None
        thread = threading.Thread(
            target=self._send, args=(lane, lane.waiting[0], lane.channel.send, parcel, began), daemon=True,
            name=f"sending-{lane.name}",
        )  # fmt: skip
        thread.start()  # where there is no room for another, the message goes on waiting
        lane.under_way, lane.began = lane.waiting.popleft(), began
        self._threads[lane.under_way.id] = thread

    def end(self, lane: Lane, error: Exception, *, began: float) -> None:
        """Note that the first that waits in a lane has ended without being sent."""
        lane.under_way = lane.waiting.popleft()
        self._tell(Ended(lane, lane.under_way, error, began, asked=False))

    def ended(self) -> list[Ended]:
        """Return what has ended and is not settled, in this order."""
        return list(self._ended)

    def settled(self, one: Ended) -> None:
        """Go on behind what has ended: it is noted."""
        self._ended.remove(one)
        if thread := self._threads.pop(one.message.id, None):
            thread.join()
        one.lane.under_way, one.lane.overlong = None, False
        self.close_empty()

    def drop(self, messages: list[Message]) -> None:
        """Take out of hand what waits: it was given back, or lost."""
        for lane in self:
            lane.waiting = deque(each for each in lane.waiting if each not in messages)
        self.close_empty()

    def close_empty(self) -> None:
        """Close the lanes in which nothing is left."""
        self._lanes = {key: lane for key, lane in self._lanes.items() if lane.waiting or lane.under_way}

    def wait(self, seconds: float) -> None:
        """Wait until something has ended since the last time, at most so long."""
        self._rang.wait(max(0.0, seconds))
        self._rang.clear()

    def _send(self, lane: Lane, message: Message, send: Callable[[Parcel], None], parcel: Parcel, began: float) -> None:
        error: BaseException | None = None
        try:
            send(parcel)
        except BaseException as raised:  # noqa: BLE001 - whatever it was, the lane goes on behind it
            error = raised
        self._tell(Ended(lane, message, error, began))

    def _tell(self, ended: Ended) -> None:
        self._ended.append(ended)
        self._rang.set()
