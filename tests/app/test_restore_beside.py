"""What lies beside a database, or in it, when a backup takes its place."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, select, text

from app.backup.make import back_up
from app.backup.restore import restore
from engine.tables import instance
from storage import migrate
from storage.errors import StoreError
from storage.private_file import BESIDE
from tests.support.application import OPENING, House, house_at, settings
from tests.support.postgres import binaries
from tests.support.stores import store_url


def cases(redress: House) -> set[str]:
    with redress.application.database.read() as connection:
        return set(connection.execute(select(instance.c.case_id)).scalars())


def test_changes_that_outlived_their_file_do_not_come_over_what_is_restored(tmp_path: Path) -> None:
    """The damaged file was taken away and its `-wal` left: SQLite takes that for the new file's own last changes."""
    target, file, left = tmp_path / "redress.db", tmp_path / "backup", tmp_path / "left"
    migrate.upgrade(f"sqlite:///{target}")
    redress = house_at(f"sqlite:///{target}")
    first = redress.file()["id"]
    back_up(redress.application.settings, file)
    redress.file()
    shutil.copy(f"{target}-wal", left)
    redress.application.database.close()
    for ending in BESIDE:
        target.with_name(target.name + ending).unlink(missing_ok=True)
    shutil.copy(left, f"{target}-wal")
    done = restore(redress.application.settings, file, now=OPENING)
    assert cases(redress) == {first}
    assert done.kept is not None
    assert Path(f"{done.kept}-wal").read_bytes() == left.read_bytes()
    redress.application.database.close()


def test_an_empty_database_stays_empty_where_a_backup_cannot_be_used(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of PostgreSQL: what was loaded from the backup of a newer program is taken away again."""
    monkeypatch.setenv("PATH", str(binaries()[0] / "bin"), prepend=":")
    (tmp_path / "elsewhere").mkdir()
    url, empty = (store_url("postgresql", request, place) for place in (tmp_path, tmp_path / "elsewhere"))
    migrate.upgrade(url)
    redress = house_at(url)
    with redress.application.database.write() as unit:
        unit.connection.execute(text("UPDATE alembic_version SET version_num = 'from_the_future'"))
        unit.commit()
    back_up(redress.application.settings, tmp_path / "newer")
    redress.application.database.close()
    with pytest.raises(StoreError, match="made by a newer program"):
        restore(settings(database_url=empty), tmp_path / "newer", now=OPENING)
    engine = create_engine(empty)
    assert inspect(engine).get_table_names() == []
    engine.dispose()
