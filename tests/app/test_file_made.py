"""A file that is there whole or not at all, and that writes over nothing."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest

from app.backup.file_made import file_made


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_nobody_else_reads_it_and_nothing_else_is_left(tmp_path: Path) -> None:
    with file_made(tmp_path / "new") as place:
        assert stat.S_IMODE(place.stat().st_mode) == 0o600
        place.with_name(f"{place.name}-wal").write_text("beside")
        place.write_text("all of it")
        assert not (tmp_path / "new").exists()
    assert names(tmp_path) == ["new"]
    assert (tmp_path / "new").read_text() == "all of it"
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o600


def test_where_it_breaks_off_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), file_made(tmp_path / "new") as place:
        place.write_text("half of it")
        raise ZeroDivisionError
    assert names(tmp_path) == []


def test_what_is_there_stays_even_if_it_came_meanwhile(tmp_path: Path) -> None:
    file = tmp_path / "new"
    with pytest.raises(ValueError, match="is there already"), file_made(file) as place:
        place.write_text("mine")
        file.write_text("somebody else's")
    assert file.read_text() == "somebody else's"
    assert names(tmp_path) == ["new"]
    with pytest.raises(ValueError, match="is there already"), file_made(file):
        pass
    with pytest.raises(ValueError, match="There is no folder"), file_made(tmp_path / "nowhere" / "new"):
        pass


def test_a_file_system_without_links_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    with file_made(tmp_path / "new") as place:
        place.write_text("all of it")
    assert (names(tmp_path), (tmp_path / "new").read_text()) == (["new"], "all of it")
