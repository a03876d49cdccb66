"""Which case is meant: people know its number, programs its id."""

from __future__ import annotations

from sqlalchemy import or_, select

from access.spelling import bare
from complaints.intake import grouped
from complaints.tables import complaint
from engine.tables import instance
from queries.reader import Reader
from queries.visibility import visible

IN_A_NUMBER = 5
"""Characters of a group of a complaint's number."""


def case_named(reader: Reader, name: str) -> str | None:
    """Return the id of the case with this id or number, as people write it; None where the reader sees no such case.

    Case, blanks and hyphens of a number do not count, O is 0, I and L are 1.
    """
    table = complaint.c
    found: str | None = reader.connection.execute(
        select(table.case_id)
        .join_from(complaint, instance, instance.c.case_id == table.case_id)
        .where(or_(table.number == grouped(bare(name), IN_A_NUMBER), table.case_id == name.strip()))
        .where(visible(reader.who))
    ).scalar()
    return found
