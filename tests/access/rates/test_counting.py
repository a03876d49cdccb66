"""What one source uses up: as the rule says, in one row, by any number of processes together, with nothing of who."""

from __future__ import annotations

import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text

from access.keys.cipher import DataKey
from access.keys.tables import sealed_key
from access.rates import counting
from access.rates.counting import SLOTS, slot_of
from access.rates.tables import rate_count
from storage import migrate
from storage.database import Database
from tests.support.keys import stored_keys
from tests.support.stores import NOON, store_url

KEY = DataKey(b"k" * 32)
STORES = ("sqlite-file", "postgresql")


@pytest.fixture(params=STORES)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database with all tables."""
    url = store_url(request.param, request, tmp_path)
    migrate.upgrade(url)
    return url


@pytest.fixture
def store(address: str) -> Iterator[Database]:
    """That database."""
    with Database(address) as database:
        yield database


def spent(store: Database, slot: int, *, per_minute: int, after: timedelta = timedelta(0), kind: str = "a") -> int:
    with store.write() as unit:
        found = counting.spend(unit.connection, kind, slot, per_minute=per_minute, now=NOON + after)
        unit.commit()
    return found


def test_so_many_at_once_and_then_as_many_as_time_earns(store: Database) -> None:
    assert [spent(store, 1, per_minute=3) for _ in range(5)] == [0, 0, 0, 20, 20]
    assert spent(store, 1, per_minute=3, after=timedelta(seconds=19)) == 1
    assert spent(store, 1, per_minute=3, after=timedelta(seconds=20)) == 0
    assert spent(store, 1, per_minute=3, after=timedelta(seconds=20)) == 20
    assert [spent(store, 1, per_minute=3, after=timedelta(hours=1)) for _ in range(4)] == [0, 0, 0, 20]


def test_other_sources_and_other_kinds_are_counted_by_themselves(store: Database) -> None:
    assert [spent(store, 1, per_minute=1), spent(store, 1, per_minute=1)] == [0, 60]
    assert spent(store, 2, per_minute=1) == 0
    assert spent(store, 1, per_minute=1, kind="b") == 0


def test_what_is_refused_counts_nothing_and_looking_neither(store: Database) -> None:
    for _ in range(50):
        spent(store, 1, per_minute=2)
    with store.read() as connection:
        looked = [counting.wait(connection, "a", 1, per_minute=2, now=NOON) for _ in range(3)]
    assert looked == [30, 30, 30]
    assert spent(store, 1, per_minute=2, after=timedelta(seconds=30)) == 0


@pytest.fixture
def in_memory() -> Iterator[Database]:
    """A database that is made once for all examples."""
    with Database("sqlite://") as database:
        migrate.create(database)
        yield database


@given(
    per_minute=st.integers(1, 200), gaps=st.lists(st.integers(0, 90_000_000), min_size=1, max_size=60), data=st.data()
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_minute_has_more_than_a_bucket_and_what_it_earns(
    in_memory: Database, per_minute: int, gaps: list[int], data: st.DataObject
) -> None:
    """Held against the bucket that the rule describes, kept in exact fractions of what is earned in whole ones."""
    each = counting.MINUTE // per_minute
    most = Fraction(counting.MINUTE, each)
    bucket, at = most, 0
    with in_memory.write() as unit:
        for gap in gaps:
            at += gap
            bucket = min(most, bucket + Fraction(gap, each))
            now = NOON + timedelta(microseconds=at)
            waits = counting.spend(unit.connection, "a", 7, per_minute=per_minute, now=now)
            if bucket >= 1:
                bucket -= 1
                assert waits == 0
            else:
                assert waits == math.ceil((1 - bucket) * each / 1_000_000)


def test_two_servers_count_together(address: str) -> None:
    with Database(address) as one, Database(address) as other:

        def ask(number: int) -> int:
            return spent((one, other)[number % 2], 5, per_minute=7)

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(ask, range(40)))
    assert answers.count(0) == 7


def test_a_source_is_stored_as_a_slot_that_many_share(store: Database) -> None:
    mine = slot_of(KEY, "a", "203.0.113.9")
    assert slot_of(KEY, "a", "203.0.113.9") == mine
    assert slot_of(KEY, "a", "2001:db8:1:2::1") == slot_of(KEY, "a", "2001:db8:1:2:ffff::9")
    assert slot_of(DataKey(b"x" * 32), "a", "203.0.113.9") != mine
    assert slot_of(KEY, "b", "203.0.113.9") != mine
    assert all(0 <= slot_of(KEY, "a", f"10.0.{n // 250}.{n % 250}") < SLOTS for n in range(500))
    spent(store, mine, per_minute=5)
    with store.read() as connection:
        (row,) = connection.execute(select(rate_count))
    assert set(row._mapping) == {"kind", "slot", "spent_until"}
    assert "203" not in str(row.slot)


def test_the_key_is_another_each_day_and_an_old_one_is_destroyed(store: Database) -> None:
    keys, days = stored_keys(), [NOON.date() + timedelta(days=n) for n in range(4)]
    with store.write() as unit:
        made = [counting.key_of_day(keys, unit.connection, day) for day in days]
        again = counting.key_of_day(keys, unit.connection, days[0])
        unit.commit()
    slots = [slot_of(key, "a", "203.0.113.9") for key in made]
    assert len(set(slots)) == 4
    assert slot_of(again, "a", "203.0.113.9") == slots[0]
    with store.write() as unit:
        keys.of_house(unit.connection, "sources")
        counting.purge(unit.connection, NOON + timedelta(days=3))
        unit.commit()
    with store.read() as connection:
        left = set(connection.scalars(select(sealed_key.c.name)))
        assert left == {"house:sources", *(f"house:rates {day.isoformat()}" for day in days[2:])}
        assert counting.known_key_of_day(keys, connection, days[0]) is None


def test_what_says_nothing_any_more_is_deleted_and_what_still_counts_is_kept(store: Database) -> None:
    spent(store, 1, per_minute=60)
    for _ in range(60):
        spent(store, 2, per_minute=60)
    with store.write() as unit:
        counting.purge(unit.connection, NOON + timedelta(seconds=30))
        unit.commit()
    with store.read() as connection:
        assert connection.scalars(select(rate_count.c.slot)).all() == [2]
    assert spent(store, 2, per_minute=60, after=timedelta(seconds=30)) == 0


def test_the_table_is_bounded_by_its_slots(in_memory: Database) -> None:
    with in_memory.write() as unit:
        for number in range(3000):
            slot = slot_of(KEY, "a", f"10.{number // 250}.{number % 250}.1") % 100
            counting.spend(unit.connection, "a", slot, per_minute=1, now=NOON)
        assert unit.connection.scalar(select(func.count()).select_from(rate_count)) == 100
        size = unit.connection.scalar(text("SELECT max(slot) FROM rate_count"))
    assert size < SLOTS
