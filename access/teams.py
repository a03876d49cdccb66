"""Who belongs to which team, and who has which role."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select

from access.errors import UnknownRole
from access.people import Person, get
from access.policy import Role
from access.tables import membership, person, role
from storage.insert import insert_new


def join(connection: Connection, person_id: str, team: str) -> None:
    """Make the person a member of the team. Raises UnknownPerson. Repeating is safe."""
    get(connection, person_id)
    insert_new(connection, membership, {"person": person_id, "team": team}, unique=("person", "team"))


def leave(connection: Connection, person_id: str, team: str) -> None:
    """End the membership. Repeating is safe."""
    connection.execute(delete(membership).where(membership.c.person == person_id, membership.c.team == team))


def members(connection: Connection, team: str) -> list[Person]:
    """Return the active members by name."""
    statement = (
        select(person)
        .join(membership, membership.c.person == person.c.id)
        .where(membership.c.team == team, person.c.active)
        .order_by(person.c.name, person.c.id)
    )
    return [Person(**row._mapping) for row in connection.execute(statement)]


def teams_of(connection: Connection, person_id: str) -> frozenset[str]:
    """Return the teams of the person."""
    return frozenset(connection.scalars(select(membership.c.team).where(membership.c.person == person_id)))


def give_role(connection: Connection, person_id: str, name: str) -> None:
    """Give the person a role. Raises UnknownPerson, UnknownRole. Repeating is safe."""
    get(connection, person_id)
    insert_new(connection, role, {"person": person_id, "role": _role(name)}, unique=("person", "role"))


def take_role(connection: Connection, person_id: str, name: str) -> None:
    """Take the role away. Raises UnknownRole. Repeating is safe."""
    connection.execute(delete(role).where(role.c.person == person_id, role.c.role == _role(name)))


def with_role(connection: Connection, name: str) -> list[Person]:
    """Return the active people who have the role, by name. Raises UnknownRole."""
    statement = (
        select(person)
        .join(role, role.c.person == person.c.id)
        .where(role.c.role == _role(name), person.c.active)
        .order_by(person.c.name, person.c.id)
    )
    return [Person(**row._mapping) for row in connection.execute(statement)]


def _role(name: str) -> str:
    try:
        return Role(name).value
    except ValueError as error:
        raise UnknownRole(f"There is no role {name!r}, only {', '.join(each.value for each in Role)}.") from error
