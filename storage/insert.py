"""Inserting what may be there already, in one statement, so that two at once cannot both find it missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table
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


Only = Callable[[Any], ColumnElement[bool]]
"""Called with the row that was to be inserted; the condition under which one that stands is overwritten."""


def upsert_many(
    connection: Connection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    unique: tuple[str, ...],
    sets: tuple[str, ...] | None = None,
    only: Only | None = None,
) -> int:
    """Insert rows, or overwrite those with the same `unique` columns; return how many were written. Repeating is safe.

    Every row gives the same columns; those it does not give stay as they are. `sets`: the columns that are overwritten,
    without it all; `only`: where, made once in the program.
    """
    if not rows:
        return 0
    given = tuple(rows[0])
    sets = tuple(name for name in given if name not in unique) if sets is None else sets
    return _upsert(table, unique, given, sets, only, connection.dialect.name).run_many(connection, rows)


# By dialect, because here the statement itself is that dialect's own: only its wording would be kept in `Prepared`.
@lru_cache(maxsize=256)
def _upsert(
    table: Table, unique: tuple[str, ...], columns: tuple[str, ...], sets: tuple[str, ...], only: Only | None,
    dialect: str,
) -> Prepared:  # fmt: skip
    statement = (sqlite.insert if dialect == "sqlite" else postgresql.insert)(table)
    found = statement.on_conflict_do_update(
        index_elements=[table.c[name] for name in unique],
        set_={name: statement.excluded[name] for name in sets},
        where=None if only is None else only(statement.excluded),
    )
    return Prepared(found, columns=columns)


@lru_cache(maxsize=256)
def _insert_new(table: Table, unique: tuple[str, ...], columns: tuple[str, ...], dialect: str) -> Prepared:
    statement = (sqlite.insert if dialect == "sqlite" else postgresql.insert)(table)
    found = statement.on_conflict_do_nothing(index_elements=[table.c[name] for name in unique])
    return Prepared(found, columns=columns)
