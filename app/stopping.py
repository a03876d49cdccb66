"""How a process stops: asked once it finishes what it is at, asked twice it is gone at once."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

ASKED_BY = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def stopping(drain: Callable[[], None]) -> Iterator[None]:
    """During the block the first SIGTERM or SIGINT calls `drain`, which returns at once; a second one ends the process.

    What was in work at the second is rolled back by the store and due again, as after a crash. Its exit code is 128 and
    the number of the signal. To be used in the main thread.
    """
    asked = False

    def on_signal(number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            os._exit(128 + number)
        asked = True
        drain()

    before = {each: signal.signal(each, on_signal) for each in ASKED_BY}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
