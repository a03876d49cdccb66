"""The log of cases: what is written a row a change is read line by line, the same on every store."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from access.keys.cipher import DataKey
from engine import case_log
from engine.case_log import Change
from engine.model.step import Event
from engine.tables import change_log, event_log
from storage.counting import counted
from storage.database import Database
from tests.support.stores import NOON
from tests.trail.recorded import recorded

KEY = DataKey(b"k" * 32)
EVENTS = [
    Event("completed", element="acknowledge", task="2t"),
    Event("note", name="49jv"),
    Event("facts", detail={"z": "1.10", "a": 1.10, "n": None, "big": 10**18, "deep": {"y": [1, {"x": True}], "b": {}}}),
    Event("entered", "a", "b", "c", {"why": 'said: "no"\\ \t\n\u0001 字 한 😀', "none": []}),
    Event("all-alone"),
]


@pytest.fixture
def database(empty_database: Database, tmp_path: Path) -> Database:
    """A store with two cases, of which nothing is on record."""
    found = recorded(empty_database, tmp_path, cases=())
    for case_id in ("one", "two"):
        found.case(case_id)
    return empty_database


def write(database: Database, *changes: Change) -> None:
    with database.write() as unit:
        case_log.write(unit.connection, *changes)
        unit.commit()


def lines(database: Database, case: str) -> list[Any]:
    """Return the lines of a case, as the view tells them."""
    with database.read() as connection:
        found = select(event_log).where(event_log.c.case_id == case).order_by(event_log.c.sequence)
        return case_log.whole_lines(KEY, connection.execute(found))


def opened(event: Event) -> dict[str, Any]:
    """Return what of a line's detail is in the open."""
    return {name: value for name, value in event.detail.items() if name in case_log.ROUTING}


def as_event(row: Any) -> Event:
    return Event(row.kind, row.element, row.name, row.task, row.detail)


def test_what_is_written_a_row_a_change_is_read_line_by_line(database: Database) -> None:
    later = NOON + timedelta(seconds=1, microseconds=7)
    write(database, Change("one", KEY, NOON, "li.na", EVENTS), Change("two", KEY, NOON, "system", EVENTS[:1]))
    write(database, Change("one", KEY, later, "complainant", EVENTS[::-1]))
    found = lines(database, "one")
    assert [as_event(row) for row in found] == [*EVENTS, *EVENTS[::-1]]
    assert [list(row.detail) for row in found if row.kind == "facts"] == [["z", "a", "n", "big", "deep"]] * 2
    assert [(row.case_id, row.at, row.actor) for row in found] == [
        *[("one", NOON, "li.na")] * len(EVENTS), *[("one", later, "complainant")] * len(EVENTS),
    ]  # fmt: skip
    assert [as_event(row) for row in lines(database, "two")] == EVENTS[:1]
    with database.read() as connection:
        sequences = list(connection.execute(select(event_log.c.sequence).order_by(event_log.c.sequence)).scalars())
    assert len(set(sequences)) == len(sequences) == 2 * len(EVENTS) + 1


def test_a_change_is_one_row_and_one_without_lines_leaves_none(database: Database) -> None:
    with database.write() as unit:
        with counted(database) as count:
            case_log.write(
                unit.connection, Change("one", KEY, NOON, "a", EVENTS), Change("x", KEY, NOON, "a", []),
                Change("two", KEY, NOON, "a", EVENTS),
            )  # fmt: skip
            case_log.write(unit.connection, Change("x", KEY, NOON, "a", []))
        rows = unit.connection.execute(select(change_log.c.case_id, change_log.c.lines).order_by("sequence")).all()
        total = unit.connection.execute(select(func.count()).select_from(event_log)).scalar_one()
    # Of each case the head is read and moved on.
    assert (count.statements, [row.case_id for row in rows], total) == (4, ["one", "two"], 2 * len(EVENTS))
    in_the_open = [replace(each, detail=opened(each)) for each in EVENTS]
    assert [list(case_log.events_of(row.lines)) for row in rows] == [in_the_open, in_the_open]


def test_a_line_leaves_out_what_it_has_not(database: Database) -> None:
    write(database, Change("one", KEY, NOON, "a", EVENTS[:2]))
    with database.read() as connection:
        found = connection.execute(select(change_log.c.lines)).scalar_one()
    assert found == [["completed", "acknowledge", "2t"], ["note", None, None, "49jv"]]


# What no text of the house holds: `forms.characters.UNUSABLE`.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5)
WORD = TEXT.filter(bool)
MAYBE = st.none() | WORD
NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
ANY_EVENT = st.builds(Event, WORD, MAYBE, MAYBE, MAYBE, st.dictionaries(TEXT, VALUES, max_size=3))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=st.lists(ANY_EVENT, min_size=1, max_size=4))
def test_whatever_is_written_is_read(database: Database, events: list[Event]) -> None:
    """On each store: the rows of earlier examples are taken back."""
    with database.write() as unit:
        case_log.write(unit.connection, Change("one", KEY, NOON, "a", events))
        rows = case_log.whole_lines(KEY, unit.connection.execute(select(event_log).order_by(event_log.c.sequence)))
        kept = unit.connection.execute(select(change_log.c.lines)).scalar_one()
    assert [as_event(row) for row in rows] == events
    assert list(case_log.events_of(kept)) == [replace(each, detail=opened(each)) for each in events]


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.text(st.characters(min_codepoint=97, max_codepoint=122), min_size=8, max_size=12))
def test_what_people_wrote_stands_in_no_line_in_the_open(database: Database, said: str) -> None:
    told = Event("hand-over-offered", None, "x", None, {"to": "li.na", "reason": said})
    with database.write() as unit:
        case_log.write(unit.connection, Change("one", KEY, NOON, "a", [told]))
        (row,) = unit.connection.execute(select(change_log)).all()
        (line,) = unit.connection.execute(select(event_log)).all()
        (whole,) = case_log.whole_lines(KEY, [line])
        (erased,) = case_log.whole_lines(None, [line])
    assert (row.lines[0][4], line.detail, erased.detail) == ({"to": "li.na"},) * 3
    assert said.encode() not in bytes(row.details)
    assert whole.detail == {"to": "li.na", "reason": said}
