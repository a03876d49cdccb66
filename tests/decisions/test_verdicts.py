"""Decision files written for other engines: accepted, or refused for the reason written down beside each."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from engine.decisions import parse_decisions
from tests.support.shared import shared_data

VERDICTS: dict[str, dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("verdicts.toml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("folder", sorted(VERDICTS))
def test_every_foreign_decision_file_has_the_verdict_that_was_reviewed(folder: str) -> None:
    found = {}
    root = shared_data(folder)
    for file in sorted(root.glob("**/*.dmn")):
        problems = parse_decisions(file.read_bytes(), file.name).problems
        found[file.relative_to(root).as_posix()] = {
            severity: sorted(problem.code for problem in problems if problem.severity == severity.removesuffix("s"))
            for severity in ("errors", "warnings")
        }
    expected = {
        name: {"errors": sorted(verdict["errors"]), "warnings": sorted(verdict["warnings"])}
        for name, verdict in VERDICTS[folder].items()
    }
    assert found == expected


def test_the_same_table_is_accepted_once_it_says_first() -> None:
    root = shared_data("bpmn-spiffworkflow-tests")
    data = (root / "dmn/python_engine/data/string_integer_decision.dmn").read_bytes()
    changed = data.replace(
        b'<decisionTable id="decisionTable">', b'<decisionTable id="decisionTable" hitPolicy="FIRST">'
    )
    parsed = parse_decisions(changed, "a.dmn")
    assert [problem for problem in parsed.problems if problem.severity == "error"] == []
    decide = parsed.decisions["StrIntegerDecisionStringOutputTable"].result
    answers = [decide({"Gender": gender, "Age": age}) for gender, age in (("m", 30), ("m", 24), ("m", 25), ("f", 19))]
    assert answers == ["30", "mLow", "mHigh", "fLow"]
    assert [decide({"Gender": "f", "Age": 20}), decide({"Gender": "x", "Age": 1})] == ["fHigh", "ELSE"]
