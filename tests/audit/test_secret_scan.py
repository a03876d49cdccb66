"""The scan finds what is planted, keeps to what is written down, and is part of what `make test` and `check` run."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest

from tests.audit.secret_scan import KNOWN, ROOT, Found, Known, compared, files_of_git, read_known, scanned

MIXED = base64.b64encode(bytes((37 * n + 11) % 256 for n in range(40))).decode()
PLANTED = {
    # Put together here, so that this file holds none of them.
    "private.pem": "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIE\n",
    "cloud.py": 'key = "AKIA' + 'QYLPMN5HXDFGZVBC"\n',
    "deploy.yaml": f'registry: "{MIXED}"\n',
    "settings.ini": "[mail]\npass" + "word = hunter2hunter2\n",
    "store.toml": 'url = "postgresql://redress:' + 'hunter2hunter2@db/redress"\n',
    "hub.txt": "ghp_" + "abcdefghijklmnopqrstuvwxyz" + "0123456789\n",
}
ONE = Found("a/b.py", 3, "Secret Keyword", "abc")


@pytest.mark.parametrize("name", sorted(PLANTED))
def test_a_planted_secret_is_found_and_never_shown(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(PLANTED[name])
    found = scanned([name], root=tmp_path)
    assert {each.path for each in found} == {name}
    told = "\n".join(compared(found, []))
    assert told.startswith(f"{name}:")
    assert not any(word in told for word in ("hunter2", "AKIA", "ghp_", MIXED))


def test_a_file_without_a_secret_has_none(tmp_path: Path) -> None:
    (tmp_path / "plain.py").write_text('GREETING = "Good morning, and welcome"\n')
    assert scanned(["plain.py"], root=tmp_path) == []


@pytest.mark.parametrize(
    ("known", "lines"),
    [
        (Known("a/b.py", "Secret Keyword", "abc", "-"), 0),
        (Known("a/*.py", "Secret Keyword", "", "-"), 0),
        (Known("a/b.py", "Secret Keyword", "abd", "-"), 2),
        (Known("a/b.py", "Basic Auth Credentials", "abc", "-"), 2),
        (Known("c/*", "Secret Keyword", "abc", "-"), 2),
        (Known("c/*", "Secret Keyword", "", "-"), 1),
    ],
)
def test_what_is_known_is_just_that_secret_there_and_an_entry_for_nothing_is_told(known: Known, lines: int) -> None:
    assert len(compared([ONE], [known])) == lines


def test_an_entry_without_a_reason_is_refused() -> None:
    with pytest.raises(ValueError, match="no reason"):
        read_known('[[known]]\npath = "a"\nkind = "b"\nwhy = " "\n')


def test_what_is_known_is_about_files_that_there_are() -> None:
    paths = files_of_git(ROOT)
    known = read_known((ROOT / KNOWN).read_text())
    assert [each.path for each in known if not any(Path(path).match(each.path) for path in paths)] == []
    assert [each.path for each in known if not each.digest] == ["alembic/versions/*.py"]
    assert KNOWN not in paths


@pytest.mark.parametrize("target", ["test", "test-full", "check"])
def test_the_scan_is_part_of_every_run(target: str) -> None:
    made = (ROOT / "Makefile").read_text()
    found = re.search(rf"^{target}: (.*?)(?: ##.*)?$", made, re.MULTILINE)
    assert found is not None
    assert "secrets" in found[1].split()
    assert "-m tests.audit.secret_scan" in made
