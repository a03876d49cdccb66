"""A database file is nobody's to read but the program's: it holds what people have told, and how to reach them."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

OWNER_ONLY = 0o600
BESIDE = ("", "-wal", "-shm")
"""What an SQLite database consists of; SQLite gives the neighbours the mode of the file."""


def make_private(file: Path) -> None:
    """Make an empty file that only its owner may read and write; one that is there stays as it is.

    Where it cannot be made nothing happens: SQLite, which opens it next, tells why. Repeating is safe.
    """
    with contextlib.suppress(OSError):
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, OWNER_ONLY))


def readable_by_others(file: Path) -> list[Path]:
    """Return which files of a database everybody on the machine may read; none where its folder keeps them out.

    Only for systems with POSIX modes; elsewhere none.
    """
    if os.name != "posix" or not file.exists() or not file.resolve().parent.stat().st_mode & stat.S_IXOTH:
        return []
    parts = [file.with_name(file.name + ending) for ending in BESIDE]
    return [part for part in parts if part.exists() and part.stat().st_mode & stat.S_IROTH]
