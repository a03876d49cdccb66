"""Damaged files: the gate answers soon and without failing, and what it passes without a word does not stop a case."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from engine.bundles.bundle import Files
from engine.publication import check_bundle
from tests.publication.damage import damaged
from tests.publication.shipped import findings, shipped
from tests.publication.walks import bundle_of, walk
from tests.support.shared import shared_data

FOLDERS = (
    "bpmn-camunda-examples",
    "bpmn-complaint-roxtra",
    "bpmn-lint-examples",
    "bpmn-spiffworkflow-tests",
    "dmn-tck-level2",
)
LONGEST = 5.0
"""Seconds of work that a check may take for a normal file."""


def judged(files: Files, what: object) -> None:
    """Check the files; fail where that takes too long, or gives a finding that says nothing."""
    began = time.process_time()
    found = check_bundle(files)
    assert time.process_time() - began < LONGEST, what
    assert all(problem.message and problem.advice and problem.file in files for problem in found), what


def real_files(folder: str) -> list[Path]:
    """Return the diagrams and tables of a folder of real inputs."""
    return sorted(path for path in shared_data(folder).rglob("*") if path.suffix in (".bpmn", ".dmn"))


def try_real_files(folder: str, seeds: range, every: int) -> None:
    """Damage every so-many-th file once for each seed."""
    for number, path in enumerate(real_files(folder)):
        for seed in seeds if number % every == 0 else ():
            data, what = damaged(path.read_bytes(), seed * 1000 + number)
            judged({path.name: data}, (path.name, seed, what))


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_damaged_real_file_is_judged_soon_and_without_failing(folder: str) -> None:
    try_real_files(folder, range(2), every=1)


@pytest.mark.long
@pytest.mark.parametrize("folder", FOLDERS)
def test_damaged_real_files_are_judged_soon_and_without_failing(folder: str) -> None:
    try_real_files(folder, range(2, 12), every=1)


def try_walks(key: str, seeds: range, walks: int) -> int:
    """Damage the main diagram of a process; walk through what passes without a word. Return how many that were."""
    files, passed = shipped(key), 0
    name = f"bpmn/{key}/{key}.bpmn"
    for seed in seeds:
        data, what = damaged(files[name], seed)
        broken = {**files, name: data}
        if findings(broken):
            continue
        passed += 1
        bundle, process = bundle_of(broken)
        for way in range(walks):
            stopped = walk(bundle, process, seed * 100 + way)
            assert stopped is None, (seed, way, what, stopped)
    return passed


@pytest.mark.parametrize("key", ["inquiry", "complaint"])
def test_no_walk_stops_in_the_processes_that_ship(key: str) -> None:
    bundle, process = bundle_of(shipped(key))
    for way in range(6):
        assert walk(bundle, process, way) is None


def test_what_passes_without_a_word_does_not_stop_a_case() -> None:
    assert try_walks("inquiry", range(40), walks=2) >= 5


@pytest.mark.long
@pytest.mark.parametrize("key", ["inquiry", "complaint"])
def test_what_passes_without_a_word_does_not_stop_many_cases(key: str) -> None:
    assert try_walks(key, range(100, 400), walks=6) >= 40
