"""Brings a database to the schema of this program, through the migrations in the folder `alembic/`."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from storage import engines
from storage.database import Database
from storage.errors import SchemaMissing, StoreError
from storage.faults import translated
from storage.guards import guard, unguarded
from storage.schema import metadata

ADVISORY_LOCK = 7_311_986
"""PostgreSQL's name for 'somebody migrates': two processes that start together migrate one after the other."""


def folder() -> Path:
    """Return the folder of the migrations: beside the packages, or packed with them. Raises SchemaMissing."""
    root = Path(__file__).resolve().parents[1]
    for candidate in (root / "alembic", root / "app" / "_alembic"):
        if (candidate / "env.py").is_file():
            return candidate
    raise SchemaMissing(f"No migrations beside the program: {root / 'alembic'} is missing.")


def head() -> str | None:
    """Return the newest revision that this program knows, None while there is none."""
    return ScriptDirectory.from_config(config(None)).get_current_head()


def current(url: str) -> str | None:
    """Return the revision of the database, None for an empty one. An SQLite file that does not exist is not made."""
    parsed = engines.store_url(url)
    if (
        parsed.get_backend_name() == "sqlite"
        and not engines.is_memory(parsed)
        and not Path(parsed.database or "").exists()
    ):
        return None
    with _connected(url) as connection:
        return MigrationContext.configure(connection).get_current_revision()


@lru_cache(maxsize=1)
def _head() -> str | None:
    return head()


def lacking(database: Database) -> str | None:
    """Return in words what separates the revision of a database from this program's, None where they are the same.

    Takes no lock, so that it may be asked every few seconds. One in memory was made by this very process.
    Raises StoreUnreachable, StoreBusy.
    """
    if database.in_memory:
        return None
    try:
        with database.read() as connection:
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except DBAPIError:
        found = None  # there is no such table
    return None if found == _head() else f"at {found or 'none'}, needed {_head()}"


def upgrade(url: str) -> str | None:
    """Bring the database to the newest revision; makes the folder of an SQLite file. Repeating is safe.

    Each call is one transaction: it ends at the newest revision or changes nothing. Returns the revision.
    Raises StoreError where the database is newer than the program, StoreBusy, StoreUnreachable.
    """
    parsed = engines.store_url(url)
    if parsed.get_backend_name() == "sqlite" and not engines.is_memory(parsed):
        Path(parsed.database or "").parent.mkdir(parents=True, exist_ok=True)
    with _connected(url) as connection:
        try:
            command.upgrade(config(connection), "head")
        except CommandError as error:
            raise StoreError(
                f"The database cannot be brought to this program's schema: {error}. It was made by a newer program, or"
                " by one that was never released: use that program, or begin with an empty database (the demo:"
                " `redress demo run --fresh`)."
            ) from error
        # A table of SQLite that was rebuilt has lost its triggers.
        for table in {*unguarded(connection)}.intersection(inspect(connection).get_table_names()):
            guard(connection, table)
        if connection.dialect.name == "sqlite" and connection.execute(text("PRAGMA foreign_key_check")).first():
            raise StoreError("The migration would leave rows that point nowhere; nothing was changed.")
        connection.commit()
    return current(url)


def check(url: str) -> tuple[str, ...]:
    """Return in words what separates the database from the schema of this program; empty where they agree."""
    with _connected(url) as connection:
        revision = MigrationContext.configure(connection).get_current_revision()
        if revision != head():
            return (f"the database is at revision {revision}, the program at {head()}",)
        command.current(config(connection))  # runs env.py, which imports every table
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return tuple(str(difference) for difference in compare_metadata(context, metadata))


def create(database: Database) -> None:
    """Make every table that is imported, without migrations: for tests and scenarios on a database of their own."""
    with database.write() as unit:
        metadata.create_all(unit.connection)
        unit.commit()


def config(connection: Connection | None) -> Config:
    """Return what Alembic's commands ask for: where the migrations are, and the connection to run them on."""
    answer = Config(stdout=io.StringIO())
    answer.set_main_option("script_location", str(folder()).replace("%", "%%"))
    answer.set_main_option("path_separator", "os")
    answer.attributes["connection"] = connection
    return answer


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    parsed = engines.store_url(url)
    if parsed.get_backend_name() == "sqlite":
        # Changing a table of SQLite means to rebuild it; with foreign keys on, that would delete what points to it.
        engine = engines.sqlite_writer(parsed, foreign_keys=False)
    else:
        engine = engines.postgresql(parsed, connections=1)
    try:
        with translated(), engine.connect() as connection:
            engines.begin(connection)
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:name)"), {"name": ADVISORY_LOCK})
            yield connection
    finally:
        engine.dispose()
