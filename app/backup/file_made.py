"""A file that nobody else reads, and that is there whole or not at all."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.private_file import BESIDE, OWNER_ONLY


@contextmanager
def file_made(file: Path) -> Iterator[Path]:
    """Give the place to write to; behind the block it is on the disk under its name, with mode 0600.

    Where the block raises, nothing is left. Raises ValueError where `file` is there already, or its folder is not:
    nothing is ever written over.
    """
    if not file.absolute().parent.is_dir():
        raise ValueError(f"There is no folder {file.absolute().parent} to write into.")
    if file.exists():
        raise ValueError(f"{file} is there already; name a new file.")
    place = file.with_name(f".{file.name}.{os.getpid()}.part")
    os.close(os.open(place, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, OWNER_ONLY))
    try:
        yield place
        on_disk(place)
        try:
            os.link(place, file)  # unlike a renaming, this writes over nothing
        except FileExistsError as error:
            raise ValueError(f"{file} is there already; name a new file.") from error
        except OSError:
            os.replace(place, file)  # file systems of other machines often know no links
        on_disk(file.absolute().parent)
    finally:
        for ending in BESIDE:
            place.with_name(place.name + ending).unlink(missing_ok=True)


@contextmanager
def file_replaced(file: Path) -> Iterator[Path]:
    """Give the place to write to; behind the block it stands in the place of `file`, on the disk, with mode 0600.

    Whoever reads meanwhile reads the whole old file or the whole new one. Where the block raises, or has written
    nothing, the old one stays. One at a time: whoever else replaces the same file waits, and finds what was written.
    """
    folder = file.absolute().parent
    place = file.with_name(f".{file.name}.{os.getpid()}.part")
    held = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        os.close(os.open(place, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, OWNER_ONLY))
        try:
            yield place
            if place.stat().st_size:
                on_disk(place)
                os.replace(place, file)
                on_disk(folder)
        finally:
            place.unlink(missing_ok=True)
    finally:
        os.close(held)


def on_disk(path: Path) -> None:
    """Return when the file or folder is on the disk."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
