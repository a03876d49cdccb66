"""The wall: which cases a person sees. Every query goes through here, and nothing else decides about sight.

Support that is only asked for help sees the case with what its work needs: what was complained about, where it stands
and the facts that the forms of its own tasks show. No contact details, no letters, no notes of others, nobody who is
concerned, no refunds or remedies; who is complained about only where a form of its own shows that somebody is named.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, Text, false, or_, select, type_coerce, union

from access.keys.stored_keys import with_key
from access.policy import Action, Principal, Relation, permitted
from complaints.tables import complaint
from engine.case_sight import wall
from engine.errors import NotFound
from engine.tables import case_team, instance, work_item
from queries.reader import Reader

FEW = 3_000
"""Of so many cases those that a page shows are picked by name. Of more, among a million, a page looks at enough."""
CASE_COLUMNS = tuple(column for column in instance.c if column.name not in ("state", "undo"))
"""A case without its state, which no list ever opens."""


def visible(principal: Principal) -> ColumnElement[bool]:
    """Return the condition under which a row of `instance` is visible to the person."""
    return wall(principal)


def sees_all(principal: Principal) -> bool:
    """Say whether the person sees every case that is not about them."""
    return permitted(Action.SEE_CASE, principal.relations())


def few_cases(reader: Reader) -> list[str] | None:
    """Return the ids of the cases that somebody has or was ever asked in, where they see no others and these are few.

    None where they are many, or where the person sees all cases but those about them. It is no wall: put `visible`
    beside it.
    """
    who = reader.who
    if sees_all(who):
        return None
    item = work_item.c
    asked = ((item.case_id, item.team, who.teams), (item.case_id, item.post, who.posts),
             (case_team.c.case_id, case_team.c.team, who.teams), (item.case_id, item.assignee, {who.person_id}),
             (instance.c.case_id, instance.c.case_owner, {who.person_id}))  # fmt: skip
    ways = [
        # Each with a limit of its own: else all that a busy team was ever asked in is gathered to find it too many.
        select(select(case_id).distinct().where(column.in_(sorted(whom))).limit(FEW + 1).subquery())
        for case_id, column, whom in asked
        if whom
    ]
    found = reader.connection.execute(union(*ways).limit(FEW + 1)).scalars().all()
    return None if len(found) > FEW else list(found)


def sees_whole(principal: Principal, *, case_owner: str | None) -> bool:
    """Say whether somebody who sees the case sees all of it: the case owner, front teams, supervisors."""
    relations = set(principal.relations())
    if case_owner == principal.person_id:
        relations.add(Relation.CASE_OWNER)
    return permitted(Action.SEE_CASE, relations)


def case_row(reader: Reader, case_id: str) -> Any:
    """Return the case with its complaint, opened. Raises NotFound where there is none that is the reader's to see."""
    row = reader.connection.execute(cases().where(instance.c.case_id == case_id, visible(reader.who))).one_or_none()
    if row is None:
        raise NotFound("There is no such complaint.", complaint=case_id)
    return reader.opened_along([row])[0]


def cases() -> Select[Any]:
    """Return the selection of all cases with their complaints and keys; put `visible` behind it."""
    complaint_columns = (column for column in complaint.c if column.name not in ("case_id", "category", "received_at"))
    found = select(*CASE_COLUMNS, *complaint_columns).join_from(
        instance, complaint, complaint.c.case_id == instance.c.case_id
    )
    return with_key(found, instance.c.case_id)


def open_to(principal: Principal) -> ColumnElement[bool]:
    """Return the condition under which a task that nobody has may be taken by the person (`access.policy`)."""
    return or_(false(), *open_by_way(principal))


def open_by_way(principal: Principal) -> list[ColumnElement[bool]]:
    """Return that condition for each team and post by itself; no task fulfils two of them."""
    table = work_item.c
    apart = type_coerce(table.excluded, Text).contains(f'"{principal.person_id}"', autoescape=True)
    free = table.assignee.is_(None) & ~apart
    teams = [free & table.post.is_(None) & (table.team == team) for team in sorted(principal.teams)]
    return [*teams, *(free & (table.post == post) for post in sorted(principal.posts))]
