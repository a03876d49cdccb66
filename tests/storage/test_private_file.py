"""A database file is made for its owner alone, with everything beside it; one that is there stays as it is."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from storage import migrate
from storage.database import Database
from storage.private_file import make_private, readable_by_others


@pytest.fixture(autouse=True)
def usual_mask() -> Iterator[None]:
    """Let new files be readable by everybody, as they are on most machines."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder that everybody may enter."""
    made = tmp_path / "open"
    made.mkdir(mode=0o755)
    return made


def mode(file: Path) -> int:
    """Return who may do what with a file."""
    return stat.S_IMODE(file.stat().st_mode)


def write_into(url: str) -> None:
    """Open a database and write, so that its log is there, and look at its files while it is open."""
    with Database(url) as store:
        with store.write() as unit:
            unit.connection.execute(text("CREATE TABLE IF NOT EXISTS letter (words TEXT)"))
            unit.commit()
        file = Path(str(store.url.database).removeprefix("file:"))
        assert {part.name: mode(part) for part in sorted(file.parent.glob("x.db*"))} == {
            name: mode(file) for name in ("x.db", "x.db-shm", "x.db-wal")
        }


@pytest.mark.parametrize("address", ["sqlite:///{}", "sqlite+pysqlite:///{}", "sqlite:///file:{}?uri=true"])
def test_a_new_database_is_its_owners_alone_with_its_log(folder: Path, address: str) -> None:
    write_into(address.format(folder / "x.db"))
    assert mode(folder / "x.db") == 0o600


def test_a_migration_makes_it_so_too(folder: Path) -> None:
    migrate.upgrade(f"sqlite:///{folder / 'x.db'}")
    assert mode(folder / "x.db") == 0o600


def test_a_look_makes_it_so_too(folder: Path) -> None:
    with Database(f"sqlite:///{folder / 'x.db'}") as store, store.read() as connection:
        connection.execute(text("SELECT 1"))
    assert mode(folder / "x.db") == 0o600


def test_a_database_that_is_there_keeps_its_mode(folder: Path) -> None:
    (folder / "x.db").touch(mode=0o640)
    write_into(f"sqlite:///{folder / 'x.db'}")
    assert mode(folder / "x.db") == 0o640


def test_an_address_that_makes_no_file_makes_none(folder: Path) -> None:
    with (
        Database(f"sqlite:///file:{folder / 'x.db'}?mode=rw&uri=true") as store,
        pytest.raises(OperationalError),
        store.read() as connection,
    ):
        connection.execute(text("SELECT 1"))
    assert list(folder.iterdir()) == []


def test_a_file_that_cannot_be_made_is_left_to_sqlite_to_tell(folder: Path) -> None:
    make_private(folder / "nosuch" / "x.db")
    assert list(folder.iterdir()) == []


def test_what_others_may_read_is_named_unless_they_cannot_get_there(folder: Path) -> None:
    file, log = folder / "x.db", folder / "x.db-wal"
    assert readable_by_others(file) == []
    for part in (file, log):
        part.touch(mode=0o644)
    assert readable_by_others(file) == [file, log]
    file.chmod(0o640)
    assert readable_by_others(file) == [log]
    folder.chmod(0o750)
    assert readable_by_others(file) == []
