"""Work on the house itself - people, posts, tokens - in one transaction like everything else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from access.policy import may_administer
from engine.case_work import SYSTEM
from engine.errors import Forbidden
from engine.pipeline import Desk


@dataclass(frozen=True)
class HouseWork:
    """Do this with the desk: its connection, its instant, its ids. The answer comes back."""

    act: Callable[[Desk], Any]


def house_work(desk: Desk, command: HouseWork) -> Any:
    """Do it. Raises Forbidden unless the house itself or an operator asks."""
    require_operator(desk)
    return command.act(desk)


def require_operator(desk: Desk) -> str:
    """Return who works on the house: an operator's id, or `system` for the house itself. Raises Forbidden."""
    principal = desk.actor.principal
    if desk.actor.kind == SYSTEM.kind:
        return SYSTEM.kind
    if principal is None or not may_administer(principal):
        raise Forbidden("Only an operator works on the house.")
    return principal.person_id
