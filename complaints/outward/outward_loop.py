"""Sends what is to leave the house: claims it, sends it outside of every transaction, marks it.

Each recipient is a lane of its own: one that is slow or down holds up no other, and what comes due meanwhile goes on.
Within a lane a message that fails waits by itself, with what follows to the same recipient about the same case. A claim
is short, and prolonged while its process lives: where one dies between sending and marking, the message goes out
once more when its claim has run out, with the same key.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from complaints.failed_delivery import note_failed, over
from complaints.outward.channel import Channel, Failure, Final, NoLonger, Unreachable
from complaints.outward.lanes import Ended, Lane, Lanes
from complaints.outward.retries import ATTEMPTS, delay
from complaints.outward.unnoted import Unnoted
from engine.ids import Ids, fraction
from storage import outbox
from storage.database import Database
from storage.errors import StoreError
from storage.outbox import Message
from storage.turns import Turn

log = structlog.get_logger(__name__)

CLAIM_FOR = timedelta(seconds=20)
"""For so long after its last sign of life nobody else sends what a process has claimed."""
PROLONG_AFTER = timedelta(seconds=5)
"""How often a process that lives prolongs its claims: a store that keeps it waiting costs it none."""
BATCH = 10
"""Messages of one channel that are claimed at once."""
LANES = 2
"""Lanes that a process has in hand for each message that a channel sends at one time: so they take turns."""
SLOW_SECONDS = 5.0
"""Seconds after which what is being sent gives its place to others: a mailbox that is slow delays nobody but itself."""
SLOW_LANES = 5
"""How many such messages there may be for each that a channel sends at one time, one more of them after the other:
beyond, others wait for them.
"""
LOOK_SECONDS = 0.5
"""How often it is looked, while something is under way, whether more has come due."""
PATIENCE = 10.0
"""Seconds after which a pass ends; what is under way then goes on, and the next pass notes how it ended."""
FINISH_SECONDS = 10.0
"""How long a process that stops waits for what is under way. What takes longer, as a mail server may, goes out again
from another process."""
LONGEST_SENDING = 1200.0
"""Seconds after which what is still being sent is not prolonged any more: no channel takes so long unless it hangs."""
LONGEST_PAUSE = timedelta(minutes=1)
"""A channel that cannot be reached is tried again at least so often."""

ChannelOf = Callable[[str], Channel | None]
"""The name of a channel -> what serves it; None where nothing does any more."""


@dataclass
class _Pause:
    """How long a channel that cannot be reached is left alone. Each process learns it for itself."""

    failures: int
    until: datetime
    since: float
    """When it was found out, in the seconds of the loop."""


@dataclass
class OutwardLoop:
    """The loop of one process. `run_once` and `finish` are called by one thread at a time; any number of processes
    have one.
    """

    database: Database
    ids: Ids
    channel_of: ChannelOf
    now: Callable[[], datetime]
    elapsed: Callable[[], float] = time.monotonic
    """Seconds on a clock that only runs: for how long a pass has been busy."""
    patience: float = PATIENCE
    _hand: Lanes = field(default_factory=Lanes)
    _pauses: dict[str, _Pause] = field(default_factory=dict)
    _turns: dict[str, float] = field(default_factory=dict)
    """When each channel was claimed from, in the seconds of the loop: who waits longest is next."""
    _prolonged: datetime | None = None
    _unnoted: Unnoted = field(default_factory=Unnoted)
    _postponed: bool = False
    """Whether it was told in this pass that the store takes nothing."""

    def run_once(self, going_on: Callable[[], bool] = lambda: True) -> int:
        """Send what is due and what comes due meanwhile; return how many were noted as gone out.

        Returns when nothing is in hand any more, after `patience` seconds, or when it is not to go on: what is under
        way goes on by itself, and the next pass, or `finish`, notes it. So it is with a store that is busy.
        """
        began, sent, self._postponed = self.elapsed(), 0, False
        try:
            while True:
                self._prolong()
                sent += self._note(until=began + self.patience)
                self._give_back([each for lane in self._hand if not self._open(lane.name) for each in lane.waiting])
                self._let_go_overlong()
                if not going_on():
                    return sent
                self._claim()
                self._begin()
                if not self._hand or self.elapsed() - began >= self.patience:
                    return sent
                self._hand.wait(LOOK_SECONDS)
        except StoreError as error:
            self._postpone(error)
            return sent

    def finish(self, within: float = FINISH_SECONDS) -> int:
        """Stop: give back what is not begun, and note what ends `within` so many seconds; return how many went out.

        A store that is busy is asked again until then. Claims of what is left run out. Repeating is safe.
        """
        began, sent, self._postponed = self.elapsed(), 0, False
        while True:
            self._prolong()
            sent += self._note(until=began + within)
            try:
                self._give_back([each for lane in self._hand for each in lane.waiting])
            except StoreError as error:
                self._postpone(error)
            left = within - (self.elapsed() - began)
            if not self._hand or left <= 0:
                break
            self._hand.wait(min(left, LOOK_SECONDS))
        if self._hand:
            log.warning("sending-unfinished", messages=[each.id for each in self._hand.messages()])
        return sent

    def _claim(self) -> None:
        """Claim of each channel that has room, those that have waited longest first."""
        now = self.now()
        with self.database.read() as connection:
            names = sorted(outbox.channels_due(connection, now), key=lambda name: self._turns.get(name, 0.0))
            names = [name for name in self._with_room(names) if self._due(connection, name, now)]
        if not names:
            return
        if not self._hand:
            self._prolonged = now
        by, until = self.ids.new(), now + CLAIM_FOR
        with self.database.write(turn=Turn.SWEEP) as unit:
            claimed = {
                name: outbox.claim(
                    unit.connection, now, limit=1 if name in self._pauses else BATCH, until=until, by=by, channel=name,
                    without=self._hand.parties(name),
                )
                for name in names
            }  # fmt: skip
            unit.commit()
        for name, messages in claimed.items():
            self._turns[name] = self.elapsed()
            for message in messages:
                self._hand.put(name, self.channel_of(name), message, now=self.elapsed())

    def _with_room(self, names: Sequence[str]) -> list[str]:
        """Return the channels of which more may be claimed: the others are paused, or have enough in hand."""
        found: list[str] = []
        for name in names:
            channel = self.channel_of(name)
            taken = self._hand.count(channel) + sum(self.channel_of(each) is channel for each in found)
            taken -= self._slow(channel)
            if self._open(name) and not self._probed(name) and (channel is None or taken < LANES * channel.at_once):
                found.append(name)
        return found

    def _due(self, connection: Connection, name: str, now: datetime) -> bool:
        return bool(outbox.due(connection, now, 1, channel=name, without=self._hand.parties(name)))

    def _probed(self, name: str) -> bool:
        """Say whether a message finds out at this moment if somebody who could not be reached is back.

        What hangs since before finds out nothing, nor does a slow one while others might get through.
        """
        pause = self._pauses.get(name)
        if pause is None:
            return False
        since = max(pause.since, self.elapsed() - SLOW_SECONDS)
        return any(lane.name == name and lane.began >= since for lane in self._hand)

    def _open(self, name: str) -> bool:
        pause = self._pauses.get(name)
        return pause is None or pause.until <= self.now()

    def _begin(self) -> None:
        """Begin with the first message of each lane in which nothing is under way, as far as its channel has room."""
        for lane in sorted(self._hand, key=lambda lane: lane.began):
            while lane.waiting and lane.under_way is None and self._has_room(lane):
                self._begin_with(lane)
        self._hand.close_empty()

    def _has_room(self, lane: Lane) -> bool:
        channel = lane.channel
        # Beside the slow ones there is always room for one more. A server that is slow as a whole is not asked for all
        # of its mail at once.
        return channel is None or self._hand.sending(channel) < max(channel.at_once, self._slow(channel) + 1)

    def _slow(self, channel: Channel | None) -> int:
        """Return how many messages under way take no place of a channel."""
        if channel is None:
            return 0
        return min(self._hand.slow(channel, before=self.elapsed() - SLOW_SECONDS), SLOW_LANES * channel.at_once)

    def _begin_with(self, lane: Lane) -> None:
        message, now, began = lane.waiting[0], self.now(), self.elapsed()
        try:
            with self.database.read() as connection:
                if not outbox.is_held(connection, message, now=now):
                    lane.waiting.popleft()
                    return
                if lane.channel is None:
                    raise NoLonger("nothing serves this channel any more")
                parcel = lane.channel.prepare(connection, message, now=now)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - one message that cannot be read never stops the others
            self._hand.end(lane, error, began=began)
            return
        self._hand.send(lane, parcel, began=began)

    def _note(self, *, until: float) -> int:
        """Mark everything that has ended; return how many went out. What cannot be marked stays in hand.

        Where the store takes nothing it goes on with the others, `until` then in the seconds of the loop.
        """
        sent = 0
        for one in self._hand.ended():
            if self._unnoted.waits(one.message.id, now=self.elapsed()):
                continue
            # A store that is busy keeps each of them waiting for seconds: together longer than a claim lasts.
            self._prolong()
            try:
                sent += self._mark(one)
            except StoreError as error:
                self._postpone(error)
                if self.elapsed() >= until:
                    break
            except Exception:  # noqa: BLE001 - one that cannot be marked never stops the others
                self._not_noted(one)
            else:
                self._unnoted.forget(one.message.id)
                self._hand.settled(one)
                self._pause(one)
        return sent

    def _not_noted(self, one: Ended) -> None:
        """Try to mark it again later, or leave it. Called where it is handled why it could not be marked."""
        name, now = one.message.id, self.elapsed()
        if self._unnoted.failed(name, now=now):
            log.exception("sending-not-noted", message=name, channel=one.lane.name)
        if self._unnoted.hopeless(name, now=now):
            self._leave(one)

    def _leave(self, one: Ended) -> None:
        """Mark it without its incident, so that it is not sent again and again; else let its claim run out."""
        marked = False
        try:
            with self.database.write(turn=Turn.SWEEP) as unit:
                self._settle(unit.connection, one, now=self.now())
                unit.commit()
            marked = True
        except StoreError as error:
            self._postpone(error)
            return
        except Exception:  # noqa: BLE001 - told once already; whoever waits for its lane or place does not wait longer
            marked = False
        log.error("sending-left-unnoted", message=one.message.id, channel=one.lane.name, marked=marked)
        self._unnoted.forget(one.message.id)
        self._hand.settled(one)

    def _mark(self, one: Ended) -> int:
        """Mark how a message ended in a transaction of its own; return 1 where it went out and the claim was ours."""
        now, message, error = self.now(), one.message, one.error
        with self.database.write(turn=Turn.SWEEP) as unit:
            connection = unit.connection
            if self._found_out_already(one):
                outbox.unclaim(connection, [message])
                unit.commit()
                return 0
            ours = self._settle(connection, one, now=now)
            if ours and error is not None and not isinstance(error, NoLonger):
                note_failed(connection, message, _reason(error), now=now, ids=self.ids)
            elif ours and (message.attempts or message.replays):
                over(connection, message, now=now)
            unit.commit()
        if not ours:
            log.warning("sending-overtaken", message=message.id, channel=one.lane.name)
        elif error is not None and not isinstance(error, NoLonger):
            log.warning("sending-failed", message=message.id, channel=one.lane.name, error=type(error).__name__)
        return int(ours and error is None)

    def _settle(self, connection: Connection, one: Ended, *, now: datetime) -> bool:
        """Mark the row of a message; return whether the claim was ours."""
        message, error, claim = one.message, one.error, one.message.claim
        if error is None:
            return outbox.mark_delivered(connection, message.id, now=now, claim=claim)
        if isinstance(error, NoLonger):
            return outbox.cancel(connection, message.id, reason=str(error), now=now, claim=claim)
        if isinstance(error, Final) or message.attempts + 1 >= ATTEMPTS:
            return outbox.give_up(connection, message.id, error=_reason(error), now=now, claim=claim)
        retry_at = now + delay(message.attempts + 1, fraction(self.ids))
        return outbox.mark_failed(connection, message.id, error=_reason(error), retry_at=retry_at, claim=claim)

    def _found_out_already(self, one: Ended) -> bool:
        """Say whether another message found out, while this one was under way, that nobody can be reached."""
        pause = self._pauses.get(one.lane.name)
        return isinstance(one.error, Unreachable) and pause is not None and pause.since > one.began

    def _pause(self, one: Ended) -> None:
        name = one.lane.name
        if not one.asked:
            return
        if not isinstance(one.error, Unreachable):
            self._pauses.pop(name, None)
        elif not self._found_out_already(one):
            before = self._pauses.get(name)
            failures = 1 + (before.failures if before else 0)
            until = self.now() + min(delay(failures, fraction(self.ids)), LONGEST_PAUSE)
            self._pauses[name] = _Pause(failures, until, self.elapsed())

    def _prolong(self) -> None:
        """Keep what is in hand, where it is time to; a store that takes nothing is asked again the next time."""
        now, held = self.now(), self._hand.kept()
        if not held or (self._prolonged is not None and timedelta(0) <= now - self._prolonged < PROLONG_AFTER):
            return
        try:
            with self.database.write(turn=Turn.SWEEP) as unit:
                outbox.prolong(unit.connection, held, until=now + CLAIM_FOR)
                unit.commit()
        except StoreError as error:
            self._postpone(error)
        else:
            self._prolonged = now

    def _let_go_overlong(self) -> None:
        """Give up the claim of what is being sent for longer than anything takes, and give back what waits for it.

        It goes on counting as under way, among the slow ones, of which there are only so many.
        """
        for lane in self._hand.note_overlong(before=self.elapsed() - LONGEST_SENDING):
            assert lane.under_way is not None
            log.warning("sending-overlong", message=lane.under_way.id, channel=lane.name)
        self._give_back([each for lane in self._hand if lane.overlong for each in lane.waiting])

    def _give_back(self, messages: list[Message]) -> None:
        if messages:
            with self.database.write(turn=Turn.SWEEP) as unit:
                outbox.unclaim(unit.connection, messages)
                unit.commit()
            self._hand.drop(messages)

    def _postpone(self, error: StoreError) -> None:
        """Tell, once a pass, that the store takes nothing now."""
        if not self._postponed:
            log.warning("sending-postponed", reason=str(error))
        self._postponed = True


def _reason(error: BaseException) -> str:
    """Return what is told of a failure; one that nobody foresaw by its kind alone: its words may hold what was sent."""
    return error.reason if isinstance(error, Failure) else f"failed: {type(error).__name__}"
