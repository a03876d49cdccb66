"""More cases for a grown database, each with a rung of a clock that falls due at a chosen instant.

They are open cases of the database, each moved in time as a whole and marked as another: state, rows and letters agree,
and the server fires what the product itself had planned.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import cycle

from sqlalchemy import Connection, func, select

from engine.tables import deadline, instance
from storage.database import Database
from storage.outbox import outbox
from tests.benchmarks.grow import AT
from tests.benchmarks.grown_cases import GROUP, STAMP
from tests.benchmarks.grown_copies import Copier, emptied, fill, sources, stamps
from tests.benchmarks.grown_rows import Row, Rows, is_fixed, moved, read_grown

MOST_MOVED = timedelta(hours=12)
"""What is grown is moved no further, either."""
LOOKED_AT = 20_000
TEMPLATES = 12
MARKS = 1_000


def add_due(database: Database, instants: Sequence[datetime]) -> Mapping[str, datetime]:
    """Add one case for each instant at which its next rung is to fall due; return the instants by case.

    What has happened in these cases lies before the first instant. Repeating adds others. Raises LookupError where the
    database has no open case that could be moved there.
    """
    first, last = min(instants), max(instants)
    with database.write() as unit:
        templates = _templates(unit.connection, first, last)
        if not templates:
            raise LookupError("no open case has a rung that falls due within half a day")
        given = sources(unit.connection, templates)
        mark = _free_mark(unit.connection)
        found: dict[str, datetime] = {}
        fill(unit.connection, given, _cases(templates, instants, mark, found))
        Copier(given, unit.connection.dialect.name).copy(unit.connection, mark)
        emptied(unit.connection, given)
        unit.commit()
    return found


def _templates(connection: Connection, first: datetime, last: datetime) -> list[Rows]:
    """Return open cases of different kinds whose one next item is a rung, due after `last`: they move back in time."""
    soon = (
        select(instance.c.case_id, instance.c.next_due)
        .where(instance.c.next_due >= last, instance.c.next_due <= first + MOST_MOVED)
        .where(instance.c.received_at < AT, instance.c.next_dated.is_(None))
        .order_by(instance.c.next_due)
        .limit(LOOKED_AT)
    )
    kinds: dict[str, str] = {}
    for case_id, due in connection.execute(soon).all():
        mark, kind = case_id[: len(STAMP)], case_id[len(STAMP + GROUP) :]
        # A mark without a letter does not tell identifiers from numbers, which bear it in capitals.
        if kind not in kinds and not mark.isdigit() and due.microsecond == 0 and _only_a_rung(connection, case_id, due):
            kinds[kind] = case_id
        if len(kinds) == TEMPLATES:
            break
    return [read_grown(connection, case_id) for _, case_id in sorted(kinds.items())]


def _only_a_rung(connection: Connection, case_id: str, due: datetime) -> bool:
    asked = select(deadline.c.key, deadline.c.source, deadline.c.due_at).where(deadline.c.case_id == case_id)
    rows = connection.execute(asked).all()
    if [row.source for row in rows if row.due_at == due] != ["clock"] or is_fixed(row.key for row in rows):
        return False
    # What a server has written into a case since it was grown bears no mark, and copied it would be there twice.
    told = connection.execute(select(outbox.c.id).where(outbox.c.case_id == case_id)).scalars()
    return all(each.startswith(case_id[: len(STAMP)]) for each in told)


def _free_mark(connection: Connection) -> str:
    for mark in stamps(2, MARKS):
        beginning = func.substr(func.max(instance.c.case_id), 1, len(STAMP))
        below = select(beginning).where(instance.c.case_id < f"{mark.lower()}~")
        if connection.execute(below).scalar() != mark.lower():
            return mark
    raise LookupError("every mark is taken")


def _cases(
    templates: Sequence[Rows], instants: Sequence[datetime], mark: str, found: dict[str, datetime]
) -> Iterator[Sequence[tuple[str, list[Row]]]]:
    """Yield the rows of each case, marked as `fill` wants them, and note its id as it will be."""
    for number, (due, rows) in enumerate(zip(instants, cycle(templates), strict=False)):
        by = due - rows["instance"][0]["next_due"]
        case = list(moved(rows, by=by, group=number, closed=False))
        here = next(each for name, each in case if name == "instance")[0]
        found[here["case_id"].replace(STAMP.lower(), mark.lower(), 1)] = due
        yield case
