"""May whoever acts do this to the case? Asked by handlers of commands, after the wall has let the actor in."""

from __future__ import annotations

from collections.abc import Collection

from access.policy import Principal
from access.rights import HouseRules, Standing, Verb, standings_of
from engine.case_work import OPERATOR, SYSTEM, Actor, CaseWork
from engine.errors import Forbidden


def standings(
    actor: Actor, *, owner: str | None, teams: Collection[str] = (), people: Collection[str | None] = ()
) -> frozenset[Standing]:
    """Return how the actor stands to a case of this owner, and to a record that concerns these teams and people."""
    if actor.kind in (SYSTEM.kind, OPERATOR):
        # Whether this operator may repair the case at all was asked before.
        return frozenset({Standing.HOUSE})
    if actor.principal is None:
        return frozenset({Standing.COMPLAINANT})
    return standings_of(actor.principal, owner=owner, teams=teams, people=people)


def require(
    work: CaseWork, verb: Verb, *, teams: Collection[str] = (), people: Collection[str | None] = ()
) -> Principal | None:
    """Raise Forbidden unless the actor may; return the member of staff, None for the complainant and the house."""
    return require_actor(work.actor, work.services.rules, verb, owner=work.owner, teams=teams, people=people)


def require_actor(
    actor: Actor,
    rules: HouseRules,
    verb: Verb,
    *,
    owner: str | None,
    teams: Collection[str] = (),
    people: Collection[str | None] = (),
) -> Principal | None:
    """Do as `require`, for a case that is not at work: one that has ended."""
    if not rules.allows(verb, standings(actor, owner=owner, teams=teams, people=people)):
        raise Forbidden(f"This case is somebody else's: you may not {verb.value}.", owner=owner, verb=verb.name)
    return actor.principal
