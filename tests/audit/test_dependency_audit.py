"""The audit of dependencies is never green by silence: what could not be looked up is told, with a code of its own."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.audit.dependency_audit import (
    NOT_LOOKED_UP,
    PYTHON_LOCKS,
    ROOT,
    Audit,
    of_npm,
    of_pip,
    told,
    verdict,
)

GOOD = {"name": "a", "version": "1", "vulns": []}
BAD = {"name": "b", "version": "2", "vulns": [{"id": "PYSEC-1"}, {"id": "GHSA-2"}]}
SKIPPED = {"name": "c", "skip_reason": "Dependency not found on PyPI and could not be audited: c (3)"}


def pip(*packages: Any) -> Audit:
    return of_pip("requirements.lock", json.dumps({"dependencies": packages, "fixes": []}), "")


def npm(answer: Any) -> Audit:
    return of_npm("package-lock.json", json.dumps(answer), "npm error audit endpoint returned an error")


CLEAN = {"vulnerabilities": {}, "metadata": {"dependencies": {"total": 62}}}
HOLED = {
    "vulnerabilities": {"x": {"range": "<2", "severity": "high"}},
    "metadata": {"dependencies": {"total": 62}},
}


@pytest.mark.parametrize(
    ("audits", "code"),
    [
        ([pip(GOOD), npm(CLEAN)], 0),
        ([pip(GOOD, BAD), npm(CLEAN)], 1),
        ([pip(GOOD), npm(HOLED)], 1),
        ([pip(GOOD, SKIPPED), npm(CLEAN)], NOT_LOOKED_UP),
        ([pip(BAD, SKIPPED), npm(CLEAN)], 1),
        ([pip(), npm(CLEAN)], NOT_LOOKED_UP),
        ([pip(GOOD), npm({"message": "405 Method Not Allowed"})], NOT_LOOKED_UP),
        ([pip(GOOD), npm({"vulnerabilities": {}, "metadata": {"dependencies": {"total": 0}}})], NOT_LOOKED_UP),
        ([of_pip("a", "", "ConnectionError: nobody there"), npm(CLEAN)], NOT_LOOKED_UP),
        ([of_pip("a", "[]", ""), npm(CLEAN)], NOT_LOOKED_UP),
        ([pip(GOOD), of_npm("b", "<html>", "")], NOT_LOOKED_UP),
        ([pip(GOOD), of_npm("b", "null", "")], NOT_LOOKED_UP),
        ([], NOT_LOOKED_UP),
    ],
)
def test_all_is_well_only_where_everything_was_looked_up(audits: list[Audit], code: int) -> None:
    assert verdict(audits) == code


def test_holes_and_what_is_not_known_are_named() -> None:
    assert told(pip(GOOD, BAD, SKIPPED)).splitlines() == [
        "requirements.lock: 2 looked up, 1 with a known hole",
        "  HOLE b 2: PYSEC-1, GHSA-2",
        "  NOT LOOKED UP: 1; nothing is known of them",
        "    Dependency not found on PyPI and could not be audited: c (3)",
    ]
    assert "x <2: high" in told(npm(HOLED))
    assert "405 Method Not Allowed" in told(npm({"message": "405 Method Not Allowed"}))


def test_every_lock_is_audited_and_check_does_it() -> None:
    assert {each.name for each in ROOT.glob("requirements*.lock")} == set(PYTHON_LOCKS)
    assert (ROOT / "package-lock.json").is_file()
    made = (ROOT / "Makefile").read_text()
    found = re.search(r"^check: (.*?)(?: ##.*)?$", made, re.MULTILINE)
    assert found is not None
    assert "audit" in found[1].split()
    assert "-m tests.audit.dependency_audit" in made
