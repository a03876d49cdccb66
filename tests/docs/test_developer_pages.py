"""The developers' pages leave nothing out: folders of tests, floors and rooms, tables, decisions."""

from __future__ import annotations

import re
import tomllib
from importlib import import_module
from importlib.metadata import version

from engine.kernel.case_run import MAX_ROUNDS
from engine.spiff.tree import MAX_NESTING, MAX_NEW_TASKS, MAX_STEPS
from storage.schema import metadata
from tests.architecture.sources import files
from tests.support.shared import ROOT

ADR = ROOT / "docs" / "adr"


def page(name: str) -> str:
    return (ROOT / "docs" / "developer" / f"{name}.md").read_text(encoding="utf-8")


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


def rows(name: str, head: str) -> list[list[str]]:
    """Return the cells in code of the first column of the table that begins with `head`, row by row."""
    lines = page(name).split(f"\n| {head} |")[1].split("\n\n")[0].splitlines()[2:]
    return [re.findall(r"`([^`]+)`", line.split("|")[1]) for line in lines]


def contract(head: str) -> list[str]:
    """Return the layers of the import linter's contract whose name begins with `head`, the highest first."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    (found,) = (each for each in project["contracts"] if each["name"].startswith(head))
    return [str(layer) for layer in found["layers"]]


def test_the_floors_stand_in_the_order_of_their_contract() -> None:
    told = [" | ".join(name.rstrip("/") for name in row) for row in rows("architecture", "floor")]
    assert [row for row in told if row not in ("bpmn", "alembic")] == contract("A package imports only")[::-1]


def test_the_rooms_of_the_engine_stand_in_the_order_of_their_contract_and_none_is_left_out() -> None:
    told = [name.rstrip("/").removesuffix(".py") for row in rows("architecture", "room") for name in row]
    layers = [name.strip().removeprefix("engine.") for layer in contract("A room") for name in re.split("[|:]", layer)]
    assert [name for name in told if name != "engine"] == layers
    rooms = {path.split("/")[1] for path in files() if path.startswith("engine/") and path.count("/") > 1}
    assert rooms - set(told) == set()


def test_every_table_that_the_page_of_the_floors_names_is_in_the_database() -> None:
    import_module("app.container")
    named = [name.partition(".") for row in rows("architecture", "lives in") for name in row]
    assert len(named) > 10
    assert [table for table, _, _ in named if table not in metadata.tables] == []
    assert [column for table, _, column in named if column and column not in metadata.tables[table].c] == []


def test_the_page_of_the_engine_names_the_release_that_is_used_and_the_bounds_that_are_set() -> None:
    text = page("engine")
    assert re.findall(r"^SpiffWorkflow (\S+) ", text, re.MULTILINE) == [version("SpiffWorkflow")]
    said = [int(number.replace(",", "")) for number in re.findall(r"\b\d[\d,]*\b", text.split("## Bounds\n")[1])]
    assert said == [MAX_NEW_TASKS, MAX_STEPS, MAX_NESTING, MAX_ROUNDS]
