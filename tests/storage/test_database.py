"""The contract of the store: the same on an SQLite file, in memory, and on PostgreSQL."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, Text, func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from storage.counting import counted
from storage.database import Database
from storage.errors import OutcomeUnknown, StoreBusy, StoreFull, StoreUnreachable, UnknownStore
from storage.turns import Turn

tables = MetaData()
note = Table("note", tables, Column("id", Integer, primary_key=True), Column("text", Text, unique=True))


@pytest.fixture
def store(empty_database: Database) -> Database:
    """A database with one table."""
    with empty_database.write() as unit:
        tables.create_all(unit.connection)
        unit.commit()
    return empty_database


def keep(store: Database, words: str) -> None:
    with store.write() as unit:
        unit.connection.execute(note.insert().values(text=words))
        unit.commit()


def kept(store: Database) -> list[str]:
    with store.read() as connection:
        return list(connection.scalars(select(note.c.text).order_by(note.c.id)))


def test_what_was_committed_is_read(store: Database) -> None:
    keep(store, "kept")
    assert kept(store) == ["kept"]


def test_a_unit_of_work_without_commit_leaves_nothing(store: Database) -> None:
    with store.write() as unit:
        unit.connection.execute(note.insert().values(text="lost"))
    assert kept(store) == []


def test_a_unit_of_work_that_raises_leaves_nothing_and_the_next_one_works(store: Database) -> None:
    with pytest.raises(ZeroDivisionError), store.write() as unit:
        unit.connection.execute(note.insert().values(text="lost"))
        raise ZeroDivisionError
    keep(store, "kept")
    assert kept(store) == ["kept"]


def test_after_the_commit_the_unit_of_work_is_closed(store: Database) -> None:
    with store.write() as unit:
        unit.commit()
        with pytest.raises(RuntimeError, match="open another"):
            unit.commit()
        with pytest.raises(RuntimeError, match="open another"):
            _ = unit.connection
        assert unit.committed


def test_a_reader_cannot_write(store: Database) -> None:
    with pytest.raises(DBAPIError), store.read() as connection:
        connection.execute(note.insert().values(text="smuggled"))
    keep(store, "kept")
    assert kept(store) == ["kept"]


def test_a_broken_rule_is_told_as_it_is_and_not_as_busy(store: Database) -> None:
    keep(store, "once")
    with pytest.raises(IntegrityError):
        keep(store, "once")
    assert kept(store) == ["once"]


def test_a_savepoint_takes_back_only_its_part(store: Database) -> None:
    with store.write() as unit:
        unit.connection.execute(note.insert().values(text="kept"))
        with pytest.raises(ZeroDivisionError), unit.connection.begin_nested():
            unit.connection.execute(note.insert().values(text="discarded"))
            raise ZeroDivisionError
        unit.connection.execute(note.insert().values(text="kept too"))
        unit.commit()
    assert kept(store) == ["kept", "kept too"]


def test_a_savepoint_survives_a_broken_rule_inside(store: Database) -> None:
    keep(store, "once")
    with store.write() as unit:
        with pytest.raises(IntegrityError), unit.connection.begin_nested():
            unit.connection.execute(note.insert().values(text="once"))
        unit.connection.execute(note.insert().values(text="twice"))
        unit.commit()
    assert kept(store) == ["once", "twice"]


def test_a_glance_sees_what_is_there_now_and_cannot_write(store: Database) -> None:
    if store.in_memory:
        pytest.skip("in memory it is a read")
    keep(store, "before")
    with store.glance() as connection:
        assert connection.scalar(select(func.count()).select_from(note)) == 1
        keep(store, "meanwhile")
        assert connection.scalar(select(func.count()).select_from(note)) == 2
        if store.is_sqlite:
            with pytest.raises(DBAPIError):
                connection.execute(note.insert().values(text="smuggled"))
    with store.read() as connection:
        assert connection.scalar(select(func.count()).select_from(note)) == 2
        keep(store, "later")
        assert connection.scalar(select(func.count()).select_from(note)) == 2


def test_a_reader_sees_one_snapshot(store: Database) -> None:
    if store.in_memory:
        pytest.skip("in memory a reader and a writer take turns: there is nothing to see")
    keep(store, "before")
    with store.read() as connection:
        assert connection.scalar(select(func.count()).select_from(note)) == 1
        keep(store, "meanwhile")
        assert connection.scalar(select(func.count()).select_from(note)) == 1
    assert kept(store) == ["before", "meanwhile"]


def test_writers_of_many_threads_all_get_their_turn(store: Database) -> None:
    failures: list[BaseException] = []

    def write(worker: int) -> None:
        try:
            for number in range(20):
                keep(store, f"{worker}:{number}")
        except BaseException as error:  # noqa: BLE001 - a thread's failure must reach the test
            failures.append(error)

    threads = [threading.Thread(target=write, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sorted(kept(store)) == sorted(f"{worker}:{number}" for worker in range(4) for number in range(20))


def test_statements_and_commits_are_counted(store: Database) -> None:
    with counted(store) as count:
        keep(store, "a")
        kept(store)
        with store.write() as unit:
            unit.connection.execute(text("DELETE FROM note"))
    assert [sql.split()[0] for sql in count.sql] == ["INSERT", "SELECT", "DELETE"]
    assert (count.statements, count.commits) == (3, 1)
    keep(store, "b")
    assert count.commits == 1


def test_a_database_that_is_there_answers(store: Database) -> None:
    store.ping()


def test_writing_inside_a_write_of_the_same_thread_is_refused_at_once(tmp_path: Path) -> None:
    for url in ("sqlite://", f"sqlite:///{tmp_path / 'x.db'}"):
        with Database(url) as store, pytest.raises(RuntimeError, match="pass its connection on"):
            with store.write(), store.write():
                pass


def test_a_read_in_memory_may_be_nested_in_a_read_but_not_in_a_write() -> None:
    with Database("sqlite://") as store:
        with store.read() as outer, store.read() as inner:
            assert inner is outer
        with store.write(), pytest.raises(RuntimeError, match="pass its connection on"), store.read():
            pass


def test_an_sqlite_file_is_durable_checked_and_waits_for_locks(tmp_path: Path) -> None:
    with Database(f"sqlite:///{tmp_path / 'x.db'}") as store, store.write() as unit:
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        settings = [unit.connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]
    assert settings == ["wal", 2, 1, 5000]


def test_writers_of_one_process_share_one_connection(tmp_path: Path) -> None:
    seen = set()
    with Database(f"sqlite:///{tmp_path / 'x.db'}") as store:
        for turn in (Turn.PERSON, Turn.SWEEP, Turn.PERSON):
            with store.write(turn=turn) as unit:
                seen.add(id(unit.connection.connection.dbapi_connection))
    assert len(seen) == 1


def test_a_disk_that_is_full_behind_a_savepoint_is_told_as_full(tmp_path: Path) -> None:
    with Database(f"sqlite:///{tmp_path / 'x.db'}") as store:
        with store.write() as unit:
            tables.create_all(unit.connection)
            unit.connection.exec_driver_sql("PRAGMA max_page_count = 20")
            unit.commit()
        with pytest.raises(StoreFull), store.write() as unit, unit.connection.begin_nested():
            for number in range(100):
                unit.connection.execute(note.insert().values(text=f"{number} " + "x" * 3000))
        assert kept(store) == []
        keep(store, "short")
        assert kept(store) == ["short"]


def test_nothing_is_called_done_whose_transaction_sqlite_has_ended(tmp_path: Path) -> None:
    with Database(f"sqlite:///{tmp_path / 'x.db'}") as store:
        with store.write() as unit:
            tables.create_all(unit.connection)
            unit.commit()
        with pytest.raises(OutcomeUnknown), store.write() as unit:
            unit.connection.execute(note.insert().values(text="lost"))
            unit.connection.exec_driver_sql("ROLLBACK")
            unit.commit()
        assert kept(store) == []


def test_the_lock_of_another_process_ends_in_busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.engines.BUSY_MILLISECONDS", 20)
    url = f"sqlite:///{tmp_path / 'x.db'}"
    with Database(url) as mine, Database(url) as other, mine.write(), pytest.raises(StoreBusy), other.write():
        pass


def test_a_full_pool_ends_in_busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.engines.POOL_SECONDS", 0.05)
    with Database(f"sqlite:///{tmp_path / 'x.db'}", connections=1) as store, store.read() as connection:
        connection.execute(text("SELECT 1"))
        with pytest.raises(StoreBusy), store.read():
            pass


def test_a_server_that_is_not_there_is_unreachable() -> None:
    with Database("postgresql+psycopg://postgres@127.0.0.1:1/none") as store, pytest.raises(StoreUnreachable):
        store.ping()


def test_a_postgresql_address_means_psycopg_and_hides_its_password() -> None:
    with Database("postgresql://someone:secret@localhost/redress") as store:
        assert str(store.url) == "postgresql+psycopg://someone:***@localhost/redress"


@pytest.mark.parametrize(
    "url", ["", "nonsense", "mysql://localhost/x", "oracle+oracledb://x", "postgresql+asyncpg://x/y"]
)
def test_any_other_address_is_refused(url: str) -> None:
    with pytest.raises(UnknownStore):
        Database(url)
