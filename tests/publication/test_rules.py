"""Every rule has a diagram that breaks it and one that keeps it; a rule without both fails here."""

from __future__ import annotations

import pytest

from engine.publication import RULES
from tests.publication.fixture_files import FIXTURES, check_fixture, header


@pytest.mark.parametrize("code", sorted(RULES))
def test_the_bad_diagram_breaks_exactly_the_rule_it_is_named_after(code: str) -> None:
    name = f"{code}-bad.bpmn"
    problems = check_fixture(name)
    also = set(header((FIXTURES / name).read_bytes()).get("also", ()))
    assert {problem.code for problem in problems} == {code} | also
    mine = [problem for problem in problems if problem.code == code]
    assert {problem.severity for problem in mine} == {RULES[code].severity}
    for problem in mine:
        assert problem.message.endswith(".")
        assert problem.advice.endswith((".", "?"))
        assert problem.message != problem.advice


@pytest.mark.parametrize("code", sorted(RULES))
def test_the_good_diagram_breaks_no_rule_at_all(code: str) -> None:
    assert check_fixture(f"{code}-good.bpmn") == []


def test_every_fixture_belongs_to_a_rule() -> None:
    codes = {path.name.removesuffix(".other.bpmn").removesuffix(".bpmn") for path in FIXTURES.glob("*.bpmn")}
    assert codes == {f"{code}-{kind}" for code in RULES for kind in ("good", "bad")}


def test_every_finding_in_a_diagram_names_its_line() -> None:
    for code in RULES:
        for problem in check_fixture(f"{code}-bad.bpmn"):
            assert (problem.line is None) == (problem.code == "file-too-large"), problem
