"""Who holds which post, who stands in, and who is away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, exists, select, true, update

from access.errors import PostHeld, UnfitAbsence, UnfitDeputy, UnknownPerson
from access.people import PERSON, get
from access.randomness import Ids
from access.tables import absence, person, post_holder
from storage.insert import insert_new


@dataclass(frozen=True, kw_only=True)
class PostHolder:
    """One post and its people."""

    post: str
    """The key of the post, as in `posts.toml`."""
    person: str
    """Who holds it."""
    deputy: str | None
    """Who stands in while the holder is away."""


@dataclass(frozen=True, kw_only=True)
class Absence:
    """A time when somebody is not to be asked: `start_at` is the first instant away, `end_at` the first back."""

    id: str
    person: str
    start_at: datetime
    end_at: datetime
    note: str
    """For colleagues: until when, whom to ask. Not the reason."""


def appoint(
    connection: Connection, post: str, *, person_id: str, deputy: str | None = None, replace: bool = False
) -> PostHolder:
    """Give the post to a person. Raises PostHeld if another holds it and `replace` is not set, UnfitDeputy,
    UnknownPerson also for a closed account or a service. Repeating is safe."""
    for each in (person_id, deputy):
        if each is not None and not get(connection, each).active:
            raise UnknownPerson(f"The account {each} is closed: nobody can act with it.")
        if each is not None and get(connection, each).kind != PERSON:
            raise UnknownPerson(f"{each} is a service: a post is held by a person.")
    if deputy == person_id:
        raise UnfitDeputy
    values = {"post": post, "person": person_id, "deputy": deputy}
    if not insert_new(connection, post_holder, values, unique=("post",)):
        mine = true() if replace else post_holder.c.person == person_id
        if not connection.execute(
            update(post_holder).where(post_holder.c.post == post, mine).values(**values)
        ).rowcount:
            raise PostHeld
    return PostHolder(post=post, person=person_id, deputy=deputy)


def vacate(connection: Connection, post: str) -> None:
    """Leave the post empty. Repeating is safe."""
    connection.execute(delete(post_holder).where(post_holder.c.post == post))


def available(connection: Connection, person_ids: Iterable[str], *, now: datetime) -> frozenset[str]:
    """Return those of the people who are active and not away at `now`."""
    statement = select(person.c.id).where(
        person.c.id.in_(set(person_ids)), person.c.active, ~away(person.c.id, now=now)
    )
    return frozenset(connection.scalars(statement))


def away(person_column: ColumnElement[str], *, now: datetime) -> ColumnElement[bool]:
    """Return the condition that the person in the column is away at `now`."""
    return exists().where(absence.c.person == person_column, absence.c.start_at <= now, absence.c.end_at > now)


def add_absence(
    connection: Connection, person_id: str, *, start_at: datetime, end_at: datetime, note: str, ids: Ids
) -> Absence:
    """Note an absence; absences may overlap. Raises UnfitAbsence, UnknownPerson. Repeating adds another."""
    get(connection, person_id)
    if end_at <= start_at:
        raise UnfitAbsence
    added = Absence(id=ids.new(), person=person_id, start_at=start_at, end_at=end_at, note=note)
    connection.execute(
        absence.insert().values(id=added.id, person=person_id, start_at=start_at, end_at=end_at, note=note)
    )
    return added


def remove_absence(connection: Connection, absence_id: str) -> None:
    """Take an absence back. Repeating is safe."""
    connection.execute(delete(absence).where(absence.c.id == absence_id))


def come_back(connection: Connection, person_id: str, *, now: datetime) -> int:
    """End at `now` whatever absence of the person runs; return how many did. Those that begin later stay.

    Raises UnknownPerson. Repeating is safe.
    """
    get(connection, person_id)
    running = (absence.c.person == person_id, absence.c.start_at <= now, absence.c.end_at > now)
    # One that begins at this very instant has lasted no time, and is none.
    begun_now = connection.execute(delete(absence).where(*running, absence.c.start_at == now)).rowcount
    return begun_now + connection.execute(update(absence).where(*running).values(end_at=now)).rowcount


def absences(connection: Connection, person_id: str, *, now: datetime) -> list[Absence]:
    """Return the person's absences that are not over at `now`, the next first."""
    mine = select(absence).where(absence.c.person == person_id, absence.c.end_at > now)
    return [Absence(**row._mapping) for row in connection.execute(mine.order_by(absence.c.start_at, absence.c.id))]
