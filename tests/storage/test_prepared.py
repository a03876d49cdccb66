"""A change that is worded once comes to what SQLAlchemy makes of it, on every store."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Boolean, Column, Integer, MetaData, Table, Text, bindparam, delete, insert, select, update

from storage.database import Database
from storage.prepared import Prepared
from storage.types import Blob, Counter, Instant, Json
from tests.support.stores import NOON

thing = Table(
    "prepared_thing",
    MetaData(),
    Column("number", Counter, primary_key=True, autoincrement=True),
    Column("name", Text),
    Column("at", Instant),
    Column("open", Boolean),
    Column("detail", Json),
    Column("content", Blob),
    Column("version", Integer),
)
COLUMNS = ("name", "at", "open", "detail", "content", "version")
INSERT = Prepared(insert(thing), columns=COLUMNS)
CLOSE = Prepared(
    update(thing)
    .where(thing.c.name == bindparam("who"))
    .values(open=False, content=None, at=bindparam("when"), version=thing.c.version + 1)
)
ROW: dict[str, Any] = {
    "name": "王 50% 'x' :y", "at": NOON, "open": True, "detail": {"b": [1, None], "a": "한"}, "content": b"\0\xff",
    "version": 1,
}  # fmt: skip


def rows(database: Database) -> list[dict[str, Any]]:
    """Return what stands in the table, in the order of its writing."""
    with database.read() as connection:
        return [dict(row._mapping) for row in connection.execute(select(thing).order_by(thing.c.number))]


@pytest.fixture
def store(empty_database: Database) -> Database:
    """A database with the table, once of each kind."""
    with empty_database.write() as unit:
        thing.create(unit.connection)
        unit.commit()
    return empty_database


def test_what_is_inserted_reads_as_it_was(store: Database) -> None:
    with store.write() as unit:
        assert INSERT.run(unit.connection, ROW) == 1
        INSERT.run_many(unit.connection, [{**ROW, "name": None, "detail": None}, {**ROW, "version": 3}])
        INSERT.run_many(unit.connection, [])
        unit.commit()
    found = rows(store)
    assert [{n: row[n] for n in COLUMNS} for row in found] == [
        ROW,
        {**ROW, "name": None, "detail": None},
        {**ROW, "version": 3},
    ]
    assert len({row["number"] for row in found}) == 3


def test_what_the_statement_says_itself_is_kept(store: Database) -> None:
    later = NOON + timedelta(days=1)
    with store.write() as unit:
        INSERT.run_many(unit.connection, [ROW, {**ROW, "name": "other"}])
        assert CLOSE.run(unit.connection, {"who": ROW["name"], "when": later}) == 1
        assert CLOSE.run(unit.connection, {"who": "nobody", "when": later}) == 0
        unit.commit()
    closed, other = rows(store)
    assert {n: closed[n] for n in COLUMNS} == {**ROW, "open": False, "content": None, "at": later, "version": 2}
    assert {n: other[n] for n in COLUMNS} == {**ROW, "name": "other"}


def test_a_value_that_is_missing_is_told_and_nothing_is_written(store: Database) -> None:
    with store.write() as unit, pytest.raises(KeyError, match="version"):
        INSERT.run(unit.connection, {n: v for n, v in ROW.items() if n != "version"})
    assert rows(store) == []


def test_an_instant_without_a_zone_is_refused_as_everywhere(store: Database) -> None:
    with store.write() as unit, pytest.raises(ValueError, match="aware"):
        INSERT.run(unit.connection, {**ROW, "at": datetime(2026, 1, 1)})  # noqa: DTZ001
    assert rows(store) == []


def test_a_statement_with_a_list_is_refused(store: Database) -> None:
    with_list = Prepared(delete(thing).where(thing.c.name.in_(bindparam("names", expanding=True))))
    with store.write() as unit, pytest.raises(ValueError, match="cannot be prepared"):
        with_list.run(unit.connection, {"names": ["a"]})


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "name": st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\0")),
                "at": st.none()
                | st.integers(0, 10**6).map(lambda hours: NOON + timedelta(hours=hours, microseconds=hours)),
                "open": st.none() | st.booleans(),
                "detail": st.none() | st.dictionaries(st.text("ab%:'", max_size=3), st.integers(-9, 9), max_size=3),
                "content": st.none() | st.binary(max_size=9),
                "version": st.none() | st.integers(-(2**31), 2**31 - 1),
            }
        ),
        min_size=1,
        max_size=4,
    )
)
def test_it_writes_what_sqlalchemy_writes(given_rows: list[dict[str, Any]]) -> None:
    database = Database("sqlite://")
    try:
        with database.write() as unit:
            thing.create(unit.connection)
            INSERT.run_many(unit.connection, given_rows)
            for row in given_rows:
                unit.connection.execute(insert(thing).values(**row))
            unit.commit()
        found = [{n: row[n] for n in COLUMNS} for row in rows(database)]
    finally:
        database.close()
    assert found[: len(given_rows)] == found[len(given_rows) :] == given_rows
