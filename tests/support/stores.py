"""The databases that every store test runs on: an SQLite file, SQLite in memory, and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Select, Table, select

from access.keys.stored_keys import StoredKeys
from storage import migrate
from storage.database import Database
from storage.schema import metadata
from tests.support.keys import opened, stored_keys
from tests.support.postgres import PostgresServer, running

STORES = ("sqlite-file", "sqlite-memory", "postgresql")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""A Monday; tests that do not care when it is use it."""


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One server for the run; each test takes a database of its own from it."""
    with running() as server:
        yield server


def store_url(name: str, request: pytest.FixtureRequest, folder: Path) -> str:
    """Return the address of a fresh, empty database of the kind `name`, one of `STORES`."""
    if name == "sqlite-file":
        return f"sqlite:///{folder / 'redress.db'}"
    if name == "sqlite-memory":
        return "sqlite://"
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return server.create()


def every_row(database: Database, keys: StoredKeys | None = None) -> dict[str, list[Any]]:
    """Return all rows of every table that the test imported, by its name, in the order of their keys.

    What is sealed is opened, so that the same is the same; keys themselves, drawn by chance, are left out, and what is
    worked out from sealed bytes.
    """
    with database.read() as connection:
        return {
            table.name: [
                tuple(row) for row in opened(keys or stored_keys(), connection, connection.execute(_in_order(table)))
            ]
            for table in metadata.sorted_tables
        }


BY_CHANCE = {
    ("sealed_key", "wrapped"), ("change_log", "hash"), ("change_log", "told"), ("instance", "trail_hash"),
    ("chain_head", "hash"), ("house_record", "hash"),
}  # fmt: skip
"""Columns that differ however much is the same."""


def _in_order(table: Table) -> Select[Any]:
    columns = (column for column in table.columns if (table.name, column.name) not in BY_CHANCE)
    return select(*columns).order_by(*table.primary_key.columns)


@pytest.fixture(params=STORES)
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database, once of each kind."""
    with Database(store_url(request.param, request, tmp_path)) as opened:
        yield opened


@pytest.fixture
def database(empty_database: Database) -> Database:
    """A database with every table that the test imported, once of each kind."""
    migrate.create(empty_database)
    return empty_database
