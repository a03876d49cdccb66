"""Makes the `Principal` of a person: everything the policy asks, in one statement."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Text,
    bindparam,
    literal,
    not_,
    null,
    select,
    union_all,
)

from access.policy import Duty, Principal, Role
from access.posts import away
from access.rights import HouseRules
from access.tables import membership, person, post_holder, role
from storage.types import Instant


def facts_of(who: ColumnElement[Any]) -> CompoundSelect[Any]:
    """Return the statement that gathers all facts about the person `who`; it takes `now` as a parameter.

    Made once for each way of naming a person: by id, by the token or the session they show.
    """
    now: Any = bindparam("now", type_=Instant())
    holder_present = select(person.c.id).where(
        person.c.id == post_holder.c.person, person.c.active, not_(away(person.c.id, now=now))
    )
    return union_all(
        select(literal("person").label("what"), person.c.id.label("key"), person.c.name, person.c.language).where(
            person.c.id == who, person.c.active
        ),
        select(literal("team"), membership.c.team, null(), null()).where(membership.c.person == who),
        select(literal("role"), role.c.role, null(), null()).where(role.c.person == who),
        select(literal("post"), post_holder.c.post, null(), null()).where(post_holder.c.person == who),
        select(literal("post"), post_holder.c.post, null(), null()).where(
            post_holder.c.deputy == who, not_(holder_present.exists())
        ),
    )


_BY_ID = facts_of(bindparam("who", type_=Text()))


def principal(connection: Connection, person_id: str, *, now: datetime, rules: HouseRules) -> Principal | None:
    """Return the person as the policy sees them at `now` under the house's rules, None if none such is active.

    A deputy has the post while its holder is away or has left; the holder keeps it.
    """
    return principal_from(connection, _BY_ID, {"who": person_id, "now": now}, rules=rules)


def principal_from(
    connection: Connection, statement: CompoundSelect[Any], parameters: Mapping[str, Any], *, rules: HouseRules
) -> Principal | None:
    """Return the person whom a statement of `facts_of` finds, None if it finds no active person."""
    facts = connection.execute(statement, parameters).all()
    row = next((fact for fact in facts if fact.what == "person"), None)
    if row is None:
        return None
    teams = frozenset(fact.key for fact in facts if fact.what == "team")
    held = frozenset(fact.key for fact in facts if fact.what == "post")
    outside = {Duty.OUTSIDE} if rules.outside in held else set()
    return Principal(
        person_id=row.key,
        name=row.name,
        language=row.language,
        teams=teams,
        posts=held,
        roles=frozenset(Role(fact.key) for fact in facts if fact.what == "role"),
        duties=rules.duties_of(teams) | outside,
    )
