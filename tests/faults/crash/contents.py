"""What a database holds, in a form in which two runs of the same change can be compared, and where they differ."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Select, Table, select

from access.keys.stored_keys import HOUSE
from access.rates.counting import PURPOSE
from storage.database import Database
from storage.schema import metadata
from tests.support.keys import opened, stored_keys

Contents = Mapping[str, Sequence[Mapping[str, Any]]]
"""Table -> its rows, in the order of their keys."""

SEALED = frozenset(
    {
        ("idempotency", "response_sealed"), ("sealed_key", "wrapped"), ("change_log", "hash"), ("change_log", "told"),
        ("instance", "trail_hash"),
    }
)  # fmt: skip
"""Columns that differ each time: sealed with a nonce, and nobody here has the key, or bound to what is. Whether the
chains of hashes hold is for `queries.trail_check`.
"""

BESIDE: Final = frozenset({"rate_count"})
"""Tables that are no part of any change: what has come from where is counted as it comes, whatever becomes of it."""
OWN_KEYS: Final = HOUSE + PURPOSE
"""What the names of the keys begin with that the first count of a day makes."""


@dataclass(frozen=True)
class Difference:
    """How contents differ from what they should be."""

    missing: int
    """Rows that should be there."""
    extra: int
    """Rows that should not."""
    said: str
    """The tables, with columns where a row differs; empty where nothing does."""


def contents(database: Database, *, masked: frozenset[tuple[str, str]] = frozenset()) -> Contents:
    """Return every row of every table that this program knows.

    Numbers that the database counts itself are given as ranks: one that was rolled back leaves a gap on PostgreSQL.
    Files and states are given by their digests, what is sealed as it was before.
    """
    with database.read() as connection:
        return {
            table.name: _rows(table, opened(stored_keys(), connection, connection.execute(_all(table))), masked)
            for table in metadata.sorted_tables
            if table.name not in BESIDE
        }


def _all(table: Table) -> Select[Any]:
    return select(table).order_by(*table.primary_key.columns)


def _rows(table: Table, found: Sequence[Any], masked: frozenset[tuple[str, str]]) -> list[dict[str, Any]]:
    counted = table.autoincrement_column
    counts = counted.name if counted is not None and counted.autoincrement is True else None
    hidden = {column for name, column in SEALED | masked if name == table.name}
    rows = []
    kept = [row for row in found if table.name != "sealed_key" or not row.name.startswith(OWN_KEYS)]
    for number, row in enumerate(kept, 1):
        values = {name: _plain(value) for name, value in row._mapping.items() if name not in hidden}
        if counts is not None:
            values[counts] = number
        rows.append(values)
    return rows


def _plain(value: Any) -> Any:
    return hashlib.sha256(value).hexdigest() if isinstance(value, bytes | memoryview) else value


def difference(wanted: Contents, found: Contents) -> Difference:
    """Return how `found` differs from `wanted`."""
    missing = extra = 0
    said = []
    for table in sorted(wanted.keys() | found.keys()):
        before, after = wanted.get(table, ()), found.get(table, ())
        if list(before) == list(after):
            continue
        lacking, surplus = _only(before, after), _only(after, before)
        missing, extra = missing + len(lacking), extra + len(surplus)
        columns = sorted({name for one, other in zip(lacking, surplus, strict=False) for name in one
                          if one[name] != other.get(name)})  # fmt: skip
        named = f" ({', '.join(columns)})" if columns else ""
        said.append(f"{table}: {len(lacking)} missing, {len(surplus)} too many{named}")
    return Difference(missing, extra, "; ".join(said))


def _only(these: Sequence[Mapping[str, Any]], those: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the rows of `these` that are not among `those`, each as often as it is missing."""
    left = Counter(map(repr, those))
    found = []
    for row in these:
        if left[repr(row)]:
            left[repr(row)] -= 1
        else:
            found.append(row)
    return found
