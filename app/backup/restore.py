"""`redress restore`: puts a backup in the place of an installation's database, and keeps what was there."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import URL, func, inspect, select, text
from sqlalchemy.exc import DBAPIError

from app.backup import postgresql_tools, sqlite_copy
from app.backup.file_made import file_made, on_disk
from app.backup.postgresql_tools import SCHEMA
from app.settings import Settings
from engine.tables import instance
from escalation.heartbeat import forget, heartbeats
from storage import engines, migrate
from storage.database import Database
from storage.errors import StoreError, StoreHeld
from storage.lock import serving
from storage.private_file import BESIDE


@dataclass(frozen=True)
class Restored:
    """What a restore has done."""

    cases: int
    """In the database now."""
    kept: str | None
    """Where what was there before is kept; None where nothing was."""


def restore(settings: Settings, file: Path, *, now: datetime, replace: bool = False) -> Restored:
    """Put a backup in the place of the database and bring it to this program's schema.

    Raises StoreError where the database holds cases and `replace` is false, where a server or worker runs, where the
    backup is damaged, of another kind of store, or of a newer program; then the database is as it was.
    """
    with file.open("rb") as opened:
        head = opened.read(16)
    is_sqlite, is_dump = head == sqlite_copy.MAGIC, head.startswith(postgresql_tools.MAGIC)
    if not (is_sqlite or is_dump):
        raise ValueError(f"{file} is no backup: neither of SQLite nor of PostgreSQL.")
    url, target = engines.store_url(settings.database_url), engines.sqlite_file(settings.database_url)
    if engines.is_memory(url) or is_sqlite != (target is not None):
        kinds = ("PostgreSQL", "SQLite") if is_sqlite else ("SQLite", "PostgreSQL")
        raise ValueError(f"{file} is a backup of {kinds[1]}, and REDRESS_DATABASE_URL names {kinds[0]}.")
    stamp = now.strftime("%Y%m%dt%H%M%S")
    if target is None:
        return _into_postgresql(settings.database_url, url, file, stamp, replace=replace)
    target = target.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    with serving(settings.database_url):
        return _into_sqlite(target, file, stamp, replace=replace)


def _refuse_cases(count: int, *, replace: bool) -> None:
    if count and not replace:
        raise StoreError(
            f"The database holds {count} {'case' if count == 1 else 'cases'}. Name an empty one with"
            " REDRESS_DATABASE_URL, or say --replace: what is there is then kept beside it."
        )


def _into_sqlite(target: Path, file: Path, stamp: str, *, replace: bool) -> Restored:
    there = target.exists()
    if there:
        _refuse_cases(sqlite_copy.cases_in(target) if not replace else 0, replace=replace)
    fresh = target.with_name(f"{target.name}.restored-{stamp}")
    with file_made(fresh) as place:
        sqlite_copy.copy(file, place)
        cases = _made_ready(f"sqlite:///{place}")
        sqlite_copy.settle(place)
    if there:
        sqlite_copy.settle(target)
    kept = target.with_name(f"{target.name}.replaced-{stamp}")
    # Also where the file itself is gone: what SQLite finds beside a file it takes for that file's own last changes.
    beside = [ending for ending in reversed(BESIDE) if target.with_name(target.name + ending).exists()]
    for ending in beside:
        os.replace(target.with_name(target.name + ending), kept.with_name(kept.name + ending))
    os.replace(fresh, target)
    on_disk(target.absolute().parent)
    return Restored(cases, str(kept) if beside else None)


def _into_postgresql(address: str, url: URL, file: Path, stamp: str, *, replace: bool) -> Restored:
    aside = f"replaced_{stamp}"
    with Database(address) as database:
        with database.read() as connection:
            there = bool(inspect(connection).get_table_names(schema=SCHEMA))
            ours = inspect(connection).has_table("instance", schema=SCHEMA)
            count = connection.execute(select(func.count()).select_from(instance)).scalar_one() if ours else 0
            running = [each for each in heartbeats(connection) if each.recent(_database_now(database))] if ours else []
        if running:
            names = ", ".join(f"{each.role} on {each.host}" for each in running)
            raise StoreHeld(f"This database is being worked on: {names}. Stop it first; 20 seconds later it is free.")
        _refuse_cases(count, replace=replace)
        if there:
            _execute(database, f"ALTER SCHEMA {SCHEMA} RENAME TO {aside}", f"CREATE SCHEMA {SCHEMA}")
    try:
        postgresql_tools.load(url, file)
        cases = _made_ready(address)
    except BaseException as error:
        try:
            back = f"ALTER SCHEMA {aside} RENAME TO {SCHEMA}" if there else f"CREATE SCHEMA {SCHEMA}"
            with Database(address) as database:
                _execute(database, f"DROP SCHEMA {SCHEMA} CASCADE", back)
        except StoreError as undoing:
            raise StoreError(
                f"{error} The database could not be put back as it was ({undoing})"
                + (f": what it held lies in the schema {aside}; rename that to {SCHEMA}." if there else ".")
            ) from error
        raise
    return Restored(cases, f"schema {aside}" if there else None)


def _execute(database: Database, *statements: str) -> None:
    try:
        with database.write() as unit:
            for statement in statements:
                unit.connection.execute(text(statement))
            unit.commit()
    except DBAPIError as error:
        raise StoreError(
            "This user may not put the schema aside; restore into an empty database of its own instead."
        ) from error


def _database_now(database: Database) -> datetime:
    with database.read() as connection:
        now: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
        return now


def _made_ready(address: str) -> int:
    """Bring what was restored to this program's schema, forget who ran on it, and return how many cases it holds."""
    migrate.upgrade(address)
    with Database(address) as database, database.write() as unit:
        forget(unit.connection)
        cases = unit.connection.execute(select(func.count()).select_from(instance)).scalar_one()
        unit.commit()
    return int(cases)
