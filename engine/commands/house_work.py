"""Work on the house itself - people, posts, tokens - in one transaction like everything else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from access.policy import Principal, may_administer
from engine.case_work import SYSTEM, Actor
from engine.errors import Forbidden
from engine.pipeline import Desk


@dataclass(frozen=True)
class HouseWork:
    """Do this with the desk: its connection, its instant, its ids. The answer comes back."""

    act: Callable[[Desk], Any]


def house_work(desk: Desk, command: HouseWork) -> Any:
    """Do it. Raises Forbidden unless the house itself or an operator asks."""
    operator_of(desk.actor)
    return command.act(desk)


def operator_of(actor: Actor) -> Principal | None:
    """Return the operator who works on the house, None for the house itself. Raises Forbidden for anybody else."""
    if actor.kind == SYSTEM.kind:
        return None
    return require_operator(actor.principal)


def require_operator(principal: Principal | None) -> Principal:
    """Return who asks. Raises Forbidden unless they are an operator."""
    if principal is None or not may_administer(principal):
        raise Forbidden("Only an operator works on the house.")
    return principal


def name_of_operator(desk: Desk) -> str:
    """Return an operator's id, or `system` for the house itself, as records name who acts. Raises Forbidden."""
    who = operator_of(desk.actor)
    return SYSTEM.kind if who is None else who.person_id
