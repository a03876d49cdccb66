"""Inserting what may be there already, in one statement, so that two at once cannot both find it missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_new(connection: Connection, table: Table, values: Mapping[str, Any], *, unique: tuple[str, ...]) -> bool:
    """Insert the row unless one with the same `unique` columns exists; say whether it was inserted. Repeating is safe.

    `unique` names the columns of a primary key or unique constraint; a conflict with any other raises IntegrityError.
    """
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    columns = [table.c[name] for name in unique]
    statement = insert(table).values(**values).on_conflict_do_nothing(index_elements=columns)
    # Asked for by RETURNING: the count of rows is not dependable where the database also fills in a number.
    return connection.execute(statement.returning(*columns)).first() is not None


def upsert(connection: Connection, table: Table, values: Mapping[str, Any], *, unique: tuple[str, ...]) -> None:
    """Insert the row, or overwrite the one with the same `unique` columns. Repeating is safe."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    rest = {name: value for name, value in values.items() if name not in unique}
    columns = [table.c[name] for name in unique]
    connection.execute(insert(table).values(**values).on_conflict_do_update(index_elements=columns, set_=rest))
