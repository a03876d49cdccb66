"""Who works here, for choosing somebody to hand a case or a task to."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from access.posts import available
from access.tables import membership, person, post_holder
from queries.reader import Reader


@dataclass(frozen=True)
class Colleague:
    """A person at work here."""

    id: str
    name: str
    teams: tuple[str, ...]
    posts: tuple[str, ...]
    away: bool
    """Not to be asked now."""
    kind: str
    """`person`, or `service_account`: a program that works here with tokens."""


def colleagues(reader: Reader) -> tuple[Colleague, ...]:
    """Return the active people by name. Raises SignInRequired."""
    _ = reader.who
    connection = reader.connection
    rows = connection.execute(
        select(person.c.id, person.c.name, person.c.kind).where(person.c.active).order_by(person.c.name)
    ).all()
    teams: dict[str, list[str]] = {}
    for row in connection.execute(select(membership.c.person, membership.c.team).order_by(membership.c.team)):
        teams.setdefault(row.person, []).append(row.team)
    posts: dict[str, list[str]] = {}
    for row in connection.execute(select(post_holder.c.person, post_holder.c.post).order_by(post_holder.c.post)):
        posts.setdefault(row.person, []).append(row.post)
    here = available(connection, [row.id for row in rows], now=reader.now)
    return tuple(
        Colleague(
            row.id, row.name, tuple(teams.get(row.id, ())), tuple(posts.get(row.id, ())), row.id not in here, row.kind
        )
        for row in rows
    )
