"""Who may do what, as data, and who may see which case, as one wall for every list, count, search and command."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, SelectBase, and_, exists, false, literal, not_, or_


class Role(StrEnum):
    """What a person is trusted with beside the work of a team."""

    SUPERVISOR = "supervisor"
    """Watches late work (R-002-30), takes it back, assigns it anew."""
    PROCESS_OWNER = "process_owner"
    """Edits and publishes diagrams (R-002-41)."""
    OPERATOR = "operator"
    """Runs the installation; sees no content of cases."""
    AUDITOR = "auditor"
    """Verifies the trail; sees no content of cases."""


class Duty(StrEnum):
    """What all members of a team are trusted with, as `posts.toml` says of the team."""

    SEES_ALL = "sees_all"
    """Sees every ordinary case; all others see those in which they are asked."""
    TAKES_IN = "takes_in"
    """Takes complaints in and owns them."""
    LEADS = "leads"
    """Decides on what is grave."""
    OUTSIDE = "outside"
    """Holds the post that is asked where everybody inside is kept apart, or stands in for it; no team has this."""


class Relation(StrEnum):
    """How a person stands to a case or a task."""

    SUPERVISOR = "supervisor"
    PROCESS_OWNER = "process_owner"
    OPERATOR = "operator"
    AUDITOR = "auditor"
    FRONT_TEAM = "front_team"
    """Member of a team that sees all ordinary cases."""
    CASE_OWNER = "case_owner"
    """The first responder of this case."""
    ASKED = "asked"
    """A team, a post or the person has, or had, a task in this case."""
    ASSIGNEE = "assignee"
    """Has this task."""
    CANDIDATE = "candidate"
    """This task is open to the person's team or post, and nobody has it."""


class Action(StrEnum):
    """What can be permitted."""

    SEE_CASE = "see_case"
    WORK_ON = "work_on"
    SUPERVISE = "supervise"
    PUBLISH = "publish"
    ADMINISTER = "administer"
    AUDIT = "audit"


GRANTS: Mapping[Relation, frozenset[Action]] = {
    Relation.SUPERVISOR: frozenset({Action.SEE_CASE, Action.SUPERVISE}),
    Relation.PROCESS_OWNER: frozenset({Action.PUBLISH}),
    Relation.OPERATOR: frozenset({Action.ADMINISTER}),
    Relation.AUDITOR: frozenset({Action.AUDIT}),
    Relation.FRONT_TEAM: frozenset({Action.SEE_CASE}),
    Relation.CASE_OWNER: frozenset({Action.SEE_CASE}),
    Relation.ASKED: frozenset({Action.SEE_CASE}),
    Relation.ASSIGNEE: frozenset({Action.WORK_ON}),
    Relation.CANDIDATE: frozenset({Action.WORK_ON}),
}
"""What each relation may do; relations add up. A person complained about is shut out before this table is asked."""


class Scope(StrEnum):
    """What a token is given for; it never does more than its person."""

    READ = "read"
    """Look at cases and lists."""
    WORK = "work"
    """Do what its person does with cases."""
    SUPERVISE = "supervise"
    """Do what a supervisor does."""
    PUBLISH = "publish"
    """Publish processes."""
    ADMINISTER = "administer"
    """Do what an operator does."""
    AUDIT = "audit"
    """Verify the trail."""


EVERYTHING = frozenset(Scope)
"""Of a session, and of a token without scopes of its own."""

COVERS: Mapping[Action, frozenset[Scope]] = {
    # Nobody works on what they cannot see.
    Action.SEE_CASE: frozenset({Scope.READ, Scope.WORK, Scope.SUPERVISE}),
    Action.WORK_ON: frozenset({Scope.WORK}),
    Action.SUPERVISE: frozenset({Scope.SUPERVISE}),
    Action.PUBLISH: frozenset({Scope.PUBLISH}),
    Action.ADMINISTER: frozenset({Scope.ADMINISTER}),
    Action.AUDIT: frozenset({Scope.AUDIT}),
}
"""Which scopes an action needs: any of them."""


@dataclass(frozen=True, kw_only=True)
class Principal:
    """Who asks."""

    person_id: str
    """The id of the person."""
    name: str
    """As shown to colleagues."""
    language: str
    """In which to speak to them."""
    teams: frozenset[str] = frozenset()
    """Keys of their teams."""
    posts: frozenset[str] = frozenset()
    """Keys of the posts they hold, or stand in for at this moment."""
    roles: frozenset[Role] = frozenset()
    """Their roles."""
    duties: frozenset[Duty] = frozenset()
    """What their teams are trusted with, and the outside post."""
    scopes: frozenset[Scope] = EVERYTHING
    """What the credential that was shown is given for."""

    def covers(self, action: Action) -> bool:
        """Say whether the credential that was shown is given for such an action; the person may still lack it."""
        return not self.scopes.isdisjoint(COVERS[action])

    def relations(self) -> frozenset[Relation]:
        """Return the relations that hold whatever the case."""
        own = {Relation(role.value) for role in self.roles}
        return frozenset(own | {Relation.FRONT_TEAM} if Duty.SEES_ALL in self.duties else own)


