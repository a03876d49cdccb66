"""Who writes next where one connection writes for all: people before sweeps, in order of arrival, never for ever."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum

from storage.errors import StoreBusy


class Turn(Enum):
    """Whose write it is."""

    PERSON = "person"
    """Somebody waits in front of a screen."""
    SWEEP = "sweep"
    """A loop of the machine: due deadlines, outbox, rescue."""


class _Waiter:
    """One thread at the turnstile."""

    def __init__(self, thread: int) -> None:
        self.thread = thread
        self.called = threading.Event()
        self.overtaken = 0
        """How many people went before this sweep since it came."""


class Turnstile:
    """Lets one thread through at a time, handing over directly so that a newcomer cannot push in.

    People go before sweeps, but a sweep that was overtaken `patience` times goes next: deadlines fire under any load.
    """

    def __init__(self, *, wait_for: float = 5.0, patience: int = 8) -> None:
        self._wait_for = wait_for
        self._patience = patience
        self._guard = threading.Lock()
        self._inside: int | None = None
        self._waiting: dict[Turn, deque[_Waiter]] = {Turn.PERSON: deque(), Turn.SWEEP: deque()}

    def held_here(self) -> bool:
        """Say whether the calling thread is the one inside."""
        return self._inside == threading.get_ident()

    @property
    def free(self) -> bool:
        """Whether nobody is inside at this moment."""
        return self._inside is None

    @property
    def people_wait(self) -> bool:
        """Whether somebody in front of a screen waits for a turn."""
        return bool(self._waiting[Turn.PERSON])

    @contextmanager
    def passing(self, turn: Turn) -> Iterator[None]:
        """Hold the turnstile for the block. Raises StoreBusy after `wait_for` seconds of waiting in vain,
        RuntimeError if the calling thread is inside already (it would wait for itself)."""
        self._enter(turn)
        try:
            yield
        finally:
            self._leave()

    def _enter(self, turn: Turn) -> None:
        me = _Waiter(threading.get_ident())
        with self._guard:
            if self._inside == me.thread:
                raise RuntimeError("this thread has a transaction open: pass its connection on")
            if self._inside is None:
                self._inside = me.thread
                return
            self._waiting[turn].append(me)
        if me.called.wait(self._wait_for):
            return
        with self._guard:
            # The call may have come between the end of the wait and here: then the turn is ours and must be used.
            if me.called.is_set():
                return
            self._waiting[turn].remove(me)
        raise StoreBusy

    def _leave(self) -> None:
        with self._guard:
            following = self._next()
            self._inside = following.thread if following else None
            if following:
                following.called.set()

    def _next(self) -> _Waiter | None:
        people, sweeps = self._waiting[Turn.PERSON], self._waiting[Turn.SWEEP]
        if sweeps and (not people or sweeps[0].overtaken >= self._patience):
            return sweeps.popleft()
        if not people:
            return None
        if sweeps:
            sweeps[0].overtaken += 1
        return people.popleft()
