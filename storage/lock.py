"""The lock beside an SQLite file: one process serves it, a second one is told which."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.engines import sqlite_file
from storage.errors import StoreHeld


def lock_path(url: str) -> Path | None:
    """Return the file that is locked for the SQLite file at `url`; None for PostgreSQL and in memory.

    Links are followed and `file:` addresses read: whatever name a file is asked for by, it has one lock.
    """
    named = sqlite_file(url)
    if named is None:
        return None
    file = named.resolve()
    return file.with_name(f"{file.name}.lock")


def holder(url: str) -> int | None:
    """Return the process that serves the SQLite file at `url`, None if nobody does or several may."""
    path = lock_path(url)
    if path is None or not path.exists():
        return None
    with path.open("r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return _pid_in(path)
    return None


@contextmanager
def serving(url: str) -> Iterator[None]:
    """Hold the lock for the block; the kernel frees it when the process ends, however it ends.

    Raises StoreHeld, naming the process, if another one holds it. PostgreSQL and memory need no lock.
    """
    path = lock_path(url)
    if path is None:
        yield
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    # The file is never removed: between removing and locking, two processes could each hold a lock of their own.
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreHeld(
                f"Process {_pid_in(path) or 'unknown'} already serves {path.name.removesuffix('.lock')}. An SQLite"
                " file has one server: stop that process first, or use PostgreSQL to share the work."
            ) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def _pid_in(path: Path) -> int | None:
    text = path.read_text().strip()
    return int(text) if text.isdigit() else None
