"""What the tests of the command line begin with: a shell in which commands are typed, and an installation."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from app.cli import main
from tests.support.application import House, house
from tests.support.keys import SERVER_KEY


@pytest.fixture
def redress() -> House:
    """Return an installation; it is eleven o'clock in Shanghai, 3 March 2026."""
    return house()


class Shell:
    """A folder of its own, in which commands are typed."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self._capsys, self._monkeypatch = folder, capsys, monkeypatch
        self.database = folder / "var" / "redress.db"
        monkeypatch.setenv("REDRESS_VAR_FOLDER", str(folder / "var"))
        monkeypatch.setenv("REDRESS_KEY", SERVER_KEY)
        monkeypatch.setenv("REDRESS_DATABASE_URL", f"sqlite:///{self.database}")
        (folder / "var").mkdir()
        monkeypatch.chdir(folder)

    def type(self, *words: str) -> tuple[int, str, str]:
        """Return exit code, what was printed, and what was said to be wrong."""
        self._monkeypatch.setattr(sys, "argv", ["redress", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        told = self._capsys.readouterr()
        code = ended.value.code
        return int(code) if isinstance(code, int) else 0, told.out.strip(), told.err.strip()

    def unset(self, name: str) -> None:
        """Forget a setting."""
        self._monkeypatch.delenv(name)


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    """Return a shell in an empty folder, with a database named that nobody has made."""
    return Shell(tmp_path, capsys, monkeypatch)
