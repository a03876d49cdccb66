"""The page for process owners: every example on it is run, every function and every finding is on it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.decisions.functions import BUILTINS
from tests.support.feel import cell_matches, evaluate
from tests.support.shared import ROOT

PAGE = (ROOT / "docs/process-owner/decision-tables.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the table below a heading, without its two head lines."""
    section = PAGE.split(f"## {heading}\n", maxsplit=1)[1].split("\n## ", maxsplit=1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def codes(cell: str) -> list[str]:
    return re.findall(r"`([^`]*)`", cell)


CELLS = rows("Input cells")
EXPRESSIONS = rows("Output cells, inputs that compute, and decisions without a table")
FUNCTIONS = rows("Functions")


@pytest.mark.parametrize("row", CELLS, ids=lambda row: row[0])
def test_each_cell_on_the_page_matches_what_the_page_says(row: list[str]) -> None:
    (cell,) = codes(row[0])
    matching = codes(row[1])
    other = codes(row[2].strip("|")) if len(row) > 2 else []
    assert [value for value in matching if cell_matches(cell, evaluate(value)) is not True] == []
    assert [value for value in other if cell_matches(cell, evaluate(value)) is True] == []
    assert matching


@pytest.mark.parametrize("row", [*EXPRESSIONS, *(row[1:] for row in FUNCTIONS)], ids=lambda row: row[0])
def test_each_expression_on_the_page_has_the_value_on_the_page(row: list[str]) -> None:
    (text,), (value,) = codes(row[0]), codes(row[1])
    found, expected = evaluate(text), evaluate(value)
    assert found == expected
    assert type(found) is type(expected)


def test_the_page_lists_every_function_and_no_other() -> None:
    listed = [name for row in FUNCTIONS for name in codes(row[0])]
    assert sorted(listed) == sorted([*BUILTINS, "not"])


def test_the_page_lists_every_finding_and_no_other() -> None:
    sources = "".join(file.read_text(encoding="utf-8") for file in sorted(Path(ROOT / "engine/decisions").glob("*.py")))
    given = set(re.findall(r"report\.(?:error|warning)\(\s*\"([a-z-]+)\"", sources))
    given |= set(re.findall(r'code="([a-z-]+)"', sources)) | set(re.findall(r'_add\("error", "([a-z-]+)"', sources))
    listed = [code for row in rows("What is refused, and why") for code in codes(row[0])]
    assert sorted(listed) == sorted(given)
