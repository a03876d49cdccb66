"""One case of the replay: its plan, what is known of it, and what has been acknowledged so far."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from tests.replay.plans import Plan
from tests.replay.texts import Source


@dataclass
class Case:
    """One case; worked on by one thread at a time."""

    index: int
    source: Source
    plan: Plan
    id: str = ""
    number: str = ""
    code: str = ""
    """The tracking code."""
    status: str = ""
    closure: str | None = None
    done: bool = False
    """Nothing more is planned."""
    wake_at: datetime | None = None
    """When to look again; None: now."""
    completed: Counter[str] = field(default_factory=Counter)
    """Element -> completions that the server has acknowledged."""
    tasks: set[str] = field(default_factory=set)
    """Ids of the tasks that were acknowledged as completed."""
    letters: int = 0
    """Letters of the complainant that were acknowledged."""
    answers: Counter[str] = field(default_factory=Counter)
    """What the house asks for -> how often it was asked and answered."""
    said: int = 0
    """Results that the complainant has answered."""
    attempts: int = 0
    """Calls of this round that reached nobody."""
    reviews: int = 0
    withdrawn: bool = False
    offered: bool = False
    moved: bool = False
    """To the other process."""
    paused: bool = False
    resumed: bool = False
    joined: bool = False
    wrote_late: bool = False
    voted: dict[str, int] = field(default_factory=dict)
    """Revision of the plan, as text -> votes cast on it."""
    refused: list[str] = field(default_factory=list)
    """Answers that the plan did not foresee."""

    @property
    def given_up(self) -> bool:
        """Whether it was refused so often that nobody tries any more."""
        return len(self.refused) >= 3

    @property
    def says(self) -> str:
        """What the complainant says of the present result."""
        rounds = self.plan.rounds
        return rounds[min(self.said, len(rounds) - 1)]

    def key(self, what: str) -> str:
        """Return the Idempotency-Key of something that this case asks for once."""
        return f"replay-{self.index}-{what}"
