"""Pages by the last thing seen."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, Text, select

from storage.database import Database
from storage.errors import BadCursor, ForeignCursor
from storage.paging import LONGEST, Sort, decode, encode, page
from storage.types import Instant
from tests.support.stores import NOON

tables = MetaData()
task = Table("task", tables, Column("id", Integer, primary_key=True), Column("due_at", Instant), Column("name", Text))
OF = ("tasks", None)
ORDER = (Sort(task.c.due_at, datetime, descending=True), Sort(task.c.name, str), Sort(task.c.id, int))


@pytest.fixture
def store(empty_database: Database) -> Database:
    """A database with 23 tasks, of which many are due at once and share a name."""
    with empty_database.write() as unit:
        tables.create_all(unit.connection)
        for number in range(23):
            due_at = NOON + timedelta(minutes=number % 3)
            unit.connection.execute(task.insert().values(id=number, due_at=due_at, name="ab"[number % 2]))
        unit.commit()
    return empty_database


@pytest.mark.parametrize("limit", [1, 2, 7, 22, 23, 24])
def test_pages_together_are_the_whole_list_once(store: Database, limit: int) -> None:
    seen: list[int] = []
    cursor: str | None = None
    with store.read() as connection:
        whole = connection.scalars(select(task.c.id).order_by(task.c.due_at.desc(), task.c.name, task.c.id)).all()
        for _ in range(30):
            part = page(connection, select(task), of=OF, order=ORDER, cursor=cursor, limit=limit)
            seen.extend(row.id for row in part.rows)
            cursor = part.next
            if cursor is None:
                break
    assert seen == list(whole)


def test_rows_that_come_meanwhile_do_not_shift_the_pages(store: Database) -> None:
    with store.write() as unit:
        first = page(unit.connection, select(task), of=OF, order=ORDER, cursor=None, limit=5)
        unit.connection.execute(task.insert().values(id=99, due_at=NOON + timedelta(days=1), name="a"))
        unit.connection.execute(task.delete().where(task.c.id == first.rows[0].id))
        second = page(unit.connection, select(task), of=OF, order=ORDER, cursor=first.next, limit=5)
    assert not {row.id for row in first.rows} & {row.id for row in second.rows}
    assert len({row.id for row in second.rows} - {99}) == 5


def test_a_page_has_at_least_one_row(store: Database) -> None:
    with store.read() as connection, pytest.raises(ValueError, match="at least one"):
        page(connection, select(task), of=OF, order=ORDER, cursor=None, limit=0)


@given(
    st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=50), st.integers(-(2**63) + 1, 2**63 - 1)
)
def test_a_cursor_says_what_was_put_in(name: str, number: int) -> None:
    cursor = encode((name, number, NOON), OF)
    assert decode(cursor, [str, int, datetime], OF) == (name, number, NOON)
    assert cursor.replace("-", "").replace("_", "").isalnum()


@given(st.text() | st.binary().map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_anything_else_is_refused_and_nothing_breaks(cursor: str) -> None:
    try:
        key = decode(cursor, [str, int], OF)
    except BadCursor:
        return
    assert [type(value) for value in key] == [str, int]


@pytest.mark.parametrize(
    "values",
    [
        {},
        [],
        ["a"],
        ["a", "b"],
        ["a", 1, 2],
        ["a", True],
        ["a", None],
        ["a", 1.0],
        ["a", 2**63],
        ["a\x00", 1],
        [1, "a"],
        [[], 1],
    ],
)
def test_a_cursor_of_another_shape_is_refused(values: object) -> None:
    (mark,) = _values(encode((), OF))
    if isinstance(values, list):
        values = [mark, *values]
    cursor = base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")
    with pytest.raises(BadCursor):
        decode(cursor, [str, int], OF)


@pytest.mark.parametrize("cursor", ["", "=", "a", "é", "a" * (LONGEST + 1), "W1tb" * 200, encode((10**18,), OF)])
def test_a_broken_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(BadCursor):
        decode(cursor, [datetime], OF)


@pytest.mark.parametrize("other", [("tasks", "x"), ("approvals", None), ("tasks",), ("tasks", "None"), ()])
def test_a_cursor_of_another_list_or_of_other_filters_is_refused(other: tuple[object, ...]) -> None:
    cursor = encode((NOON,), OF)
    with pytest.raises(ForeignCursor):
        decode(cursor, [datetime], other)
    assert decode(cursor, [datetime], OF) == (NOON,)


@given(st.lists(st.text() | st.none() | st.booleans(), max_size=4))
def test_any_filter_can_be_part_of_what_a_cursor_belongs_to(filters: list[object]) -> None:
    assert decode(encode((1,), filters), [int], filters) == (1,)


def _values(cursor: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
