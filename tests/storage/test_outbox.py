"""What is to be told is told in order, after the change, and not twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from storage import outbox
from storage.database import Database
from storage.outbox import Message
from storage.sealed import Sealed
from tests.support.stores import NOON

MINUTE = timedelta(minutes=1)


def message(number: int, **changes: Any) -> Message:
    """A message to the complainant of case `c`, due at noon."""
    values: dict[str, Any] = {
        "id": f"m{number}",
        "case_id": "c",
        "cause": f"task-{number}",
        "kind": "notice",
        "recipient": "complainant",
        "payload": Sealed(f"sealed {number}".encode()),
        "created_at": NOON,
        "deliver_after": NOON,
    }
    return Message(**{**values, **changes})


def due(connection: Connection, at: datetime = NOON) -> list[str]:
    return [each.id for each in outbox.due(connection, at, 100)]


def test_a_message_comes_out_as_it_went_in(database: Database) -> None:
    held = message(1, held_until=NOON - MINUTE)
    with database.write() as unit:
        assert outbox.write(unit.connection, [held]) == 1
        assert outbox.due(unit.connection, NOON, 10) == [held]


def test_the_same_effect_twice_is_one_message(database: Database) -> None:
    with database.write() as unit:
        assert outbox.write(unit.connection, [message(1), message(2, cause="task-1", recipient="person:x")]) == 2
        assert outbox.write(unit.connection, [message(3, cause="task-1")]) == 0
        assert due(unit.connection) == ["m1", "m2"]


def test_parts_of_a_key_cannot_run_into_each_other() -> None:
    one = outbox.message_key("c", cause="a|b", kind="k", recipient="r")
    other = outbox.message_key("c", cause="a", kind="b|k", recipient="r")
    escaped = outbox.message_key("c", cause="a%7Cb", kind="k", recipient="r")
    assert len({one, other, escaped}) == 3


def test_one_recipient_of_one_case_is_told_in_order(database: Database) -> None:
    with database.write() as unit:
        outbox.write(unit.connection, [message(1, deliver_after=NOON + MINUTE), message(2), message(3, case_id="d")])
        assert due(unit.connection) == ["m3"]
        assert due(unit.connection, NOON + MINUTE) == ["m1", "m3"]
        outbox.mark_delivered(unit.connection, "m1", now=NOON + MINUTE)
        assert due(unit.connection, NOON + MINUTE) == ["m2", "m3"]


def test_messages_about_no_case_wait_for_nobody(database: Database) -> None:
    with database.write() as unit:
        outbox.write(unit.connection, [message(number, case_id=None) for number in (1, 2)])
        assert due(unit.connection) == ["m1", "m2"]


def test_no_more_than_the_limit(database: Database) -> None:
    with database.write() as unit:
        outbox.write(unit.connection, [message(number, case_id=f"c{number}") for number in range(5)])
        assert [each.id for each in outbox.due(unit.connection, NOON, 2)] == ["m0", "m1"]


def test_a_failed_delivery_is_tried_again_later_and_holds_the_line(database: Database) -> None:
    with database.write() as unit:
        outbox.write(unit.connection, [message(1), message(2)])
        assert outbox.mark_failed(unit.connection, "m1", error="no route", retry_at=NOON + MINUTE)
        assert due(unit.connection) == []
        again = outbox.due(unit.connection, NOON + MINUTE, 10)
        assert again == [message(1, deliver_after=NOON + MINUTE, attempts=1)]


def test_a_message_that_was_given_up_holds_nobody_back_and_keeps_its_reason(database: Database) -> None:
    with database.write() as unit:
        outbox.write(unit.connection, [message(1), message(2)])
        assert outbox.give_up(unit.connection, "m1", error="no such address", now=NOON)
        assert due(unit.connection) == ["m2"]
        table = outbox.outbox
        row = unit.connection.execute(select(table).where(table.c.id == "m1")).one()
        assert (row.given_up_at, row.last_error, row.attempts) == (NOON, "no such address", 1)


def test_what_is_settled_stays_settled(database: Database) -> None:
    with database.write() as unit:
        outbox.write(unit.connection, [message(1)])
        assert outbox.mark_delivered(unit.connection, "m1", now=NOON)
        assert not outbox.mark_delivered(unit.connection, "m1", now=NOON + MINUTE)
        assert not outbox.mark_failed(unit.connection, "m1", error="late", retry_at=NOON)
        assert not outbox.give_up(unit.connection, "m1", error="late", now=NOON)
        assert unit.connection.scalar(select(outbox.outbox.c.delivered_at)) == NOON


def test_two_processes_take_different_messages_of_the_house(database: Database) -> None:
    if database.is_sqlite:
        return  # one writer at a time
    with database.write() as unit:
        outbox.write(unit.connection, [message(number, case_id=f"c{number}") for number in range(4)])
        unit.commit()
    with database.write() as one, database.write() as other:
        first, second = outbox.take(one.connection, NOON, 2), outbox.take(other.connection, NOON, 4)
    assert ([each.id for each in first], [each.id for each in second]) == (["m0", "m1"], ["m2", "m3"])


def test_a_held_message_is_called_back_and_may_be_written_again(database: Database) -> None:
    until = NOON + MINUTE
    with database.write() as unit:
        connection = unit.connection
        outbox.write(connection, [message(1, held_until=until), message(2, held_until=until), message(3)])
        assert due(connection) == []
        assert outbox.cancel_held(connection, "c", "task-1", now=NOON) == 1
        assert outbox.cancel_held(connection, "c", "task-1", now=NOON) == 0
        assert outbox.cancel_held(connection, "another case", "task", now=NOON) == 0
        assert outbox.write(connection, [message(4, cause="task-1", held_until=until)]) == 1
        assert due(connection, until) == ["m2"]
        assert connection.scalar(select(func.count()).where(outbox.outbox.c.cancelled_at == NOON)) == 1


def test_a_prefix_means_itself_and_no_pattern(database: Database) -> None:
    with database.write() as unit:
        outbox.write(unit.connection, [message(1, cause="TASK-1", held_until=NOON + MINUTE)])
        for prefix in ("task", "%", "TASK_"):
            assert outbox.cancel_held(unit.connection, "c", prefix, now=NOON) == 0
        assert outbox.cancel_held(unit.connection, "c", "TASK-", now=NOON) == 1


def test_what_was_let_go_cannot_be_called_back(database: Database) -> None:
    with database.write() as unit:
        outbox.write(
            unit.connection, [message(1, held_until=NOON), message(2, cause="task-1b", held_until=NOON + MINUTE)]
        )
        assert outbox.let_go(unit.connection, "c", "task-1", now=NOON) == 1
        assert outbox.cancel_held(unit.connection, "c", "task-1", now=NOON) == 1
        assert due(unit.connection) == ["m1"]


def test_a_rolled_back_change_tells_nobody(database: Database) -> None:
    with database.write() as unit:
        outbox.write(unit.connection, [message(1)])
    with database.read() as connection:
        assert due(connection) == []
