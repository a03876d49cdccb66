"""Inserting what may be there already, in one statement, so that two at once cannot both find it missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_new(connection: Connection, table: Table, values: Mapping[str, Any], *, unique: tuple[str, ...]) -> bool:
    """Insert the row unless one with the same `unique` columns exists; say whether it was inserted. Repeating is safe.

    `unique` names the columns of a primary key or unique constraint; a conflict with any other raises IntegrityError.
    """
    # Asked for by RETURNING: the count of rows is not dependable where the database also fills in a number.
    return connection.execute(_insert_new(table, unique, connection.dialect.name), dict(values)).first() is not None


def upsert_many(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, unique: tuple[str, ...]
) -> None:
    """Insert rows, or overwrite those with the same `unique` columns; one statement for all. Repeating is safe.

    Every row gives every column that is to be written.
    """
    connection.execute(_upsert(table, unique, connection.dialect.name), list(rows))


@lru_cache(maxsize=256)
def _upsert(table: Table, unique: tuple[str, ...], dialect: str) -> Any:
    statement = (sqlite.insert if dialect == "sqlite" else postgresql.insert)(table)
    columns = [table.c[name] for name in unique]
    rest = {c.name: statement.excluded[c.name] for c in table.columns if c.name not in unique}
    return statement.on_conflict_do_update(index_elements=columns, set_=rest)


@lru_cache(maxsize=256)
def _insert_new(table: Table, unique: tuple[str, ...], dialect: str) -> Any:
    statement = (sqlite.insert if dialect == "sqlite" else postgresql.insert)(table)
    columns = [table.c[name] for name in unique]
    return statement.on_conflict_do_nothing(index_elements=columns).returning(*columns)
