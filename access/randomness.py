"""Where this floor gets its random values from: an argument, so that a run can be repeated exactly."""

from __future__ import annotations

from typing import Protocol


class Ids(Protocol):
    """Gives identifiers and random characters; `engine.ids` has the real ones and the counted ones."""

    def new(self) -> str:
        """Return a new opaque identifier."""
        ...

    def code(self, length: int) -> str:
        """Return `length` random characters of 5 bits each."""
        ...
