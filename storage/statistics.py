"""What the database knows of how many rows there are and how they are spread: by it, it chooses between indexes."""

from __future__ import annotations

from sqlalchemy import Connection

ENTRIES = 1_000
"""Entries of each index that are looked at: enough to tell indexes apart, and two seconds for a million cases."""


def refresh(connection: Connection) -> None:
    """Let SQLite count anew, in the open transaction. PostgreSQL does it by itself: nothing. Repeating is safe.

    Other connections use it once they read the schema anew, at the latest when the process starts.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA analysis_limit={ENTRIES}")
        connection.exec_driver_sql("ANALYZE")
