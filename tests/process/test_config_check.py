"""What `process.toml` names must be in the bundle: a clock that names no step would never be met."""

from __future__ import annotations

import pytest

from app.container import house
from app.settings import Settings
from engine.bundle import read_folders
from engine.compile_bundle import check
from engine.model.problem import Problem
from escalation.posts import load_posts

SETTINGS = Settings()
CONFIG = "bpmn/complaint/process.toml"
HOUSE = house(load_posts(SETTINGS.bpmn_folder / "posts.toml"))


def findings(old: str, new: str) -> list[Problem]:
    files = read_folders(SETTINGS.bpmn_folder, SETTINGS.forms_folder, "complaint")
    text = files[CONFIG].decode()
    assert old in text
    files[CONFIG] = text.replace(old, new, 1).encode()
    return [p for p in check(files, HOUSE) if p.severity == "error"]


def test_the_shipped_bundle_has_no_findings() -> None:
    assert findings("key", "key") == []


@pytest.mark.parametrize(
    ("old", "new", "element"),
    [
        ('decision = "routing"', 'decision = "ruoting"', "tables.ruoting"),
        ('"priority"', '"prority"', "tables.triage_priority"),
        ('met_by = ["acknowledge"]', 'met_by = ["acknowlege"]', "clocks.acknowledge.met_by"),
        ('met_by = ["acknowledge"]', "met_by = []", "clocks.acknowledge.met_by"),
        ('"post:academic_director"', '"post:acadmic_director"', None),
    ],
)
def test_a_slip_of_the_pen_is_found(old: str, new: str, element: str | None) -> None:
    found = findings(old, new)
    assert found
    assert {p.code for p in found} == {"process-toml"}
    assert element is None or element in {p.element for p in found}