def permitted(action: Action, relations: Collection[Relation]) -> bool:
    """Say whether any of the relations grants the action."""
    return any(action in GRANTS[relation] for relation in relations)


def may_see_case(
    principal: Principal,
    *,
    case_owner: str | None,
    asked_teams: Collection[str],
    respondents: Collection[str],
    asked_posts: Collection[str] = (),
    asked_people: Collection[str] = (),
) -> bool:
    """Say whether the person may see the case: the same wall as `visible_cases`, for a case whose facts are at hand.

    `asked_*` are the teams, posts and person ids that have or had a task in it; `respondents` the ids of the people
    it is about.
    """
    if principal.person_id in respondents or not principal.covers(Action.SEE_CASE):
        return False
    relations = set(principal.relations())
    if case_owner == principal.person_id:
        relations.add(Relation.CASE_OWNER)
    asked = principal.teams & set(asked_teams) or principal.posts & set(asked_posts)
    if asked or principal.person_id in asked_people:
        relations.add(Relation.ASKED)
    return permitted(Action.SEE_CASE, relations)


def visible_cases(
    principal: Principal,
    *,
    case_owner_column: ColumnElement[Any],
    case_id_column: ColumnElement[Any],
    asked_teams: SelectBase,
    respondents: SelectBase,
    asked_posts: SelectBase | None = None,
    asked_people: SelectBase | None = None,
) -> ColumnElement[bool]:
    """Return the condition under which the row of a case is visible to the person.

    Each Select gives two columns, the case id first: then the team, the post, or the person id. `asked_*` are all tasks
    of the case, past ones too; `respondents` the people it is about, who never see it, whatever else they are.
    """

    def among(pairs: SelectBase, values: Collection[str]) -> ColumnElement[bool]:
        inner = pairs.subquery()
        case, value = tuple(inner.c)[:2]
        return exists(literal(1)).where(case == case_id_column, value.in_(sorted(values))).correlate_except(inner)

    if not principal.covers(Action.SEE_CASE):
        return false()
    not_about_me = not_(among(respondents, {principal.person_id}))
    if permitted(Action.SEE_CASE, principal.relations()):
        return not_about_me
    ways: list[ColumnElement[bool]] = []
    if permitted(Action.SEE_CASE, {Relation.CASE_OWNER}):
        ways.append(case_owner_column == principal.person_id)
    if permitted(Action.SEE_CASE, {Relation.ASKED}):
        asked = (asked_teams, principal.teams), (asked_posts, principal.posts), (asked_people, {principal.person_id})
        ways.extend(among(pairs, values) for pairs, values in asked if pairs is not None and values)
    return and_(not_about_me, or_(false(), *ways))


def may_work_on(principal: Principal, *, team: str | None, post: str | None, assignee: str | None) -> bool:
    """Say whether the person may claim or complete a task; ask `may_see_case` first.

    A task that somebody has is theirs alone. One that nobody has is open to the holder of its post, or without a post
    to its team.
    """
    if assignee is not None:
        relations = {Relation.ASSIGNEE} if assignee == principal.person_id else set()
    else:
        open_to_me = post in principal.posts if post is not None else team in principal.teams
        relations = {Relation.CANDIDATE} if open_to_me else set()
    return principal.covers(Action.WORK_ON) and permitted(Action.WORK_ON, relations)


def may_supervise(principal: Principal) -> bool:
    """Say whether the person may take work back and assign it anew in cases they see."""
    return _may(principal, Action.SUPERVISE)


def may_publish(principal: Principal) -> bool:
    """Say whether the person may publish processes and calendars."""
    return _may(principal, Action.PUBLISH)


def may_administer(principal: Principal) -> bool:
    """Say whether the person may manage accounts, teams, posts and tokens."""
    return _may(principal, Action.ADMINISTER)


def may_audit(principal: Principal) -> bool:
    """Say whether the person may verify the trail."""
    return _may(principal, Action.AUDIT)


def _may(principal: Principal, action: Action) -> bool:
    return principal.covers(action) and permitted(action, principal.relations())
