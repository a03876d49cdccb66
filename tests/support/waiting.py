"""Waits, without a fixed length, for what other threads and processes do."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

PATIENCE = 30.0
"""Seconds after which something that was to come about does not come about any more."""
FIRST, LONGEST = 0.01, 0.1
"""Seconds between two looks: threads are seen soon, processes without keeping the store busy."""


def until(holds: Callable[[], bool], what: str, *, seconds: float = PATIENCE) -> None:
    """Return as soon as something holds. Raises AssertionError, saying what did not come about."""
    assert comes_about(holds, seconds=seconds), f"{what}: it did not come about in {seconds:.0f} s"


def comes_about(holds: Callable[[], bool], *, seconds: float = PATIENCE) -> bool:
    """Wait until something holds; return whether it does, after so many seconds at the latest."""
    end, pause = time.monotonic() + seconds, FIRST
    while not holds():
        if time.monotonic() > end:
            return False
        threading.Event().wait(pause)
        pause = min(pause * 1.2, LONGEST)
    return True
