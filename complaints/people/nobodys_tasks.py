"""Finds the steps that nobody can take: everybody of the team or post is kept apart from them, or has left.

It is looked every 45 seconds among all that is open: by indexes alone, and into the steps themselves only where one is
in doubt.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, and_, not_, or_, select

from access.principals import next_filled
from access.rights import HouseRules
from access.tables import membership, person, post_holder
from engine.tables import FAR_APART, UNTAKEN, conflict_of_interest, work_item

AT_ONCE = 50
"""Cases, or kinds of step, that one statement names."""
_Thing = TypeVar("_Thing")


@dataclass(frozen=True)
class NobodysTask:
    """An open step that nobody can take."""

    id: str
    case_id: str
    element: str
    reason: str
    """Why, and what to do; nothing of the case."""


def nobodys_tasks(connection: Connection, *, rules: HouseRules, case_id: str | None = None) -> Iterator[NobodysTask]:
    """Yield the open steps that are free and that nobody can take, of one case or of all, in the order of the cases.

    Whoever is away comes back: only who is kept apart from the case or the step, or has left, does not count. For a
    post that nobody fills whoever has the next filled one above stands in.
    """
    staff = _Staff(_members(connection), _holders(connection), rules)
    chosen = [work_item.c.case_id == case_id] if case_id is not None else list(_suspects(connection, staff))
    # By their ids: what changes meanwhile may be found by two of the conditions.
    rows = {row.id: row for each in chosen for row in connection.execute(_FREE_STEPS.where(each))}
    barred = _kept_apart(connection, {row.case_id for row in rows.values()})
    for row in sorted(rows.values(), key=lambda row: (row.case_id, row.id)):
        if not staff.left(row.team, row.post, {*(row.excluded or ()), *barred.get(row.case_id, ())}):
            yield NobodysTask(row.id, row.case_id, row.element, _reason(row.post, row.team))


@dataclass(frozen=True)
class _Staff:
    """Who there is."""

    teams: Mapping[str, set[str]]
    posts: Mapping[str, set[str]]
    rules: HouseRules

    def left(self, team: str | None, post: str | None, apart: Collection[str]) -> bool:
        """Say whether somebody could take a step besides those who are kept apart."""
        if team is None and post is None:
            return True  # it waits for the owner of the case
        filled = post if post is None else next_filled(post, self.posts.keys(), self.rules.above)
        could = self.teams.get(team or "", set()) if post is None else self.posts.get(filled or "", set())
        return not could <= {*apart}


_ITEM, _BAR = work_item.c, conflict_of_interest.c
# What is open belongs to a case that has not ended: the case itself need not be read.
_FREE_STEPS = select(_ITEM.id, _ITEM.case_id, _ITEM.element, _ITEM.team, _ITEM.post, _ITEM.excluded).where(UNTAKEN)
# Both are answered by one index (`ix_work_item__untaken`): the steps themselves are spread over the whole table.
_KINDS = select(_ITEM.team, _ITEM.post, _ITEM.excluded).distinct()
_BARRED_KINDS = (
    select(_ITEM.case_id, _ITEM.team, _ITEM.post, _ITEM.excluded, _BAR.person)
    .join(conflict_of_interest, _BAR.case_id == _ITEM.case_id)
    .order_by(_ITEM.case_id)
)


def _suspects(connection: Connection, staff: _Staff) -> Iterator[ColumnElement[bool]]:
    """Yield conditions that together find, of all cases, every free step that nobody can take, and some others."""
    indexed = UNTAKEN
    if connection.dialect.name == "postgresql":
        # The index has not all of them; the others are few, and looked at one by one.
        indexed = and_(UNTAKEN, not_(FAR_APART))
        yield FAR_APART
    kinds = {(row.team, row.post, tuple(row.excluded)) for row in connection.execute(_KINDS.where(indexed))}
    deserted = {kind[:2] for kind in kinds if not staff.left(*kind[:2], ())}
    lacking = [_of_kind(team, post) for team, post in sorted(deserted, key=str)]
    lacking += [
        and_(_of_kind(team, post), _ITEM.excluded == list(excluded))
        for team, post, excluded in sorted(kinds, key=str)
        if (team, post) not in deserted and not staff.left(team, post, excluded)
    ]
    for few in _few(lacking):
        yield and_(indexed, or_(*few))
    barred: dict[tuple[str, str | None, str | None, tuple[str, ...]], set[str]] = {}
    for row in connection.execute(_BARRED_KINDS.where(indexed)):
        barred.setdefault((row.case_id, row.team, row.post, tuple(row.excluded)), set()).add(row.person)
    cases = {
        case_id
        for (case_id, team, post, excluded), people in barred.items()
        if staff.left(team, post, excluded) and not staff.left(team, post, {*excluded, *people})
    }
    for some in _few(sorted(cases)):
        yield and_(indexed, _ITEM.case_id.in_(some))


def _of_kind(team: str | None, post: str | None) -> ColumnElement[bool]:
    return and_(_ITEM.team.is_not_distinct_from(team), _ITEM.post.is_not_distinct_from(post))


def _few(things: Sequence[_Thing]) -> Iterator[Sequence[_Thing]]:
    for first in range(0, len(things), AT_ONCE):
        yield things[first : first + AT_ONCE]


def _kept_apart(connection: Connection, cases: Collection[str]) -> dict[str, set[str]]:
    """Return who is kept apart from each of these cases."""
    asked = select(_BAR.case_id, _BAR.person)
    return _together(
        row for some in _few(sorted(cases)) for row in connection.execute(asked.where(_BAR.case_id.in_(some)))
    )


def _members(connection: Connection) -> dict[str, set[str]]:
    """Return who works in each team that has anybody."""
    table = membership.c
    at_work = select(table.team, table.person).join(person, person.c.id == table.person).where(person.c.active)
    return _together(connection.execute(at_work))


def _holders(connection: Connection) -> dict[str, set[str]]:
    """Return holder and deputy of each post that has anybody who has not left."""
    rows = [
        row
        for column in (post_holder.c.person, post_holder.c.deputy)
        for row in connection.execute(
            select(post_holder.c.post, column).join(person, person.c.id == column).where(person.c.active)
        )
    ]
    return _together(rows)


def _together(pairs: Iterable[Any]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for key, each in pairs:
        found.setdefault(key, set()).add(each)
    return found


def _reason(post: str | None, team: str | None) -> str:
    where = f"the team {team}" if post is None else f"the post {post}"
    what = (
        "Add somebody to the team (`redress user add`)."
        if post is None
        else f"Appoint somebody who has nothing to do with the case: `redress user appoint {post} LOGIN`."
    )
    return f"Nobody is left in {where} who may do this step: everybody is kept apart from it or has left. {what}"
