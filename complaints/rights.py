"""Who may do what to a case, as a table: how somebody stands to it, and what each standing allows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum

from access.policy import Principal, may_supervise
from engine.case_work import CaseWork
from engine.errors import Forbidden

SERVICE = "service"
"""The team whose members take complaints in."""
LEADERSHIP = "leadership"
"""The team that decides on what is grave."""


class Standing(StrEnum):
    """How the one who asks stands to the case."""

    HOUSE = "house"
    """The house itself: a loop, a seed, an import."""
    COMPLAINANT = "complainant"
    OWNER = "owner"
    SUPERVISOR = "supervisor"
    LEADERSHIP = "leadership"
    SERVICE = "service"
    """Takes complaints in: whoever answers the phone may write down what is said."""
    FIRST_RESPONDER = "first_responder"
    """Of the team service, while nobody owns the case yet."""
    CONCERNED = "concerned"
    """The record at hand is theirs: it names their team, or they made it."""


class Verb(StrEnum):
    """What can be done to a case besides its tasks and clocks."""

    CHANGE_FACTS = "change facts"
    ADD_AFFECTED = "add the people concerned"
    REMOVE_AFFECTED = "take people off the list"
    OFFER_CASE = "offer the case to somebody"
    WRITE_TO_COMPLAINANT = "write to the complainant"
    SPEAK_FOR_COMPLAINANT = "write down what the complainant said"
    DO_ACTION = "settle an action"
    GIVE_REMEDY = "settle a remedy"
    KEEP_PROMISE = "settle a promise"
    RETYPE = "move the case to another process"
    LINK = "link cases"
    NAME_RESPONDENT = "say whom the complaint is about"


_LEADS = frozenset({Standing.HOUSE, Standing.OWNER, Standing.SUPERVISOR, Standing.LEADERSHIP, Standing.FIRST_RESPONDER})

MAY: Mapping[Verb, frozenset[Standing]] = {
    Verb.CHANGE_FACTS: _LEADS,
    Verb.ADD_AFFECTED: _LEADS | {Standing.SERVICE},
    Verb.REMOVE_AFFECTED: _LEADS,
    Verb.OFFER_CASE: frozenset({Standing.HOUSE, Standing.OWNER, Standing.SUPERVISOR, Standing.LEADERSHIP}),
    Verb.WRITE_TO_COMPLAINANT: _LEADS,
    Verb.SPEAK_FOR_COMPLAINANT: _LEADS | {Standing.SERVICE, Standing.COMPLAINANT},
    Verb.DO_ACTION: _LEADS | {Standing.CONCERNED},
    Verb.GIVE_REMEDY: _LEADS | {Standing.SERVICE},
    Verb.KEEP_PROMISE: _LEADS | {Standing.CONCERNED},
    Verb.RETYPE: _LEADS,
    Verb.LINK: _LEADS | {Standing.SERVICE},
    Verb.NAME_RESPONDENT: _LEADS | {Standing.SERVICE},
}
"""Standings add up. Whoever may not see the case never gets here."""


def standings(work: CaseWork, *, teams: Collection[str] = (), people: Collection[str | None] = ()) -> set[Standing]:
    """Return how the actor stands to the case, and to a record that concerns these teams and people."""
    actor = work.actor
    if actor.kind == "system":
        return {Standing.HOUSE}
    principal = actor.principal
    if principal is None:
        return {Standing.COMPLAINANT}
    held = {
        Standing.OWNER: work.owner == principal.person_id,
        Standing.SUPERVISOR: may_supervise(principal),
        Standing.LEADERSHIP: LEADERSHIP in principal.teams,
        Standing.SERVICE: SERVICE in principal.teams,
        Standing.FIRST_RESPONDER: SERVICE in principal.teams and work.owner is None,
        Standing.CONCERNED: bool(principal.teams & set(teams)) or principal.person_id in people,
    }
    return {standing for standing, holds in held.items() if holds}


def require(
    work: CaseWork, verb: Verb, *, teams: Collection[str] = (), people: Collection[str | None] = ()
) -> Principal | None:
    """Raise Forbidden unless the actor may; return the member of staff, None for the complainant and the house."""
    if not standings(work, teams=teams, people=people) & MAY[verb]:
        raise Forbidden(f"This case is somebody else's: you may not {verb.value}.", owner=work.owner, verb=verb.name)
    return work.actor.principal
