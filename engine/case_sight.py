"""May this person see this case? The wall of the pipeline, and of handlers that ask on behalf of somebody else."""

from __future__ import annotations

from collections.abc import Set
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, bindparam, literal, null, select, union_all

from access.policy import Principal, may_see_case, visible_cases
from engine.tables import case_team, conflict_of_interest, instance, work_item


class Asked(NamedTuple):
    """To whom a task of the case goes or went."""

    team: str | None
    post: str | None
    assignee: str | None


_items, _conflicts = work_item.c, conflict_of_interest.c
_CONCERNED = union_all(
    select(literal("asked").label("kind"), _items.team, _items.post, _items.assignee)
    .where(_items.case_id == bindparam("case"))
    .distinct(),
    select(literal("asked"), case_team.c.team, null(), null()).where(case_team.c.case_id == bindparam("case")),
    select(literal("barred"), _conflicts.person, null(), null()).where(_conflicts.case_id == bindparam("case")),
)
_ASKED_TEAMS = union_all(select(_items.case_id, _items.team), select(case_team.c.case_id, case_team.c.team))
_OWNER = select(instance.c.case_owner).where(instance.c.case_id == bindparam("case"))


def wall(principal: Principal) -> ColumnElement[bool]:
    """Return the condition under which a row of `instance` is visible to the person: the same wall as `may_see`."""
    return visible_cases(
        principal,
        case_owner_column=instance.c.case_owner,
        case_id_column=instance.c.case_id,
        asked_teams=_ASKED_TEAMS,
        asked_posts=select(_items.case_id, _items.post),
        asked_people=select(_items.case_id, _items.assignee),
        respondents=select(_conflicts.case_id, _conflicts.person),
    )


def concerned(connection: Connection, case_id: str) -> tuple[list[Asked], frozenset[str]]:
    """Return who was asked in a case, and the people who are kept apart from it: one statement."""
    rows = connection.execute(_CONCERNED, {"case": case_id}).all()
    asked = [Asked(row[1], row[2], row[3]) for row in rows if row[0] == "asked"]
    return asked, frozenset(row[1] for row in rows if row[0] == "barred")


def may_see(principal: Principal, *, owner: str | None, asked: list[Asked], barred: Set[str]) -> bool:
    """Say whether the person may see a case of which this is known."""
    return may_see_case(
        principal,
        case_owner=owner,
        asked_teams=[a.team for a in asked if a.team],
        asked_posts=[a.post for a in asked if a.post],
        asked_people=[a.assignee for a in asked if a.assignee],
        respondents=barred,
    )


def sees_case(connection: Connection, case_id: str, principal: Principal) -> bool:
    """Say whether the case exists and the person may see it; takes no lock, opens no state."""
    row = connection.execute(_OWNER, {"case": case_id}).first()
    if row is None:
        return False
    asked, barred = concerned(connection, case_id)
    return may_see(principal, owner=row.case_owner, asked=asked, barred=barred)
