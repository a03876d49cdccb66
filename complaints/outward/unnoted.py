"""Outcomes that cannot be noted, for a reason nobody foresaw: when that is tried again, and when it is hopeless."""

from __future__ import annotations

from dataclasses import dataclass, field

FIRST_SECONDS = 1.0
"""How long after the first failure noting is tried again: then twice as long each time."""
LONGEST_SECONDS = 60.0
"""The longest pause between two tries."""
HOPELESS_SECONDS = 300.0
"""Seconds after the first failure from which on it is hopeless."""


@dataclass
class _Trouble:
    since: float
    again: float
    pause: float


@dataclass
class Unnoted:
    """What could not be noted, by the ids of the messages; times in the seconds of the loop. Used by its loop alone."""

    _found: dict[str, _Trouble] = field(default_factory=dict)

    def waits(self, message: str, *, now: float) -> bool:
        """Say whether noting this one was tried lately, and is not to be tried now."""
        trouble = self._found.get(message)
        return trouble is not None and now < trouble.again

    def failed(self, message: str, *, now: float) -> bool:
        """Put the next try off, longer each time; return whether this was the first failure of this message."""
        before = self._found.get(message)
        if before is None:
            self._found[message] = _Trouble(now, now + FIRST_SECONDS, FIRST_SECONDS)
            return True
        before.pause = min(2 * before.pause, LONGEST_SECONDS)
        before.again = now + before.pause
        return False

    def hopeless(self, message: str, *, now: float) -> bool:
        """Say whether noting this one has failed for so long that it is to be left."""
        trouble = self._found.get(message)
        return trouble is not None and now - trouble.since >= HOPELESS_SECONDS

    def forget(self, message: str) -> None:
        """Nothing is to be noted of this one any more. Repeating is safe."""
        self._found.pop(message, None)
