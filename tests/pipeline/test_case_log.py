"""The log of cases: what is written a row a change is read line by line, the same on every store."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from engine import case_log
from engine.case_log import Change
from engine.model.step import Event
from engine.tables import change_log, event_log
from storage.counting import counted
from storage.database import Database
from tests.support.stores import NOON

EVENTS = [
    Event("completed", element="acknowledge", task="2t"),
    Event("note", name="49jv"),
    Event("facts", detail={"z": "1.10", "a": 1.10, "n": None, "big": 10**18, "deep": {"y": [1, {"x": True}], "b": {}}}),
    Event("entered", "a", "b", "c", {"why": 'said: "no"\\ \t\n\u0001 字 한 😀', "none": []}),
    Event("all-alone"),
]


def write(database: Database, *changes: Change) -> None:
    with database.write() as unit:
        case_log.write(unit.connection, *changes)
        unit.commit()


def lines(database: Database, case: str) -> list[Any]:
    """Return the lines of a case, as the view tells them."""
    with database.read() as connection:
        return list(
            connection.execute(
                select(event_log).where(event_log.c.case_id == case).order_by(event_log.c.sequence)
            ).all()
        )


def as_event(row: Any) -> Event:
    return Event(row.kind, row.element, row.name, row.task, row.detail)


def test_what_is_written_a_row_a_change_is_read_line_by_line(database: Database) -> None:
    later = NOON + timedelta(seconds=1, microseconds=7)
    write(database, Change("one", NOON, "li.na", EVENTS), Change("two", NOON, "system", EVENTS[:1]))
    write(database, Change("one", later, "complainant", EVENTS[::-1]))
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


def test_a_change_is_one_row_in_one_statement_and_one_without_lines_leaves_none(database: Database) -> None:
    with database.write() as unit:
        with counted(database) as count:
            case_log.write(
                unit.connection, Change("one", NOON, "a", EVENTS), Change("x", NOON, "a", []),
                Change("two", NOON, "a", EVENTS),
            )  # fmt: skip
            case_log.write(unit.connection, Change("x", NOON, "a", []))
        rows = unit.connection.execute(select(change_log.c.case_id, change_log.c.lines).order_by("sequence")).all()
        total = unit.connection.execute(select(func.count()).select_from(event_log)).scalar_one()
    assert (count.statements, [row.case_id for row in rows], total) == (1, ["one", "two"], 2 * len(EVENTS))
    assert [list(case_log.events_of(row.lines)) for row in rows] == [EVENTS, EVENTS]


def test_a_line_leaves_out_what_it_has_not(database: Database) -> None:
    write(database, Change("one", NOON, "a", EVENTS[:2]))
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
        case_log.write(unit.connection, Change("one", NOON, "a", events))
        rows = unit.connection.execute(select(event_log).order_by(event_log.c.sequence)).all()
        kept = unit.connection.execute(select(change_log.c.lines)).scalar_one()
    assert [as_event(row) for row in rows] == list(case_log.events_of(kept)) == events
