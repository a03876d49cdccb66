"""What a service task may ask for. The registry is data of the house; diagrams name operations, checks know them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Consequence:
    """What follows from an operation at once."""

    facts: Mapping[str, Any] = field(default_factory=dict)
    """Facts to change in the same step, so that the elements behind it see them."""
    made: Mapping[str, Any] = field(default_factory=dict)
    """What the effect's handler is to write down; JSON values."""


ConsequenceOf = Callable[[Mapping[str, Any], Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]], Consequence]
"""(parameters, task data, facts, the facts as every case begins with them) -> what follows. Pure."""


@dataclass(frozen=True)
class Operation:
    """One operation and what it needs."""

    name: str
    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    open_ended: bool = False
    """True: takes any parameter besides (`set_facts`)."""
    reversible: bool = True
    """False: a step that did this cannot be sent back (money has moved, a person has taken over)."""
    consequence: ConsequenceOf | None = field(default=None, compare=False)


KERNEL_OPERATIONS: Mapping[str, Operation] = {
    o.name: o
    for o in (
        Operation("set_status", required=frozenset({"status"}), optional=frozenset({"closure"})),
        Operation("set_facts", open_ended=True),
        Operation("pause_clocks", required=frozenset({"reason"})),
        Operation("resume_clocks", required=frozenset({"reason"})),
        Operation("extend_clock", required=frozenset({"clock", "working_days"}), optional=frozenset({"why"})),
    )
}
"""The operations that only change the state of the case; the kernel carries them out itself."""
