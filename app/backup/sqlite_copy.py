"""Copies an SQLite database while others write to it, and looks whether the copy is whole."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from storage.errors import StoreError

MAGIC = b"SQLite format 3\0"
PATIENCE_SECONDS = 5.0


def copy(source: Path, target: Path) -> None:
    """Copy a database, as it stands at one instant, into an empty file. Who writes meanwhile waits for nothing.

    Raises StoreError where the copy is not whole: then the source is not either.
    """
    try:
        with closing(_opened(source)) as read, closing(_opened(target)) as written:
            # In one piece: a copy that pauses begins anew whenever another process has written.
            read.backup(written, pages=-1)
            written.execute("PRAGMA journal_mode=DELETE")  # so that one file is all of it
            check(written, source)
    except sqlite3.DatabaseError as error:
        raise StoreError(f"{source} cannot be copied: {error}.") from error


def check(connection: sqlite3.Connection, name: Path) -> None:
    """Return where the database is whole. Raises StoreError."""
    (said,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if said != "ok" or connection.execute("PRAGMA foreign_key_check").fetchone():
        raise StoreError(f"{name} is damaged: {said if said != 'ok' else 'rows point nowhere'}.")


def cases_in(file: Path) -> int:
    """Return how many cases an SQLite file holds; 0 where it has no such table. Raises StoreError for another file."""
    try:
        with closing(_opened(file)) as connection:
            if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'instance'").fetchone() is None:
                return 0
            (count,) = connection.execute("SELECT count(*) FROM instance").fetchone()
            return int(count)
    except sqlite3.DatabaseError as error:
        raise StoreError(f"{file} cannot be read: {error}.") from error


def settle(file: Path) -> None:
    """Bring what stands beside the file into it. Raises StoreError where somebody else has it open for longer."""
    try:
        with closing(_opened(file)) as connection:
            busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.DatabaseError:
        return  # it is no database any more; it is put aside as it is
    if busy:
        raise StoreError(f"Another program has {file} open; stop it first.")


def _opened(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(file.absolute()))}?mode=rw", uri=True, timeout=PATIENCE_SECONDS)
