"""Inserting what may be there already, in one statement, so that two at once cannot both find it missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

from storage.prepared import Prepared


def insert_new(connection: Connection, table: Table, values: Mapping[str, Any], *, unique: tuple[str, ...]) -> bool:
    """Insert the row unless one with the same `unique` columns exists; say whether it was inserted. Repeating is safe.

    `unique` names the columns of a primary key or unique constraint; a conflict with any other raises IntegrityError.
    """
    return insert_many_new(connection, table, [values], unique=unique) == 1


def insert_many_new(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, unique: tuple[str, ...]
) -> int:
    """Insert rows, except those of which one with the same `unique` columns exists; return how many were inserted.

    One statement for all, in the order given. Every row gives the same columns. Repeating is safe; a conflict with any
    other constraint raises IntegrityError.
    """
    if not rows:
        return 0
    return _insert_new(table, unique, tuple(rows[0]), connection.dialect.name).run_many(connection, rows)


def upsert_many(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, unique: tuple[str, ...]
) -> None:
    """Insert rows, or overwrite those with the same `unique` columns; one statement for all. Repeating is safe.

    Every row gives the same columns; those it does not give stay as they are.
    """
    if rows:
        _upsert(table, unique, tuple(rows[0]), connection.dialect.name).run_many(connection, rows)


# By dialect, because here the statement itself is that dialect's own: only its wording would be kept in `Prepared`.
@lru_cache(maxsize=256)
def _upsert(table: Table, unique: tuple[str, ...], columns: tuple[str, ...], dialect: str) -> Prepared:
    statement = (sqlite.insert if dialect == "sqlite" else postgresql.insert)(table)
    rest = {name: statement.excluded[name] for name in columns if name not in unique}
    found = statement.on_conflict_do_update(index_elements=[table.c[name] for name in unique], set_=rest)
    return Prepared(found, columns=columns)


@lru_cache(maxsize=256)
def _insert_new(table: Table, unique: tuple[str, ...], columns: tuple[str, ...], dialect: str) -> Prepared:
    statement = (sqlite.insert if dialect == "sqlite" else postgresql.insert)(table)
    found = statement.on_conflict_do_nothing(index_elements=[table.c[name] for name in unique])
    return Prepared(found, columns=columns)
