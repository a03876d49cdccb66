"""What may be done to a case besides its tasks, how people stand to it, and what `posts.toml` allows to whom."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from access.policy import Action, Duty, Principal, may_administer, may_supervise


class Standing(StrEnum):
    """How the one who asks stands to the case, in the words of `[may]` in `posts.toml`."""

    HOUSE = "house"
    """The house itself: a loop, a seed, an import. It may do everything and stands in no table."""
    COMPLAINANT = "complainant"
    OWNER = "owner"
    SUPERVISOR = "supervisor"
    LEADS = "leads"
    """Of a team that decides on what is grave."""
    TAKES_IN = "takes_in"
    """Of a team that takes complaints in: whoever answers the phone may write down what is said."""
    FIRST_RESPONDER = "first_responder"
    """Of a team that takes complaints in, while nobody owns the case yet."""
    OUTSIDE = "outside"
    """Holds the outside post, or stands in for it: whoever is left where everybody inside is kept apart."""
    OPERATOR = "operator"
    """Runs the installation: asked only about a case in which something has failed, and sees no content of it."""
    CONCERNED = "concerned"
    """The record at hand is theirs: it names their team, or they made it."""


class Verb(StrEnum):
    """What can be done to a case besides its tasks; the names in small letters are the keys of `[may]`."""

    CHANGE_FACTS = "change facts"
    ADD_AFFECTED = "add the people concerned"
    REMOVE_AFFECTED = "take people off the list"
    OFFER_CASE = "offer the case to somebody"
    TAKE_BACK_OFFER = "take back an offer of the case"
    WRITE_TO_COMPLAINANT = "write to the complainant"
    SPEAK_FOR_COMPLAINANT = "write down what the complainant said"
    DO_ACTION = "settle an action"
    GIVE_REMEDY = "settle a remedy"
    KEEP_PROMISE = "settle a promise"
    RETYPE = "move the case to another process"
    LINK = "link cases"
    NAME_RESPONDENT = "say whom the complaint is about"
    CLEAR_COLLEAGUE = "say that a colleague is not meant after all"
    FOLLOW_UP = "open a new case after an ended one"
    PAUSE = "pause its clocks"
    RESUME = "let its clocks run on"
    EXTEND = "extend a clock"
    REPAIR = "repair a case in which something failed"

    @property
    def key(self) -> str:
        """The key of `[may]`: `change_facts`."""
        return self.name.lower()


GIVEN = tuple(standing for standing in Standing if standing is not Standing.HOUSE)
"""The standings that `[may]` may name."""


@dataclass(frozen=True, kw_only=True)
class HouseRules:
    """What the institution trusts its people with; read from `posts.toml`, in force at once, pinned to no version."""

    duties: Mapping[str, frozenset[Duty]]
    """Team -> what its members are trusted with; a team that is not named has nothing."""
    may: Mapping[Verb, frozenset[Standing]]
    """Who may do what. Standings add up; whoever may not see the case is never asked."""
    outside: str | None = None
    """The post that is asked where everybody inside is kept apart."""
    above: Mapping[str, str] = field(default_factory=dict)
    """Post -> the post above, which acts while nobody of the post is there; never the outside post."""

    def duties_of(self, teams: Collection[str]) -> frozenset[Duty]:
        """Return what somebody of these teams is trusted with."""
        return frozenset(duty for team in teams for duty in self.duties.get(team, ()))

    def teams_with(self, duty: Duty) -> tuple[str, ...]:
        """Return the teams that have a duty, in the order of the file."""
        return tuple(team for team, duties in self.duties.items() if duty in duties)

    def allows(self, verb: Verb, standings: Collection[Standing]) -> bool:
        """Say whether somebody who stands so to the case may do it."""
        return Standing.HOUSE in standings or not self.may.get(verb, frozenset()).isdisjoint(standings)


def standings_of(
    principal: Principal, *, owner: str | None, teams: Collection[str] = (), people: Collection[str | None] = ()
) -> frozenset[Standing]:
    """Return how a member of staff stands to a case of this owner, and to a record that concerns teams and people.

    A token stands to it only as far as its scopes go.
    """
    takes_in = Duty.TAKES_IN in principal.duties
    works = principal.covers(Action.WORK_ON)
    held = {
        Standing.OWNER: works and owner == principal.person_id,
        Standing.SUPERVISOR: may_supervise(principal),
        Standing.LEADS: works and Duty.LEADS in principal.duties,
        Standing.TAKES_IN: works and takes_in,
        Standing.FIRST_RESPONDER: works and takes_in and owner is None,
        Standing.OUTSIDE: works and Duty.OUTSIDE in principal.duties,
        Standing.OPERATOR: may_administer(principal),
        Standing.CONCERNED: works and (bool(principal.teams & set(teams)) or principal.person_id in people),
    }
    return frozenset(standing for standing, holds in held.items() if holds)
