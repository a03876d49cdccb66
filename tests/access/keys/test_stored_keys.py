"""Each case has a key of its own: made with the case, found by every process, gone when it is destroyed."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select

from access.keys.cipher import DataKey
from access.keys.keyring import KeyAbsent, Keyring
from access.keys.stored_keys import KeyDestroyed, StoredKeys
from access.keys.tables import sealed_key
from storage.database import Database

RING = Keyring({1: DataKey(b"1" * 32)})


def test_a_case_has_a_key_of_its_own_that_every_process_finds(database: Database) -> None:
    here, there = StoredKeys(RING), StoredKeys(RING)
    with database.write() as unit:
        one, other = here.new_for_case(unit.connection, "1"), here.new_for_case(unit.connection, "2")
        unit.commit()
    sealed, foreign = one.seal(b"gil"), other.seal(b"gil")
    with database.read() as connection:
        found = there.of_case(connection, "1")
        assert found.open(sealed) == b"gil"
        with pytest.raises(Exception, match="another key"):
            found.open(foreign)


def test_nothing_of_a_key_stands_in_the_open(database: Database) -> None:
    with database.write() as unit:
        key = StoredKeys(RING).new_for_case(unit.connection, "1")
        [row] = unit.connection.execute(select(sealed_key))
    assert key._secret not in row.wrapped
    assert (row.name, row.version) == ("1", 1)


def test_a_case_whose_key_is_destroyed_cannot_be_read(database: Database) -> None:
    keys = StoredKeys(RING)
    with database.write() as unit:
        keys.new_for_case(unit.connection, "1")
        unit.connection.execute(delete(sealed_key))
        with pytest.raises(KeyDestroyed):
            keys.of_case(unit.connection, "1")


def test_a_new_version_seals_and_what_the_old_one_sealed_stays_readable(database: Database) -> None:
    two = Keyring({**RING.versions, 2: DataKey(b"2" * 32)})
    with database.write() as unit:
        old = StoredKeys(RING).new_for_case(unit.connection, "1")
        keys = StoredKeys(two)
        assert keys.of_case(unit.connection, "1").open(old.seal(b"gil")) == b"gil"
        keys.new_for_case(unit.connection, "2")
        versions = {row.name: row.version for row in unit.connection.execute(select(sealed_key))}
        assert versions == {"1": 1, "2": 2}
        with pytest.raises(KeyAbsent, match="Version 2"):
            StoredKeys(RING).of_case(unit.connection, "2")


def test_a_purpose_of_the_house_has_one_key(database: Database) -> None:
    keys = StoredKeys(RING)
    with database.write() as unit:
        first = keys.of_house(unit.connection, "search")
        assert keys.of_house(unit.connection, "search").open(first.seal(b"gil")) == b"gil"
        with pytest.raises(Exception, match="another key"):
            keys.of_house(unit.connection, "sources").open(first.seal(b"gil"))
