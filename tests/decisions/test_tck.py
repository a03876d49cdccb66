"""The DMN Technology Compatibility Kit, compliance level 2: every expected result, and no finding in any file."""

from __future__ import annotations

from engine.decisions import parse_decisions
from tests.support.shared import shared_data
from tests.support.tck import agrees, tck_cases


def test_every_expected_result_of_level_2_is_given() -> None:
    wrong = []
    cases = list(tck_cases(shared_data("dmn-tck-level2")))
    for case in cases:
        parsed = parse_decisions(case.model.read_bytes(), case.model.name)
        decision = next(item for item in parsed.decisions.values() if item.name == case.decision)
        found = decision.result(case.facts)
        if not agrees(found, case.expected):
            wrong.append((case.label, case.expected, found))
    assert wrong == []
    assert len(cases) >= 50
    assert len({case.model for case in cases}) == 14


def test_no_model_of_level_2_has_a_finding() -> None:
    folder = shared_data("dmn-tck-level2")
    findings = {
        file.name: parse_decisions(file.read_bytes(), file.name).problems for file in sorted(folder.glob("*/*.dmn"))
    }
    assert {name: found for name, found in findings.items() if found} == {}
    assert len(findings) == 14
