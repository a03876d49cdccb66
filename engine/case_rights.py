"""May whoever acts do this to the case? Asked by handlers of commands, after the wall has let the actor in."""

from __future__ import annotations

from collections.abc import Collection

from access.policy import Principal
from access.rights import Standing, Verb, standings_of
from engine.case_work import CaseWork
from engine.errors import Forbidden


def standings(
    work: CaseWork, *, teams: Collection[str] = (), people: Collection[str | None] = ()
) -> frozenset[Standing]:
    """Return how the actor stands to the case, and to a record that concerns these teams and people."""
    actor = work.actor
    if actor.kind == "system":
        return frozenset({Standing.HOUSE})
    if actor.principal is None:
        return frozenset({Standing.COMPLAINANT})
    return standings_of(actor.principal, owner=work.owner, teams=teams, people=people)


def require(
    work: CaseWork, verb: Verb, *, teams: Collection[str] = (), people: Collection[str | None] = ()
) -> Principal | None:
    """Raise Forbidden unless the actor may; return the member of staff, None for the complainant and the house."""
    if not work.services.rules.allows(verb, standings(work, teams=teams, people=people)):
        raise Forbidden(f"This case is somebody else's: you may not {verb.value}.", owner=work.owner, verb=verb.name)
    return work.actor.principal
