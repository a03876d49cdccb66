"""The indexes of the tables of cases, away while rows are copied and there again before anybody reads them.

To write them row by row costs more the larger they are; to sort them once does not.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, Index

from tests.benchmarks.grown_rows import case_tables


def dropped(connection: Connection) -> None:
    """Drop the indexes; what is unique by a rule of its table stays, so that a mistake is still found."""
    for index in _indexes():
        index.drop(connection)


def made(connection: Connection) -> None:
    """Make the indexes that were dropped, as the program defines them."""
    for index in _indexes():
        index.create(connection)


def _indexes() -> Iterator[Index]:
    for table in case_tables():
        yield from sorted((index for index in table.indexes if not index.unique), key=lambda each: str(each.name))
