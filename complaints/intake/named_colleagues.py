"""Somebody complained about may work here: who has exactly the name that was given is kept apart from the first moment.

People who complain do not know who is who inside, and the house must not find out by showing them the complaint
(R-003-19, R-004-26). A namesake who is not meant is missing in this one case, no more.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, select

from access.tables import person
from complaints.wording import alike_code


def colleagues_named(connection: Connection, names: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Return, for each of the names, the ids of those who work here and are called so. Reads only.

    Width, case and blanks do not count: to show the complaint to whom it is about is worse than to keep one too many
    apart, so that Anna is kept apart where An Na is meant.
    """
    if not names:
        return {}
    known: dict[str, list[str]] = {}
    for row in connection.execute(select(person.c.id, person.c.name).where(person.c.active).order_by(person.c.id)):
        known.setdefault(alike_code(row.name), []).append(row.id)
    return {name: tuple(known.get(alike_code(name), ())) for name in names}
