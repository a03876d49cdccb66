"""The rows of driven cases, and what becomes of them when a whole case is moved in time and marked as another group's.

Nothing here knows what a column means: identifiers are known by their marks, instants by how they are written, in
columns, in JSON and in stored states alike, so that a moved case agrees with itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, LargeBinary, Table, Text, select, type_coerce

from access.keys.cipher import DataKey
from access.keys.sealed_rows import open_sealed, seal
from engine.ids import ALPHABET
from storage.schema import metadata
from storage.sealed import Sealed, SealedBlob
from storage.types import Blob, Json, as_json
from tests.benchmarks.grown_cases import GROUP, STAMP
from tests.support.keys import stored_keys

Row = dict[str, Any]
Rows = Mapping[str, list[Row]]
"""Table -> its rows; JSON as text, and what is sealed opened: JSON as text too, or bytes."""

_WRITTEN = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:[+-]\d\d:\d\d|Z)|\b\d{8}T\d{6}\b|(?<![\d-])\d{4}-\d\d-\d\d(?![\dT-])"
)
_OF_A_DAY = re.compile(r"/\d{8}$")
_COMPACT = "%Y%m%dT%H%M%S"
MOST_GROUPS = 30_000

HASHES = frozenset({"hash", "told", "trail_hash"})
"""Columns of the trail. They are copied as they are: the chains of grown cases are those of the cases they resemble, so
`redress trail verify` says nothing of a grown house.
"""


def case_tables() -> list[Table]:
    """Return the tables whose rows belong to cases, in an order in which they can be filled."""
    return [table for table in metadata.sorted_tables if "case_id" in table.c]


def house_tables() -> list[Table]:
    """Return all others."""
    return [table for table in metadata.sorted_tables if "case_id" not in table.c]


def read_rows(connection: Connection) -> Rows:
    """Return every row of the tables of cases, in the order of their keys."""
    found = {table.name: _rows(connection, table) for table in case_tables()}
    for row in found["complaint"]:
        # It must differ in every copy, and nobody has the codes of these.
        row["tracking_digest"] = f"{STAMP}{GROUP}".lower() + row["tracking_digest"][len(STAMP + GROUP) :]
    return found


def read_grown(connection: Connection, case_id: str) -> Rows:
    """Return the rows of a case that was grown, as they stood before it was marked as one of its copy and group."""
    mark = case_id[: len(STAMP + GROUP)]
    stamp, group = mark[: len(STAMP)].upper(), mark[len(STAMP) :].upper()
    marks = {
        mark: f"{STAMP}{GROUP}".lower(),
        f"{stamp}{group}": f"{STAMP}{GROUP}",
        f"{stamp}-{group}": f"{STAMP}-{GROUP}",
        # What is sealed has been copied as it was.
        f"{STAMP}{group}".lower(): f"{STAMP}{GROUP}".lower(),
        f"{STAMP}{group}": f"{STAMP}{GROUP}",
        f"{STAMP}-{group}": f"{STAMP}-{GROUP}",
    }

    def bare(value: Any) -> Any:
        if isinstance(value, bytes | memoryview):
            return bare(bytes(value).decode()).encode()
        if isinstance(value, str):
            for each, instead in marks.items():
                value = value.replace(each, instead)
        return value

    return {
        table.name: [
            {key: value if key in HASHES else bare(value) for key, value in row.items()}
            for row in _rows(connection, table, table.c.case_id == case_id)
        ]
        for table in case_tables()
    }


def _rows(connection: Connection, table: Table, *where: ColumnElement[bool]) -> list[Row]:
    columns = [_plain(column) for column in table.columns]
    asked = select(*columns).where(*where).order_by(*table.primary_key.columns)
    found = [dict(row._mapping) for row in connection.execute(asked)]
    keys = stored_keys().of_cases(connection, {row["case_id"] for row in found if row["case_id"] is not None})
    return [{name: _opened(keys, row["case_id"], value) for name, value in row.items()} for row in found]


def _opened(keys: Mapping[str, DataKey], case_id: str, value: Any) -> Any:
    if not isinstance(value, Sealed):
        return value
    plain = open_sealed(keys[case_id], value)
    return plain if isinstance(plain, bytes) else as_json(plain)


def sealed_columns(table: Table) -> frozenset[str]:
    """Return the columns of a table that are sealed."""
    return frozenset(column.name for column in table.columns if isinstance(column.type, SealedBlob))


def sealed_again(key: DataKey, table: Table, row: Row) -> Row:
    """Return a row as it is stored, what is to be sealed sealed with a key."""
    columns = sealed_columns(table)
    return {
        name: seal(key, json.loads(value) if isinstance(value, str) else value) if name in columns else value
        for name, value in row.items()
    }


def of_case(rows: Rows, case_id: str) -> Rows:
    """Return the rows of one case."""
    return {name: [row for row in each if row["case_id"] == case_id] for name, each in rows.items()}


def _plain(column: Any) -> Any:
    if isinstance(column.type, Json):
        return type_coerce(column, Text).label(column.name)
    return type_coerce(column, LargeBinary).label(column.name) if isinstance(column.type, Blob) else column


@dataclass(frozen=True)
class Span:
    """How far a case can be moved, and nothing of it lies ahead that has happened, or behind that is still to come."""

    earliest: timedelta
    latest: timedelta


def span(rows: Rows, at: datetime, *, open_case: bool) -> Span:
    """Return how far the case of these rows can be moved when it is `at` now."""
    if not open_case:
        return Span(timedelta(days=-1000), timedelta(0))
    if is_fixed(row["key"] for row in rows["deadline"]):
        return Span(timedelta(0), timedelta(0))
    past = [v for each in rows.values() for row in each for v in row.values() if isinstance(v, datetime) and v <= at]
    due = rows["instance"][0]["next_due"]
    ahead = timedelta(hours=12) if due is None else due - at - timedelta(minutes=5)
    return Span(-min(max(ahead, timedelta(0)), timedelta(hours=12)), at - max(past))


def is_fixed(keys: Iterable[str]) -> bool:
    """Say whether a case with due items of these keys cannot be moved.

    The key of what is told daily names the day by the calendar's zone: it would have to be moved by itself.
    """
    return any(_OF_A_DAY.search(key) for key in keys)


def group_mark(group: int) -> str:
    """Return the three characters of a group. Raises ValueError for more groups than can be told apart."""
    if group >= MOST_GROUPS:
        raise ValueError(f"there are at most {MOST_GROUPS:,} groups")
    high, rest = divmod(group, len(ALPHABET) ** 2)
    middle, low = divmod(rest, len(ALPHABET))
    return ALPHABET[high] + ALPHABET[middle] + ALPHABET[low]


def moved(rows: Rows, *, by: timedelta, group: int, closed: bool) -> Iterator[tuple[str, list[Row]]]:
    """Yield, table by table, the rows of a case as they stand when all of it is `by` later and of another group.

    `by` of whole days moves calendar days too. What colleagues were told of a closed case they have read.
    """
    mover = _Mover(by, group_mark(group))
    for name, each in rows.items():
        changed = [{key: value if key in HASHES else mover.value(value) for key, value in row.items()} for row in each]
        for row in changed:
            if name == "notice" and closed:
                row["read_at"] = row["read_at"] or row["at"] + timedelta(hours=1)
        yield name, changed


class _Mover:
    def __init__(self, by: timedelta, group: str) -> None:
        self.by, self.group = by, group
        self._marks = [(mark, mark[: -len(GROUP)] + group) for mark in (f"{STAMP}{GROUP}", f"{STAMP}-{GROUP}")]
        self._marks.append((f"{STAMP}{GROUP}".lower(), f"{STAMP}{group}".lower()))
        self._known: dict[str, str] = {}

    def value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, datetime):
            return value + self.by
        if isinstance(value, date):
            return value + self.by
        if isinstance(value, bytes | memoryview):
            return self.text(bytes(value).decode()).encode()
        return value

    def text(self, text: str) -> str:
        for mark, instead in self._marks:
            text = text.replace(mark, instead)
        return _WRITTEN.sub(self._instant, text) if self.by else text

    def _instant(self, match: re.Match[str]) -> str:
        written = match[0]
        if written not in self._known:
            self._known[written] = self._later(written)
        return self._known[written]

    def _later(self, written: str) -> str:
        if "T" not in written:
            return (date.fromisoformat(written) + self.by).isoformat() if not self.by % timedelta(days=1) else written
        if "-" not in written:
            return (datetime.strptime(written, _COMPACT).replace(tzinfo=UTC) + self.by).strftime(_COMPACT)
        return (datetime.fromisoformat(written) + self.by).isoformat()
