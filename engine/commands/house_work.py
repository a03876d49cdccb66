"""Work on the house itself - people, posts, tokens - in one transaction like everything else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from access.policy import may_administer
from engine.errors import Forbidden
from engine.pipeline import Desk


@dataclass(frozen=True)
class HouseWork:
    """Do this with the desk: its connection, its instant, its ids. The answer comes back."""

    act: Callable[[Desk], Any]


def house_work(desk: Desk, command: HouseWork) -> Any:
    """Do it. Raises Forbidden unless the house itself or an operator asks."""
    principal = desk.actor.principal
    if desk.actor.kind != "system" and (principal is None or not may_administer(principal)):
        raise Forbidden("Only an operator works on the house.")
    return command.act(desk)
