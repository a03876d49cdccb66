"""When what did not go out is tried again: twice as long after each failure, never all at one moment."""

from __future__ import annotations

from datetime import timedelta

FIRST = timedelta(seconds=30)
LONGEST = timedelta(hours=6)
ATTEMPTS = 20
"""After so many failures it is given up: some two and a half days after it was written."""
JITTER = 0.25
"""How far a delay may differ from its plain length, up or down, so that what failed together is not tried together."""


def delay(failures: int, chance: float) -> timedelta:
    """Return how long to wait after so many failures in a row (1 or more); `chance` (0 to 1) decides on the jitter."""
    plain: timedelta = min(FIRST * 2.0 ** min(failures - 1, 30), LONGEST)
    return plain * (1 + JITTER * (2 * chance - 1))
