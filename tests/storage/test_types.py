"""Column types mean the same everywhere."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import StatementError

from storage.database import Database
from storage.types import Blob, Counter, Instant, Json, from_microseconds, to_microseconds

tables = MetaData()
thing = Table(
    "thing",
    tables,
    Column("id", Counter, primary_key=True),
    Column("rank", Integer),
    Column("at", Instant),
    Column("json", Json),
    Column("blob", Blob),
)
INSTANTS = st.datetimes(timezones=st.just(UTC))
TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
VALUES = st.recursive(
    st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner | st.none(), max_size=4) | st.dictionaries(TEXT, inner | st.none(), max_size=4),
    max_leaves=12,
)
ON_ONE_DATABASE = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def store(empty_database: Database) -> Database:
    """A database with one table of every type."""
    with empty_database.write() as unit:
        tables.create_all(unit.connection)
        unit.commit()
    return empty_database


def there_and_back(store: Database, **values: Any) -> Any:
    with store.write() as unit:
        unit.connection.execute(thing.insert().values(**values))
        return unit.connection.execute(select(thing)).one()


@given(at=INSTANTS)
@ON_ONE_DATABASE
def test_an_instant_comes_back_exactly_and_in_utc(store: Database, at: datetime) -> None:
    back = there_and_back(store, at=at).at
    assert (back, back.tzinfo) == (at, UTC)


def test_an_instant_of_another_zone_comes_back_in_utc(store: Database) -> None:
    seoul = datetime(2026, 3, 2, 21, 30, 0, 123456, tzinfo=ZoneInfo("Asia/Seoul"))
    assert there_and_back(store, at=seoul).at == datetime(2026, 3, 2, 12, 30, 0, 123456, tzinfo=UTC)


def test_a_naive_instant_is_refused(store: Database) -> None:
    naive = datetime(2026, 3, 2, 12, tzinfo=UTC).replace(tzinfo=None)
    with pytest.raises(StatementError, match="must be aware"):
        there_and_back(store, at=naive)
    with pytest.raises(ValueError, match="must be aware"):
        to_microseconds(naive)


def test_instants_are_compared_and_ordered_as_instants(store: Database) -> None:
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    with store.write() as unit:
        for rank, minutes in enumerate((0, 1, -(60 * 24 * 365 * 60))):
            unit.connection.execute(thing.insert().values(rank=rank, at=noon + timedelta(minutes=minutes)))
        until_noon = select(thing.c.rank).where(thing.c.at <= noon).order_by(thing.c.at)
        ranks = list(unit.connection.scalars(until_noon))
        east = noon.astimezone(timezone(timedelta(hours=9)))
        assert list(unit.connection.scalars(select(thing.c.rank).where(thing.c.at == east))) == [0]
    assert ranks == [2, 0]


@given(at=INSTANTS)
def test_microseconds_lose_nothing(at: datetime) -> None:
    assert from_microseconds(to_microseconds(at)) == at


@given(value=VALUES)
@ON_ONE_DATABASE
def test_a_json_value_comes_back_as_it_was(store: Database, value: Any) -> None:
    assert there_and_back(store, json=value).json == value


@given(value=VALUES | st.integers(2**64, 2**80) | st.dictionaries(st.integers(0, 9), st.none() | TEXT, max_size=2))
def test_json_says_what_the_standard_library_says(value: Any) -> None:
    written = Json().process_bind_param(value, sqlite.dialect())
    assert written is not None
    assert json.loads(written) == json.loads(json.dumps(value))


def test_a_json_object_keeps_the_order_of_its_keys(store: Database) -> None:
    assert list(there_and_back(store, json={"b": 1, "a": 2, "中": 3, "": 4}).json) == ["b", "a", "中", ""]


@pytest.mark.parametrize("value", [float("nan"), {"a": [None, float("inf")]}, {1, 2}, datetime(2026, 1, 1, tzinfo=UTC)])
def test_what_json_cannot_say_is_refused(store: Database, value: Any) -> None:
    with pytest.raises(StatementError):
        there_and_back(store, json=value)


@given(value=st.binary(max_size=64))
@ON_ONE_DATABASE
def test_bytes_come_back_as_they_were(store: Database, value: bytes) -> None:
    assert there_and_back(store, blob=value).blob == value


def test_nothing_stays_nothing(store: Database) -> None:
    row = there_and_back(store, at=None, json=None, blob=None)
    assert (row.at, row.json, row.blob) == (None, None, None)


def test_a_counter_counts_up(store: Database) -> None:
    with store.write() as unit:
        for rank in (5, 6, 7):
            unit.connection.execute(thing.insert().values(rank=rank))
        rows = unit.connection.execute(select(thing.c.id, thing.c.rank).order_by(thing.c.id)).all()
    assert rows == [(1, 5), (2, 6), (3, 7)]
