"""docs/process-owner/process-toml.md: its examples are read without a finding, and it lists every key there is."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from engine.configuration.process_file import parse_rung_time, read_config
from engine.model.config import FACT_TYPES
from engine.model.due import Mode
from tests.docs.known_keys import known_keys
from tests.support.shared import ROOT

PAGE = (ROOT / "docs" / "process-owner" / "process-toml.md").read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r"<!-- check: (\w+) -->\n```toml\n(.*?)```", PAGE, re.DOTALL))


def first_cells() -> list[str]:
    """Return the first cells of the tables that hold code, in their order."""
    return re.findall(r"^\| (`.*?) \|", PAGE, re.MULTILINE)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_example_is_read_without_a_finding(name: str) -> None:
    config, problems = read_config(EXAMPLES[name].encode(), "process.toml")
    assert problems == []
    assert config is not None
    assert config.key == "complaint"


def test_every_example_is_checked() -> None:
    assert PAGE.count("```toml") == len(EXAMPLES) == 4


def test_every_key_that_the_program_knows_is_on_the_page_and_no_other() -> None:
    listed = [cell.strip("`") for cell in first_cells() if "says" not in cell]
    words = {*FACT_TYPES, *get_args(Mode)}
    keys = [cell for cell in listed if cell not in words and " " not in cell and cell != "due"]
    assert len(keys) == len(set(keys))
    assert set(keys) == known_keys(*EXAMPLES.values())


def test_every_key_of_the_process_that_ships_is_on_the_page() -> None:
    text = (ROOT / "bpmn" / "complaint" / "process.toml").read_text(encoding="utf-8")
    listed = {cell.strip("`") for cell in first_cells()}
    assert known_keys(text) - listed == set()


def test_the_page_names_every_type_and_every_way_to_count_time() -> None:
    listed = {cell.strip("`") for cell in first_cells()}
    assert {*FACT_TYPES, *get_args(Mode)} - listed == set()


def test_every_way_to_write_when_a_rung_falls_is_understood() -> None:
    section = PAGE.split("| `at` says | the rung falls |\n")[1].split("\n\n")[0]
    written = [code for line in section.splitlines() for code in re.findall(r"`([^`]+)`", line.split("|")[1])]
    assert len(written) == 7
    assert [code for code in written if parse_rung_time(code) is None] == []
