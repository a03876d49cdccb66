"""The developers' pages name only what exists: tests, files, fixtures, decisions."""

from __future__ import annotations

import re

import pytest

from tests.architecture.sources import files, python_files
from tests.support.shared import ROOT

ADR = ROOT / "docs" / "adr"
TESTS = {name for source in python_files("tests") for name in re.findall(r"^def (test_\w+)", source.text, re.MULTILINE)}


def page(name: str) -> str:
    return (ROOT / "docs" / "developer" / f"{name}.md").read_text(encoding="utf-8")


def test_every_test_that_is_named_exists() -> None:
    named: list[str] = re.findall(r"`(test_\w+)`", page("engine"))
    assert len(named) > 25
    assert [name for name in named if name not in TESTS] == []


@pytest.mark.parametrize("name", ["engine", "architecture", "testing", "migrations"])
def test_every_file_that_is_named_exists(name: str) -> None:
    known = files()
    for path in re.findall(r"`((?:\w+/)*\w+(?:/|\.py|\.toml))`", page(name)):
        assert any(f"/{each}".endswith(f"/{path}") or f"/{path}" in f"/{each}" for each in known), path


def test_every_folder_of_tests_is_on_the_page() -> None:
    folders = {path.split("/")[1] for path in files() if path.startswith("tests/") and path.count("/") > 1}
    assert folders - {"support"} - set(re.findall(r"`tests/(\w+)`", page("testing"))) == set()


def test_every_decision_is_listed_has_its_four_parts_and_a_number_of_its_own() -> None:
    pages = sorted(path.name for path in ADR.glob("0*.md"))
    listed = re.findall(r"^- \[.*\]\((.*)\)$", (ADR / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert listed == pages
    assert [name[:4] for name in pages] == [f"{number:04d}" for number in range(1, len(pages) + 1)]
    parts = ["Situation", "Decision", "Considered instead", "What follows"]
    for name in pages:
        text = (ADR / name).read_text(encoding="utf-8")
        assert re.findall(r"^## (.*)$", text, re.MULTILINE) == parts, name
        assert text.startswith(f"# {name[:4]} ")
