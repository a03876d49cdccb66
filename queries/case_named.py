"""Which case is meant: people know its number, programs its id."""

from __future__ import annotations

from sqlalchemy import select

from complaints.intake.case_numbers import is_named
from complaints.tables import complaint
from engine.tables import instance
from queries.reader import Reader
from queries.visibility import visible


def case_named(reader: Reader, name: str) -> str | None:
    """Return the id of the case with this id or number, as people write it; None where the reader sees no such case.

    Case, blanks and hyphens of a number do not count, O is 0, I and L are 1.
    """
    table = complaint.c
    found: str | None = reader.connection.execute(
        select(table.case_id)
        .join_from(complaint, instance, instance.c.case_id == table.case_id)
        .where(is_named(name))
        .where(visible(reader.who))
    ).scalar()
    return found
