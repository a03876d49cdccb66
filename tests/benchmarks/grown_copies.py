"""Multiplies cases inside the database: rows in temporary tables, each copy one statement a table.

Rows are copied in the order of their keys, copies come in the order of their marks: what is unique grows at its end,
however much of it there is. A place by chance in an index that no longer fits into memory is a trip to the disk a row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    bindparam,
    cast,
    delete,
    func,
    insert,
    select,
    text,
)

from access.keys.cipher import DataKey
from access.keys.tables import sealed_key
from engine.ids import ALPHABET
from storage.schema import metadata
from storage.types import Blob, Json
from tests.benchmarks.grown_cases import STAMP
from tests.benchmarks.grown_rows import HASHES, Row, case_tables, sealed_again, sealed_columns
from tests.support.keys import stored_keys

TURN = "grow_turn"
"""The column of the temporary tables by which rows are counted, in the order of the keys of what they resemble."""
MARKS = (STAMP, STAMP.lower())


@dataclass(frozen=True)
class Sources:
    """The temporary tables that are copied from."""

    tables: Mapping[str, Table]
    """By the name of the table that they resemble."""
    chosen: Table
    """The cases, numbered from 0."""
    stamped: Mapping[str, Mapping[str, frozenset[str]]]
    """Table -> column in which identifiers occur -> their marks as they are written there."""
    keys: dict[str, DataKey]
    """Those of the cases, by their ids, in the order of `chosen`. Copies have the same: what is sealed stays as it is,
    and the identifiers in it are those of the case that was copied."""


def sources(connection: Connection, rows: Sequence[Mapping[str, list[Row]]]) -> Sources:
    """Make the temporary tables, empty. `rows` are of cases that show in which columns identifiers occur."""
    place = MetaData()
    tables = {}
    for table in case_tables():
        columns = [Column(each.name, Text() if isinstance(each.type, Json) else each.type) for each in table.columns]
        turn = Column(TURN, Integer, primary_key=True, autoincrement=False)
        tables[table.name] = Table(f"grow_{table.name}", place, turn, *columns, prefixes=["TEMPORARY"])
    chosen = Table(
        "grow_cases", place, Column("case_id", Text, primary_key=True), Column("position", Integer),
        prefixes=["TEMPORARY"],
    )  # fmt: skip
    place.create_all(connection, checkfirst=False)
    stamped: dict[str, dict[str, frozenset[str]]] = {table.name: {} for table in case_tables()}
    for case in rows:
        for name, each in case.items():
            known = stamped[name]
            sealed = sealed_columns(metadata.tables[name])
            for column, value in (pair for row in each for pair in row.items() if pair[0] not in sealed | HASHES):
                if marks := _marks_in(value):
                    known[column] = known.get(column, frozenset()) | marks
    return Sources(tables, chosen, stamped, {})


def _marks_in(value: Any) -> frozenset[str]:
    read = bytes(value).decode() if isinstance(value, bytes | memoryview) else value
    return frozenset(mark for mark in MARKS if mark in read) if isinstance(read, str) else frozenset()


def fill(connection: Connection, given: Sources, cases: Iterator[Sequence[tuple[str, list[Row]]]]) -> int:
    """Put the rows of cases, which come in the order of their ids, into the temporary tables; return how many cases."""
    count = 0
    waiting: dict[str, list[Row]] = {name: [] for name in given.tables}
    turns = dict.fromkeys(given.tables, 0)
    for case in cases:
        [case_id] = {row["case_id"] for _, rows in case for row in rows}
        key = given.keys[case_id] = DataKey.new()
        for name, plain in case:
            rows = [sealed_again(key, metadata.tables[name], row) for row in plain]
            waiting[name].extend({TURN: turns[name] + number, **row} for number, row in enumerate(rows))
            turns[name] += len(rows)
            if name == "instance":
                connection.execute(insert(given.chosen).values(case_id=rows[0]["case_id"], position=count))
        count += 1
        if count % 100 == 0:
            _flush(connection, given, waiting)
    _flush(connection, given, waiting)
    for table in given.tables.values():
        # Else PostgreSQL does not know that they lie in the order in which they are copied, and sorts them each time.
        connection.execute(text(f"ANALYZE {table.name}"))
    return count


def _flush(connection: Connection, given: Sources, waiting: dict[str, list[Row]]) -> None:
    for name, rows in waiting.items():
        if rows:
            connection.execute(insert(given.tables[name]), rows)
            rows.clear()


def stamps(seed: int, count: int) -> list[str]:
    """Return so many marks of copies, each greater than the one before; the same seed gives the same."""
    known = sorted(Random(seed).sample(range(len(ALPHABET) ** len(STAMP) - 1), count))
    return [_mark(number) for number in known]


def _mark(number: int) -> str:
    mark = ""
    for _ in STAMP:
        number, low = divmod(number, len(ALPHABET))
        mark = ALPHABET[low] + mark
    return mark


class Copier:
    """Copies what the temporary tables hold, under another mark each time."""

    def __init__(self, given: Sources, dialect: str) -> None:
        self._keys, self._ring = given.keys, stored_keys().keyring
        self._all = [self._statement(table, given, dialect, whole=True) for table in case_tables()]
        self._some = [self._statement(table, given, dialect, whole=False) for table in case_tables()]

    def copy(self, connection: Connection, mark: str, *, first: int | None = None) -> None:
        """Add the cases once more, or only the `first` of them."""
        values: dict[str, Any] = {"upper": mark, "lower": mark.lower()}
        if first is not None:
            values["first"] = first
        for statement in self._all if first is None else self._some:
            connection.execute(statement, values)
        version = self._ring.newest
        connection.execute(
            insert(sealed_key),
            [
                {"name": name, "version": version, "wrapped": self._ring.version(version).wrap(key, name=name)}
                for case_id, key in list(self._keys.items())[:first]
                for name in [case_id.replace(STAMP.lower(), mark.lower(), 1)]
            ],
        )

    @staticmethod
    def _statement(table: Table, given: Sources, dialect: str, *, whole: bool) -> Any:
        source, stamped = given.tables[table.name], given.stamped[table.name]
        counted = table.c.get("sequence")
        names = [column.name for column in table.columns if column is not counted]
        columns = [_marked(source.c[name], stamped.get(name, frozenset()), dialect) for name in names]
        asked = select(*columns).select_from(source).order_by(source.c[TURN])
        if not whole:
            asked = asked.join(given.chosen, given.chosen.c.case_id == source.c.case_id)
            asked = asked.where(given.chosen.c.position < bindparam("first"))
        return insert(table).from_select(names, asked)


def _marked(column: Column[Any], marks: frozenset[str], dialect: str) -> Any:
    if not marks:
        return column
    if not isinstance(column.type, Blob):
        return _replaced(column, marks)
    if dialect == "sqlite":
        return cast(_replaced(cast(column, Text), marks), LargeBinary)
    return func.convert_to(_replaced(func.convert_from(column, "UTF8"), marks), "UTF8")


def _replaced(found: Any, marks: frozenset[str]) -> Any:
    for mark in sorted(marks):
        found = func.replace(found, mark, bindparam("upper" if mark == STAMP else "lower"), type_=Text)
    return found


def emptied(connection: Connection, given: Sources) -> None:
    """Drop the temporary tables."""
    for table in (*given.tables.values(), given.chosen):
        connection.execute(delete(table))
        table.drop(connection)
