"""What a driver's error means for us: busy (try again), full, out of reach, or a fault of ours that must be seen."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import exc

from storage.errors import StoreBusy, StoreFull, StoreUnreachable

SQLITE_BUSY_CODES = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
"""Primary result codes of SQLite for 'somebody else holds the lock'."""

POSTGRESQL_BUSY_STATES = {"40001", "40P01", "55P03", "53300", "25P03"}
"""Serialization failure, deadlock, lock not available in time, too many connections, idle too long in a transaction."""

POSTGRESQL_FULL_STATES = {"53100"}
"""Disk full: the server rolls back what could not be written, within a statement or within the commit."""


def is_full(error: exc.DBAPIError) -> bool:
    """Say whether there is no room left for the change; nothing of it was written."""
    original = error.orig
    if isinstance(original, sqlite3.Error):
        return (getattr(original, "sqlite_errorcode", 0) & 0xFF) == sqlite3.SQLITE_FULL
    return getattr(original, "sqlstate", None) in POSTGRESQL_FULL_STATES


def is_busy(error: exc.DBAPIError) -> bool:
    """Say whether the same work may succeed a moment later."""
    original = error.orig
    if isinstance(original, sqlite3.Error):
        return (getattr(original, "sqlite_errorcode", 0) & 0xFF) in SQLITE_BUSY_CODES
    return getattr(original, "sqlstate", None) in POSTGRESQL_BUSY_STATES


def is_unreachable(error: exc.DBAPIError) -> bool:
    """Say whether the connection is gone or never came about, or the disk behind it does not answer."""
    if error.connection_invalidated:
        return True
    original = error.orig
    if isinstance(original, sqlite3.Error):
        return (getattr(original, "sqlite_errorcode", 0) & 0xFF) == sqlite3.SQLITE_IOERR
    state = getattr(original, "sqlstate", "")
    connectionless = isinstance(error, exc.OperationalError) and state is None  # psycopg: no answer from a server
    return connectionless or (
        isinstance(state, str) and (state.startswith("08") or state in {"57P01", "57P02", "57P03"})
    )


def _at_first(error: exc.DBAPIError) -> exc.DBAPIError:
    """Return the error that was there first.

    What SQLite cannot go on with it takes back whole, savepoints and all: who then goes back to one hears that there is
    none, and no longer why.
    """
    at: BaseException | None = error
    while isinstance(error.statement, str) and error.statement.startswith("ROLLBACK TO") and at is not None:
        at = at.__context__
        if isinstance(at, exc.DBAPIError):
            error = at
    return error


@contextmanager
def translated() -> Iterator[None]:
    """Turn what means 'busy', 'full' or 'out of reach' into a StoreBusy of its kind; let everything else through."""
    try:
        yield
    except exc.TimeoutError as error:
        raise StoreBusy from error
    except exc.DBAPIError as error:
        first = _at_first(error)
        if is_busy(first):
            raise StoreBusy from error
        if is_full(first):
            raise StoreFull from error
        if is_unreachable(first) or is_unreachable(error):
            raise StoreUnreachable from error
        raise
