"""The gate's verdict on every real diagram, as it was reviewed by hand."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from engine.publication import CheckContext, check_bundle
from tests.publication.shipped import HOUSE
from tests.support.shared import shared_data

TABLE = Path(__file__).parent / "verdicts.toml"
ROWS: list[dict[str, Any]] = tomllib.loads(TABLE.read_text(encoding="utf-8"))["diagram"]
FOLDERS = ("bpmn-camunda-examples", "bpmn-complaint-roxtra", "bpmn-lint-examples", "bpmn-spiffworkflow-tests")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["file"].rsplit("/", 1)[-1])
def test_a_real_diagram_gets_the_verdict_of_the_review(row: dict[str, Any]) -> None:
    folder, _, rest = row["file"].partition("/")
    path = shared_data(folder) / rest
    problems = check_bundle({path.name: path.read_bytes()}, context=CheckContext(known_teams=HOUSE.teams))
    errors = sorted({problem.code for problem in problems if problem.severity == "error"})
    warnings = sorted({problem.code for problem in problems if problem.severity == "warning"})
    verdict = "refused" if errors else "warnings" if warnings else "accepted"
    assert (verdict, errors, warnings) == (row["verdict"], row.get("errors", []), row.get("warnings", []))
    assert row["why"].endswith(".")


def test_no_real_diagram_is_left_out() -> None:
    found = {
        f"{folder}/{path.relative_to(shared_data(folder))}"
        for folder in FOLDERS
        for path in shared_data(folder).rglob("*.bpmn")
    }
    assert found == {row["file"] for row in ROWS}


def test_every_finding_in_a_real_diagram_says_where_and_what_to_do() -> None:
    for row in ROWS:
        folder, _, rest = row["file"].partition("/")
        path = shared_data(folder) / rest
        for problem in check_bundle({path.name: path.read_bytes()}):
            assert problem.line is not None, problem
            assert problem.element, problem
            assert problem.message.endswith("."), problem
            assert problem.advice.endswith((".", "?")), problem
