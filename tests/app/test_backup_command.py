"""`redress backup` and `redress restore`, as they are typed."""

from __future__ import annotations

import pytest

from tests.app.conftest import Shell


def test_a_backup_is_written_once_and_restored_where_nothing_is(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shell.type("migrate")[0] == 0
    code, said, wrong = shell.type("backup", "copy.db")
    assert (code, wrong) == (0, "")
    assert said.startswith("copy.db: ")
    assert "readable by this user only" in said
    assert shell.type("backup", "copy.db") == (2, "", "copy.db is there already; name a new file.")
    monkeypatch.setenv("REDRESS_DATABASE_URL", f"sqlite:///{shell.folder / 'new' / 'redress.db'}")
    assert shell.type("restore", "copy.db") == (0, "Restored: 0 cases.\nAll is sound.", "")
    assert sorted(path.name for path in (shell.folder / "new").iterdir()) == ["redress.db", "redress.db.lock"]
    assert shell.type("doctor") == (0, "All is sound.", "")


def test_what_is_not_there_is_told_in_one_sentence(shell: Shell) -> None:
    missing = f"There is no database: {shell.database}. "
    code, said, wrong = shell.type("backup", "copy.db")
    assert (code, said, wrong[: len(missing)]) == (2, "", missing)
    assert shell.type("restore", "copy.db") == (2, "", "There is no file or folder copy.db.")
    assert shell.type("migrate")[0] == 0
    assert shell.type("backup", "nowhere/copy.db")[2].startswith("There is no folder ")
    (shell.folder / "note").write_text("no backup")
    assert shell.type("restore", "note") == (2, "", "note is no backup: neither of SQLite nor of PostgreSQL.")
