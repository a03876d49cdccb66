"""Multiplies cases inside the database: rows in temporary tables, each copy one statement a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
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
)

from engine.ids import ALPHABET
from storage.types import Blob, Json
from tests.benchmarks.grown_cases import STAMP
from tests.benchmarks.grown_rows import Row, case_tables


@dataclass(frozen=True)
class Sources:
    """The temporary tables that are copied from."""

    tables: Mapping[str, Table]
    """By the name of the table that they resemble."""
    chosen: Table
    """The cases, numbered from 0."""
    stamped: Mapping[str, frozenset[str]]
    """Table -> the columns in which identifiers occur."""


def sources(connection: Connection, rows: Sequence[Mapping[str, list[Row]]]) -> Sources:
    """Make the temporary tables, empty. `rows` are of cases that show in which columns identifiers occur."""
    place = MetaData()
    tables = {}
    for table in case_tables():
        columns = [Column(each.name, Text() if isinstance(each.type, Json) else each.type) for each in table.columns]
        tables[table.name] = Table(f"grow_{table.name}", place, *columns, prefixes=["TEMPORARY"])
    chosen = Table(
        "grow_cases", place, Column("case_id", Text, primary_key=True), Column("position", Integer),
        prefixes=["TEMPORARY"],
    )  # fmt: skip
    place.create_all(connection, checkfirst=False)
    stamped: dict[str, set[str]] = {table.name: set() for table in case_tables()}
    for case in rows:
        for name, each in case.items():
            for row in each:
                stamped[name].update(column for column, value in row.items() if _bears_mark(value))
    return Sources(tables, chosen, {name: frozenset(columns) for name, columns in stamped.items()})


def _bears_mark(value: Any) -> bool:
    text = bytes(value).decode() if isinstance(value, bytes | memoryview) else value
    return isinstance(text, str) and STAMP in text.upper()


def fill(connection: Connection, given: Sources, cases: Iterator[Sequence[tuple[str, list[Row]]]]) -> int:
    """Put the rows of cases into the temporary tables; return how many cases."""
    count = 0
    waiting: dict[str, list[Row]] = {name: [] for name in given.tables}
    for case in cases:
        for name, rows in case:
            waiting[name].extend(rows)
            if name == "instance":
                connection.execute(insert(given.chosen).values(case_id=rows[0]["case_id"], position=count))
        count += 1
        if count % 100 == 0:
            _flush(connection, given, waiting)
    _flush(connection, given, waiting)
    return count


def _flush(connection: Connection, given: Sources, waiting: dict[str, list[Row]]) -> None:
    for name, rows in waiting.items():
        if rows:
            connection.execute(insert(given.tables[name]), rows)
            rows.clear()


def stamps(seed: int, count: int) -> list[str]:
    """Return so many marks of copies, each another; the same seed gives the same."""
    known = Random(seed).sample(range(len(ALPHABET) ** len(STAMP) - 1), count)
    return [_mark(number) for number in known]


def _mark(number: int) -> str:
    text = ""
    for _ in STAMP:
        number, low = divmod(number, len(ALPHABET))
        text = ALPHABET[low] + text
    return text


class Copier:
    """Copies what the temporary tables hold, under another mark each time."""

    def __init__(self, given: Sources, dialect: str) -> None:
        self._all = [self._statement(table, given, dialect, whole=True) for table in case_tables()]
        self._some = [self._statement(table, given, dialect, whole=False) for table in case_tables()]

    def copy(self, connection: Connection, mark: str, *, first: int | None = None) -> None:
        """Add the cases once more, or only the `first` of them."""
        values: dict[str, Any] = {"upper": mark, "lower": mark.lower()}
        if first is not None:
            values["first"] = first
        for statement in self._all if first is None else self._some:
            connection.execute(statement, values)

    @staticmethod
    def _statement(table: Table, given: Sources, dialect: str, *, whole: bool) -> Any:
        source, stamped = given.tables[table.name], given.stamped[table.name]
        counted = table.c.get("sequence")
        names = [column.name for column in table.columns if column is not counted]
        columns = [_marked(source.c[name], dialect) if name in stamped else source.c[name] for name in names]
        asked = select(*columns).select_from(source)
        if counted is not None:
            # The database counts them anew, in the order of the original.
            asked = asked.order_by(source.c.sequence)
        if not whole:
            asked = asked.join(given.chosen, given.chosen.c.case_id == source.c.case_id)
            asked = asked.where(given.chosen.c.position < bindparam("first"))
        return insert(table).from_select(names, asked)


def _marked(column: Column[Any], dialect: str) -> ColumnElement[Any]:
    if not isinstance(column.type, Blob):
        return _replaced(column)
    if dialect == "sqlite":
        return cast(_replaced(cast(column, Text)), LargeBinary)
    return func.convert_to(_replaced(func.convert_from(column, "UTF8")), "UTF8")


def _replaced(text: Any) -> ColumnElement[Any]:
    lower = func.replace(text, STAMP.lower(), bindparam("lower"), type_=Text)
    return func.replace(lower, STAMP, bindparam("upper"), type_=Text)


def emptied(connection: Connection, given: Sources) -> None:
    """Drop the temporary tables."""
    for table in (*given.tables.values(), given.chosen):
        connection.execute(delete(table))
        table.drop(connection)
