"""Where the server's key comes from, and that it is neither made anew over what it sealed nor lies open."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from access.keys.keyring import KeyAbsent, UnfitKeyring
from access.keys.stored_keys import StoredKeys
from app.assembly import application_for, prepare
from app.key_noted import require_key
from app.server_key import server_keyring
from app.settings import Settings
from storage.database import Database
from tests.support.application import settings as of_tests
from tests.support.keys import SERVER_KEY


def settings(folder: Path, **changes: Any) -> Settings:
    return Settings(var_folder=folder, database_url=f"sqlite:///{folder / 'redress.db'}", **changes)


def test_a_new_installation_gets_a_key_that_only_its_owner_reads(tmp_path: Path) -> None:
    here = settings(tmp_path / "var")
    prepare(here)
    file = tmp_path / "var" / "redress.key"
    made = file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    assert server_keyring(here).newest == 1
    prepare(here)
    assert file.read_text() == made


def test_no_key_is_made_over_what_another_has_sealed(tmp_path: Path) -> None:
    here = settings(tmp_path)
    prepare(here)
    with Database(here.database_url) as database, database.write() as unit:
        StoredKeys(server_keyring(here)).new_for_case(unit.connection, "1")
        unit.commit()
    (tmp_path / "redress.key").unlink()
    with pytest.raises(KeyAbsent, match=r"redress\.key"):
        prepare(here)
    assert not (tmp_path / "redress.key").exists()
    with pytest.raises(KeyAbsent):
        server_keyring(here)


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    here = settings(tmp_path)
    prepare(here)
    (tmp_path / "redress.key").chmod(0o640)
    with pytest.raises(UnfitKeyring, match="chmod 600"):
        server_keyring(here)


def test_the_key_may_stand_in_the_environment_or_come_from_a_command(tmp_path: Path) -> None:
    printing = shlex.join([sys.executable, "-c", f"print({SERVER_KEY!r})"])
    for here in (settings(tmp_path, key=SecretStr(SERVER_KEY)), settings(tmp_path, key_command=printing)):
        prepare(here)
        assert server_keyring(here).newest == 1
    assert not (tmp_path / "redress.key").exists()


@pytest.mark.parametrize("code", ["raise SystemExit(3)", "print('nothing')", "print()"])
def test_a_command_that_gives_no_key_is_told(tmp_path: Path, code: str) -> None:
    command = shlex.join([sys.executable, "-c", code])
    with pytest.raises((KeyAbsent, UnfitKeyring)):
        server_keyring(settings(tmp_path, key_command=command))
    with pytest.raises(KeyAbsent, match="FileNotFoundError"):
        server_keyring(settings(tmp_path, key_command="/nowhere/at/all"))


def test_a_database_in_memory_has_a_key_that_vanishes_with_it() -> None:
    here = of_tests(key=SecretStr(""))
    secrets = {server_keyring(here).version(1)._secret for _ in range(2)}
    assert len(secrets) == 2


def test_a_server_with_another_key_is_refused(tmp_path: Path) -> None:
    """Two servers with keys of their own would each seal what the other cannot open."""
    here = settings(tmp_path)
    prepare(here)
    require_key(application_for(here))
    other = settings(tmp_path, key=SecretStr(SERVER_KEY))
    with pytest.raises(UnfitKeyring, match="not that of this database"):
        prepare(other)
    application = application_for(other)
    with pytest.raises(UnfitKeyring, match="not that of this database"):
        require_key(application)
    application.database.close()
