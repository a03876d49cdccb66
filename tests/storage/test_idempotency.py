"""The same request twice is carried out once."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import Connection, select, update

from storage.database import Database
from storage.errors import KeyReused, StoreBusy
from storage.idempotency import KEPT_FOR, idempotency, purge, recall, remember
from tests.support.stores import NOON

KEY = "3f0c1f1e-8f5e-4f0e-9d0a-0d5c2d3b7a11"
ANSWER = b'{"tracking_code":"7K3M-Q8ZP"}'


def answer(
    connection: Connection, *, key: str = KEY, scope: str = "me", request: bytes = b"r", at: datetime = NOON
) -> bytes | None:
    return recall(connection, key=key, scope=scope, request=request, now=at)


def test_the_first_answer_is_given_again_for_a_day(database: Database) -> None:
    with database.write() as unit:
        assert answer(unit.connection) is None
        remember(unit.connection, key=KEY, scope="me", request=b"r", response=ANSWER, now=NOON)
        assert answer(unit.connection) == ANSWER
        assert answer(unit.connection, at=NOON + KEPT_FOR - timedelta(microseconds=1)) == ANSWER
        assert answer(unit.connection, at=NOON + KEPT_FOR) is None


def test_the_same_key_with_another_request_is_refused(database: Database) -> None:
    with database.write() as unit:
        remember(unit.connection, key=KEY, scope="me", request=b"r", response=ANSWER, now=NOON)
        with pytest.raises(KeyReused):
            answer(unit.connection, request=b"another")


def test_the_same_key_of_somebody_else_is_another_key(database: Database) -> None:
    with database.write() as unit:
        remember(unit.connection, key=KEY, scope="me", request=b"r", response=ANSWER, now=NOON)
        assert answer(unit.connection, scope="you", request=b"another") is None
        assert answer(unit.connection, key=KEY + "m", scope="e") is None


def test_neither_key_nor_request_nor_answer_can_be_read_from_the_table(database: Database) -> None:
    with database.write() as unit:
        remember(unit.connection, key=KEY, scope="me", request=b"secret-request", response=ANSWER, now=NOON)
        row = unit.connection.execute(select(idempotency)).one()
    stored = repr(tuple(row)).encode() + row.response_sealed
    assert not any(secret in stored for secret in (KEY.encode(), b"secret-request", ANSWER, b"7K3M"))


def test_an_answer_that_was_tampered_with_is_not_given(database: Database) -> None:
    with database.write() as unit:
        remember(unit.connection, key=KEY, scope="me", request=b"r", response=ANSWER, now=NOON)
        sealed = unit.connection.execute(select(idempotency)).one().response_sealed
        broken = sealed[:-1] + bytes([sealed[-1] ^ 1])
        unit.connection.execute(update(idempotency).values(response_sealed=broken))
        with pytest.raises(InvalidTag):
            answer(unit.connection)


def test_after_a_day_the_key_can_be_used_anew(database: Database) -> None:
    with database.write() as unit:
        remember(unit.connection, key=KEY, scope="me", request=b"r", response=ANSWER, now=NOON)
        later = NOON + KEPT_FOR
        remember(unit.connection, key=KEY, scope="me", request=b"new", response=b"second", now=later)
        assert answer(unit.connection, request=b"new", at=later) == b"second"


def test_old_answers_are_purged(database: Database) -> None:
    with database.write() as unit:
        for hours in (0, 1):
            at = NOON + timedelta(hours=hours)
            remember(unit.connection, key=f"{KEY}{hours}", scope="me", request=b"r", response=ANSWER, now=at)
        assert purge(unit.connection, NOON + KEPT_FOR) == 1
        assert purge(unit.connection, NOON + KEPT_FOR) == 0
        assert answer(unit.connection, key=f"{KEY}1") == ANSWER


def test_the_same_key_at_the_same_moment_is_carried_out_once(database: Database) -> None:
    started = threading.Barrier(2)
    outcomes: list[str] = []

    def ask(name: bytes) -> None:
        started.wait(10)
        try:
            with database.write() as unit:
                known = answer(unit.connection)
                if known is None:
                    remember(unit.connection, key=KEY, scope="me", request=b"r", response=name, now=NOON)
                    unit.commit()
            outcomes.append("carried out" if known is None else "told again")
        except StoreBusy:
            outcomes.append("told to ask again")

    threads = [threading.Thread(target=ask, args=(name,)) for name in (b"one", b"two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("carried out") == 1
    assert len(outcomes) == 2
    with database.read() as connection:
        assert answer(connection) in (b"one", b"two")
