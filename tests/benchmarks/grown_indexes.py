"""The indexes of the tables of cases that are away while rows are copied, and there again before anybody reads them.

Copies come in the order of the ids of their cases: what begins with such an id grows at its end, and stays. What is
ordered by times, people or states gets each row at another place, which costs more the larger it is; it is sorted once.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, Index

from tests.benchmarks.grown_rows import case_tables


def dropped(connection: Connection) -> None:
    """Drop those indexes; what is unique by a rule of its table stays, so that a mistake is still found."""
    for index in _scattered():
        index.drop(connection)


def made(connection: Connection) -> None:
    """Make the indexes that were dropped, as the program defines them."""
    for index in _scattered():
        index.create(connection)


def _scattered() -> Iterator[Index]:
    for table in case_tables():
        for index in sorted(table.indexes, key=lambda each: str(each.name)):
            if not index.unique and index.columns[0] is not table.c.case_id:
                yield index
