"""Makes the `Principal` of a person: everything the policy asks, in two statements."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, literal, not_, select, union_all

from access.policy import Principal, Role
from access.posts import away
from access.tables import membership, person, post_holder, role


def principal(connection: Connection, person_id: str, *, now: datetime) -> Principal | None:
    """Return the person as the policy sees them at `now`, None if there is no such active person.

    A deputy has the post while its holder is away or has left; the holder keeps it.
    """
    row = connection.execute(
        select(person.c.name, person.c.language).where(person.c.id == person_id, person.c.active)
    ).one_or_none()
    if row is None:
        return None
    holder_present = select(person.c.id).where(
        person.c.id == post_holder.c.person, person.c.active, not_(away(person.c.id, now=now))
    )
    facts = connection.execute(
        union_all(
            select(literal("team").label("what"), membership.c.team.label("key")).where(
                membership.c.person == person_id
            ),
            select(literal("role"), role.c.role).where(role.c.person == person_id),
            select(literal("post"), post_holder.c.post).where(post_holder.c.person == person_id),
            select(literal("post"), post_holder.c.post).where(
                post_holder.c.deputy == person_id, not_(holder_present.exists())
            ),
        )
    ).all()
    return Principal(
        person_id=person_id,
        name=row.name,
        language=row.language,
        teams=frozenset(fact.key for fact in facts if fact.what == "team"),
        posts=frozenset(fact.key for fact in facts if fact.what == "post"),
        roles=frozenset(Role(fact.key) for fact in facts if fact.what == "role"),
    )
