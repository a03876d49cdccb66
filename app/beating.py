"""Runs the loops of a process and says in the database, as long as they get on, that it is there."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import structlog

from app.container import Application
from engine.case_work import SYSTEM
from engine.commands.house_work import HouseWork
from engine.pipeline import Desk
from escalation.heartbeat import BEAT_SECONDS, Heartbeat, beat, forget, say_goodbye
from escalation.metronome import Loop, Metronome
from storage.errors import StoreError

log = structlog.get_logger(__name__)


class Heart:
    """What one process says of itself."""

    def __init__(self, application: Application, role: str) -> None:
        now = application.now()
        self._application = application
        self.own = Heartbeat(application.ids.new(), role, socket.gethostname(), now, now)

    def beat(self) -> bool:
        """Say that the process is there, if its deadlines and deliveries have been seen at work lately.

        Returns whether it said so: a process whose sweep hangs is not there, though it breathes.
        """
        application = self._application
        if application.pulse.silent():
            return False

        def act(desk: Desk) -> None:
            self.own = replace(self.own, at=desk.now)
            beat(desk.connection, self.own)
            forget(desk.connection, desk.now)

        application.pipeline.run(HouseWork(act), SYSTEM)
        return True

    def stop(self) -> None:
        """Say goodbye; where the store does not take it, others take this process for dead after a while."""
        try:
            self._application.pipeline.run(HouseWork(lambda desk: say_goodbye(desk.connection, self.own.id)), SYSTEM)
        except StoreError as error:
            log.warning("goodbye-not-said", reason=str(error))


@contextmanager
def beating(application: Application, role: str, loops: list[Loop]) -> Iterator[None]:
    """Run the loops during the block, as `serve` or `worker`; behind it they have finished what they were at."""
    heart = Heart(application, role)
    own = Loop("heartbeat", lambda _going_on: heart.beat(), every_seconds=BEAT_SECONDS)
    metronome = Metronome([*loops, own], application.pulse)
    metronome.start()
    with ExitStack() as behind:
        # The last named is done first, and each whatever became of those before.
        behind.callback(heart.stop)
        behind.callback(application.outward.finish)
        behind.callback(metronome.stop)
        yield
