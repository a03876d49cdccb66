"""Sends what is to leave the house: claims it, sends it outside of every transaction, marks it.

Each channel is a line of its own and is served by its own thread: one that is slow or down holds up no other. Within
a channel a message that fails waits by itself, with what follows to the same recipient about the same case. Where a
process dies between sending and marking, the message goes out once more when its claim has run out, with the same key.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from complaints.failed_delivery import note_failed, over
from complaints.outward.channel import Channel, Failure, Final, NoLonger, Unreachable
from complaints.outward.retries import ATTEMPTS, delay
from engine.ids import Ids, fraction
from storage import outbox
from storage.database import Database
from storage.errors import StoreError
from storage.outbox import Message
from storage.turns import Turn

log = structlog.get_logger(__name__)

CLAIM_FOR = timedelta(minutes=5)
"""Longer than any pass takes: nobody else sends meanwhile."""
BATCH = 50
"""Messages of one channel in one pass."""
THREADS = 8
"""Channels served at one time."""
PATIENCE = 20.0
"""Seconds after which a pass sends nothing further: what it has claimed and not tried is given back."""
LONGEST_PAUSE = timedelta(minutes=5)
"""A channel that cannot be reached is tried again at least so often."""

Lines = Callable[[str], Channel | None]
"""The name of a channel -> what serves it; None where nothing does any more."""


@dataclass
class _Pause:
    """How long a channel that cannot be reached is left alone. Each process learns it for itself."""

    failures: int = 0
    until: datetime | None = None


@dataclass
class OutwardLoop:
    """The loop of one process. `run_once` is called by one thread at a time; any number of processes have one."""

    database: Database
    ids: Ids
    lines: Lines
    now: Callable[[], datetime]
    elapsed: Callable[[], float] = time.monotonic
    """Seconds on a clock that only runs: for how long a pass has been busy."""
    _pauses: dict[str, _Pause] = field(default_factory=dict)

    def run_once(self, going_on: Callable[[], bool] = lambda: True) -> int:
        """Send what is due, up to `BATCH` messages of each channel; return how many went out.

        A busy store ends the pass: what was claimed is due again when its claim has run out.
        """
        try:
            claimed = self._claim()
            return self._send(claimed, going_on) if claimed else 0
        except StoreError as error:
            log.warning("sending-postponed", reason=str(error))
            return 0

    def _claim(self) -> Mapping[str, Sequence[Message]]:
        now = self.now()
        with self.database.read() as connection:
            names = [name for name in outbox.channels_due(connection, now) if self._open(name, now)]
            names = [name for name in names if outbox.due(connection, now, 1, channel=name)]
        if not names:
            return {}
        with self.database.write(turn=Turn.SWEEP) as unit:
            claimed = {
                name: outbox.claim(unit.connection, now, limit=BATCH, until=now + CLAIM_FOR, channel=name)
                for name in names
            }
            unit.commit()
        return {name: messages for name, messages in claimed.items() if messages}

    def _open(self, name: str, now: datetime) -> bool:
        pause = self._pauses.get(name)
        return pause is None or pause.until is None or pause.until <= now

    def _send(self, claimed: Mapping[str, Sequence[Message]], going_on: Callable[[], bool]) -> int:
        """Send one message of each channel at a time, and the next of a channel when its last has ended."""
        waiting = {name: deque(messages) for name, messages in claimed.items()}
        started, sent, busy = self.elapsed(), 0, dict[Future[None], tuple[str, Message]]()
        with ThreadPoolExecutor(min(THREADS, len(waiting)), thread_name_prefix="outward") as threads:
            try:
                for name in waiting:
                    self._next(name, waiting[name], threads, busy)
                while busy:
                    for done in wait(busy, return_when=FIRST_COMPLETED).done:
                        name, message = busy.pop(done)
                        sent += self._note(name, message, done.exception())
                        self._pause(name, unreachable=isinstance(done.exception(), Unreachable))
                        if going_on() and self.elapsed() - started < PATIENCE and self._open(name, self.now()):
                            self._next(name, waiting[name], threads, busy)
            finally:
                self._give_back([message for line in waiting.values() for message in line])
        return sent

    def _next(
        self,
        name: str,
        line: deque[Message],
        threads: ThreadPoolExecutor,
        busy: dict[Future[None], tuple[str, Message]],
    ) -> None:
        """Begin with the next message of a channel that can be sent; the others are settled."""
        channel = self.lines(name)
        while line:
            message = line.popleft()
            try:
                if channel is None:
                    raise NoLonger("nothing serves this channel any more")
                with self.database.read() as connection:
                    parcel = channel.prepare(connection, message, now=self.now())
            except StoreError:
                raise
            except Exception as error:  # noqa: BLE001 - one message that cannot be read never stops the others
                self._note(name, message, error)
                continue
            busy[threads.submit(channel.send, parcel)] = (name, message)
            return

    def _note(self, name: str, message: Message, error: BaseException | None) -> int:
        """Mark how a message ended, at once and in a transaction of its own; return 1 where it went out."""
        now = self.now()
        with self.database.write(turn=Turn.SWEEP) as unit:
            connection = unit.connection
            if error is None:
                outbox.mark_delivered(connection, message.id, now=now)
            elif isinstance(error, NoLonger):
                outbox.cancel(connection, message.id, reason=str(error), now=now)
            else:
                # What nobody foresaw is named by its kind alone: its words may hold what was to be sent.
                reason = error.reason if isinstance(error, Failure) else f"failed: {type(error).__name__}"
                if isinstance(error, Final) or message.attempts + 1 >= ATTEMPTS:
                    outbox.give_up(connection, message.id, error=reason, now=now)
                else:
                    retry_at = now + delay(message.attempts + 1, fraction(self.ids))
                    outbox.mark_failed(connection, message.id, error=reason, retry_at=retry_at)
                note_failed(connection, message, reason, now=now, ids=self.ids)
            if (error is None or isinstance(error, NoLonger)) and (message.attempts or message.replays):
                over(connection, message, now=now)
            unit.commit()
        if error is not None and not isinstance(error, NoLonger):
            log.warning("sending-failed", message=message.id, channel=name, error=type(error).__name__)
        return int(error is None)

    def _pause(self, name: str, *, unreachable: bool) -> None:
        if not unreachable:
            self._pauses.pop(name, None)
            return
        pause = self._pauses.setdefault(name, _Pause())
        pause.failures += 1
        pause.until = self.now() + min(delay(pause.failures, fraction(self.ids)), LONGEST_PAUSE)

    def _give_back(self, messages: Sequence[Message]) -> None:
        if messages:
            with self.database.write(turn=Turn.SWEEP) as unit:
                outbox.unclaim(unit.connection, messages)
                unit.commit()
