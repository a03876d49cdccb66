"""One process serves an SQLite file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from storage.errors import StoreHeld
from storage.lock import holder, lock_path, serving
from tests.support.shared import ROOT

SERVE = """
import sys
from storage.lock import serving

with serving(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_server_is_refused_and_told_which_process_holds_the_file(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'redress.db'}"
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", SERVE, url], cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        assert holder(url) == first.pid
        with pytest.raises(StoreHeld, match=rf"Process {first.pid} already serves redress\.db"), serving(url):
            pass
        first.kill()
        first.wait()
        # However the first process ended, nothing is left to be cleaned up by hand.
        with serving(url):
            assert (tmp_path / "redress.db.lock").read_text() == str(os.getpid())
    assert holder(url) is None
    with serving(url):
        pass


def test_one_process_cannot_serve_a_file_twice(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'redress.db'}"
    with serving(url), pytest.raises(StoreHeld, match=f"Process {os.getpid()} "), serving(url):
        pass


def test_a_file_has_one_lock_by_whatever_name_it_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "redress.db").touch()
    (tmp_path / "other" / "link.db").symlink_to(tmp_path / "redress.db")
    (tmp_path / "folder").symlink_to(tmp_path)
    names = (
        f"{tmp_path}/other/link.db",
        f"{tmp_path}/other/../redress.db",
        f"{tmp_path}/folder/redress.db",
        f"file:{tmp_path}/redress.db?uri=true",
    )
    with serving(f"sqlite:///{tmp_path}/redress.db"):
        for name in names:
            with pytest.raises(StoreHeld, match=r"already serves redress\.db"), serving(f"sqlite:///{name}"):
                pass
            assert holder(f"sqlite:///{name}") == os.getpid()


def test_a_link_to_a_file_that_is_still_to_be_made_is_followed_too(tmp_path: Path) -> None:
    (tmp_path / "link.db").symlink_to(tmp_path / "redress.db")
    with (
        serving(f"sqlite:///{tmp_path}/link.db"),
        pytest.raises(StoreHeld),
        serving(f"sqlite:///{tmp_path}/redress.db"),
    ):
        pass


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "postgresql+psycopg://localhost/redress"])
def test_memory_and_postgresql_need_no_lock(url: str) -> None:
    with serving(url), serving(url):
        assert (lock_path(url), holder(url)) == (None, None)
