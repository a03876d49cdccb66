"""Who sees nothing of a case: those it is about, and those who may be."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from access.tables import person
from engine.tables import conflict_of_interest
from queries.reader import Reader


@dataclass(frozen=True)
class KeptApart:
    """A person who is kept apart from a case."""

    id: str
    name: str


def kept_apart(reader: Reader, case_id: str) -> tuple[KeptApart, ...]:
    """Return them by name. The caller has passed the wall, and is none of them."""
    table = conflict_of_interest.c
    rows = reader.connection.execute(
        select(person.c.id, person.c.name)
        .join(conflict_of_interest, table.person == person.c.id)
        .where(table.case_id == case_id)
        .order_by(person.c.name, person.c.id)
    )
    return tuple(KeptApart(row.id, row.name) for row in rows)
