"""A thousand guesses at the same moment are a thousand guesses: they take their turns in the table."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyotp
import pytest
from sqlalchemy import select

from access import people, teams
from access.keys.cipher import DataKey
from access.policy import Role
from access.sign_in import accounts, guessing, second_factors
from access.sign_in.guessing import PAIR, Counted
from access.sign_in.tables import failed_attempts
from engine.ids import RandomIds
from storage import migrate
from storage.database import Database
from tests.support.postgres import PostgresServer
from tests.support.stores import NOON

KEY = DataKey(b"k" * 32)
AT_ONCE = 16


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database with all tables and one person."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'redress.db'}"
    else:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        url = server.create()
    migrate.upgrade(url)
    with Database(url) as database, database.write() as unit:
        people.add(unit.connection, name="Ann", language="en", ids=RandomIds(), now=NOON, login="ann")
        unit.commit()
    return url


def test_no_more_than_the_free_ones_are_looked_at(store: str) -> None:
    with Database(store) as database:

        def guess(_number: int) -> bool:
            with database.write() as unit:
                found = guessing.attempt(unit.connection, KEY, "ann", address="192.0.2.1", device="", now=NOON)
                unit.commit()
                return isinstance(found, Counted)

        with ThreadPoolExecutor(AT_ONCE) as pool:
            looked_at = list(pool.map(guess, range(4 * AT_ONCE)))
    assert looked_at.count(True) == PAIR.free


def test_those_who_are_right_and_those_who_are_not_never_wait_for_each_other_for_ever(store: str) -> None:
    with Database(store) as database:

        def try_and_settle(number: int) -> bool:
            with database.write() as unit:
                tried = guessing.attempt(
                    unit.connection, KEY, f"somebody{number % 3}", address="192.0.2.1", device="", now=NOON
                )
                unit.commit()
            if isinstance(tried, Counted):
                with database.write() as unit:
                    guessing.succeeded(unit.connection, tried)
                    unit.commit()
            return isinstance(tried, Counted)

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(try_and_settle, range(120)))
        with database.write() as unit:
            left = unit.connection.execute(select(failed_attempts.c.failures)).scalars().all()
    assert any(answers)
    assert sum(left) == 0, "whoever was right has left nothing"


def test_a_code_is_right_in_one_request_of_many(store: str) -> None:
    secret = second_factors.new_secret()
    code = pyotp.TOTP(secret.text).at(NOON)
    with Database(store) as database:
        with database.write() as unit:
            codes = second_factors.set_up(unit.connection, "ann", secret, step=0, key=KEY, ids=RandomIds(), now=NOON)
            unit.commit()

        def use(number: int) -> bool:
            with database.write() as unit:
                if number % 2:
                    right = second_factors.take_code(unit.connection, "ann", code, key=KEY, now=NOON)
                else:
                    right = second_factors.take_recovery_code(unit.connection, "ann", codes[0])
                unit.commit()
                return right

        with ThreadPoolExecutor(AT_ONCE) as pool:
            right = list(pool.map(use, range(2 * AT_ONCE)))
    assert (right[1::2].count(True), right[0::2].count(True)) == (1, 1)


def test_an_account_is_found_with_its_roles_on_every_store(store: str) -> None:
    with Database(store) as database, database.write() as unit:
        for role in ("operator", "auditor"):
            teams.give_role(unit.connection, "ann", role)
        people.change(unit.connection, "ann", email="Ann@School.example")
        for typed in ("ann", "ANN@school.example"):
            found = accounts.find(unit.connection, typed)
            assert found is not None
            assert (found.person_id, set(found.roles)) == ("ann", {Role.OPERATOR, Role.AUDITOR})
