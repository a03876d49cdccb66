"""The complaint process that ships, to be damaged in memory and checked as a whole."""

from __future__ import annotations

from functools import cache

from app.container import house
from app.settings import Settings
from engine.bundles.bundle import read_folders
from engine.bundles.examine_bundle import check
from engine.model.problem import Problem
from escalation.posts import load_posts

SETTINGS = Settings()
HOUSE = house(load_posts(SETTINGS.bpmn_folder / "posts.toml"))
BPMN = "bpmn/complaint"
FORMS = "forms/definitions/complaint"
DIAGRAM = f"{BPMN}/complaint.bpmn"
CONFIG = f"{BPMN}/process.toml"


@cache
def _stored(key: str) -> dict[str, bytes]:
    return read_folders(SETTINGS.bpmn_folder, SETTINGS.forms_folder, key)


def shipped(key: str = "complaint") -> dict[str, bytes]:
    """Return the files of the bundle; the mapping is the caller's own."""
    return dict(_stored(key))


def with_text(file: str, old: str, new: str) -> dict[str, bytes]:
    """Return the files with the first `old` of one of them replaced. Fails where there is none."""
    files = shipped()
    text = files[file].decode()
    assert old in text
    return {**files, file: text.replace(old, new, 1).encode()}


def findings(files: dict[str, bytes]) -> list[Problem]:
    """Return the verdict on a bundle."""
    return check(files, HOUSE)


def told(files: dict[str, bytes]) -> list[tuple[str, str]]:
    """Return file name and code of every finding."""
    return [(problem.file.rsplit("/", 1)[-1], problem.code) for problem in findings(files)]
