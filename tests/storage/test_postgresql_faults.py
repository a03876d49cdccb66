"""What PostgreSQL does when people collide, and what we make of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from psycopg.pq import TransactionStatus
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from storage import engines
from storage.database import Database
from storage.errors import OutcomeUnknown, StoreBusy, StoreUnreachable
from tests.support.postgres import PostgresServer


@pytest.fixture
def store(postgres_server: PostgresServer) -> Iterator[Database]:
    """A database with two accounts."""
    with Database(postgres_server.create()) as opened:
        with opened.write() as unit:
            unit.connection.execute(text("CREATE TABLE account (id int PRIMARY KEY, amount int)"))
            unit.connection.execute(text("INSERT INTO account VALUES (1, 0), (2, 0)"))
            unit.commit()
        yield opened


def add(number: int) -> str:
    return f"UPDATE account SET amount = amount + 1 WHERE id = {number}"


def test_a_deadlock_ends_in_busy_for_one_and_in_success_for_the_other(store: Database) -> None:
    both_hold_one = threading.Barrier(2)
    outcomes: list[str] = []

    def work(first: int, second: int) -> None:
        try:
            with store.write() as unit:
                unit.connection.execute(text(add(first)))
                both_hold_one.wait(10)
                unit.connection.execute(text(add(second)))
                unit.commit()
            outcomes.append("done")
        except StoreBusy:
            outcomes.append("busy")

    threads = [threading.Thread(target=work, args=pair) for pair in ((1, 2), (2, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["busy", "done"]
    with store.read() as connection:
        assert connection.execute(text("SELECT id, amount FROM account ORDER BY id")).all() == [(1, 1), (2, 1)]


def test_waiting_too_long_for_a_row_ends_in_busy(store: Database) -> None:
    with store.write() as first:
        first.connection.execute(text(add(1)))
        with pytest.raises(StoreBusy), store.write() as second:
            second.connection.execute(text("SET LOCAL lock_timeout = 20"))
            second.connection.execute(text(add(1)))


def kill_all_but_me(store: Database, postgres_server: PostgresServer) -> None:
    with Database(postgres_server.url("postgres")) as other, other.write() as unit:
        unit.connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"),
            {"name": store.url.database},
        )


def test_a_connection_lost_before_the_commit_is_unreachable_and_the_next_use_connects_anew(
    store: Database, postgres_server: PostgresServer
) -> None:
    with pytest.raises(StoreUnreachable), store.write() as unit:
        unit.connection.execute(text(add(1)))
        kill_all_but_me(store, postgres_server)
        unit.connection.execute(text(add(2)))
    with store.read() as connection:
        assert connection.scalar(text("SELECT sum(amount) FROM account")) == 0


def test_a_connection_lost_in_the_commit_is_never_called_unchanged(
    store: Database, postgres_server: PostgresServer
) -> None:
    with pytest.raises(OutcomeUnknown), store.write() as unit:
        unit.connection.execute(text(add(1)))
        kill_all_but_me(store, postgres_server)
        unit.commit()


def test_only_a_connection_that_has_rested_is_asked_whether_it_still_stands(
    store: Database, postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    engine = engines.postgresql(store.url, connections=1, monotonic=lambda: now[0])
    asked: list[float] = []
    ping = engine.dialect.do_ping

    def noted(connection: Any) -> bool:
        asked.append(now[0])
        return ping(connection)

    monkeypatch.setattr(engine.dialect, "do_ping", noted)

    def one() -> int:
        with engine.connect() as connection:
            return int(connection.scalar(text("SELECT 1")) or 0)

    assert [one(), one(), asked] == [1, 1, []]
    now[0] += engines.IDLE_SECONDS
    assert [one(), asked] == [1, [101.0]]
    now[0] += engines.IDLE_SECONDS
    kill_all_but_me(store, postgres_server)
    assert [one(), asked] == [1, [101.0, 102.0]]
    # Lost while it is in use, which nobody could have asked: the next one is another.
    kill_all_but_me(store, postgres_server)
    with pytest.raises(OperationalError):
        one()
    assert one() == 1
    engine.dispose()


def test_a_glance_is_one_statement_and_no_transaction(store: Database) -> None:
    with store.glance() as connection:
        connection.execute(text("SELECT 1")).all()
        state = connection.connection.driver_connection.info.transaction_status  # type: ignore[union-attr]
        assert state == TransactionStatus.IDLE
        with pytest.raises(RuntimeError):
            connection.execute(text(add(1)))
    with store.write() as unit:
        unit.connection.execute(text(add(1)))
        state = unit.connection.connection.driver_connection.info.transaction_status  # type: ignore[union-attr]
        assert state == TransactionStatus.INTRANS


def test_a_full_pool_ends_in_busy(store: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.engines.POOL_SECONDS", 0.05)
    with Database(store.url.render_as_string(hide_password=False), connections=1) as small, small.write():
        with pytest.raises(StoreBusy), small.write():
            pass


def test_sessions_speak_utc_and_wait_for_locks_only_so_long(store: Database) -> None:
    with store.read() as connection:
        names = ("timezone", "lock_timeout", "transaction_isolation", "transaction_read_only")
        reading = [connection.scalar(text(f"SHOW {name}")) for name in names]
    with store.write() as unit:
        writing = [unit.connection.scalar(text(f"SHOW {name}")) for name in names]
    assert reading == ["UTC", "5s", "repeatable read", "on"]
    assert writing == ["UTC", "5s", "read committed", "off"]


def test_reading_leaves_the_statements_that_the_driver_has_prepared(postgres_server: PostgresServer) -> None:
    with Database(postgres_server.create(), connections=1) as store:
        for _ in range(10):
            with store.read() as connection:
                connection.execute(text("SELECT 1 + 1"))
        with store.read() as connection:
            kept = connection.execute(text("SELECT count(*) FROM pg_prepared_statements")).scalar_one()
    assert kept >= 1


def test_the_database_looks_whether_whoever_holds_a_row_is_still_there(store: Database) -> None:
    """A machine that vanishes says nothing: its rows must come free within the half minute in which it is replaced."""
    with store.read() as connection:
        shown = {name: connection.execute(text(f"SHOW {name}")).scalar_one() for name in engines.LOCKS_GONE_AFTER}
    assert shown == {
        "tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3",
        "tcp_user_timeout": "15000",
    }  # fmt: skip
