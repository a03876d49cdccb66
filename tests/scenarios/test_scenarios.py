"""Every scenario beside a diagram holds: the process owner's tests, which `redress scenario` plays too."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from sqlalchemy import select

from app.scenarios.file import ScenarioInvalid, length, read_scenario
from app.scenarios.play import play
from app.scenarios.stage import ScenarioFailed
from app.settings import ROOT, Settings
from engine.tables import work_item
from engine.versions import Versions

FILES = sorted((ROOT / "bpmn").glob("*/scenarios/*.yaml"))
SETTINGS = Settings()


@pytest.mark.parametrize("file", FILES, ids=[f.stem for f in FILES])
def test_the_scenario_holds_and_no_step_in_it_is_without_a_time(file: Path, versions: Versions) -> None:
    stage = play(read_scenario(file), SETTINGS, versions=versions)
    with stage.application.database.read() as connection:
        timeless = connection.execute(select(work_item.c.element).where(work_item.c.due_at.is_(None))).scalars().all()
    stage.application.database.close()
    assert timeless == []


@pytest.mark.parametrize("process", ["complaint", "inquiry"])
def test_each_rung_of_each_ladder_falls_in_a_scenario(process: str) -> None:
    clocks = tomllib.loads((ROOT / "bpmn" / process / "process.toml").read_text(encoding="utf-8"))["clocks"]
    rungs = {f"{name}/{rung['name']}" for name, clock in clocks.items() for rung in clock.get("rungs", ())}
    fallen: set[str] = set()
    for file in FILES:
        for step in read_scenario(file).steps if file.parts[-3] == process else ():
            fallen.update((step.get("expect") or {}).get("rungs") or ())
    assert rungs - fallen == set()


@pytest.mark.parametrize(("process", "least"), [("complaint", 40), ("inquiry", 8)])
def test_each_process_is_told_by_scenarios(process: str, least: int) -> None:
    assert len([f for f in FILES if f.parts[-3] == process]) >= least


def _scenario(folder: Path, expect: str) -> Path:
    file = folder / "s.yaml"
    file.write_text(
        "title: {en: t}\nat: 2026-03-03T12:00:00+08:00\n"
        "complaint: {channel: phone, category: teaching.content, complainant: {name: A}}\n"
        f"steps:\n  - expect: {expect}\n",
        encoding="utf-8",
    )
    return file


@pytest.mark.parametrize(
    "expect",
    [
        "{status: closed}", "{owner: li.na}", "{tasks: {verify: service}}", "{no_tasks: [acknowledge]}",
        "{clocks: {acknowledge: '2026-03-03T12:59:00+08:00'}}", "{clocks: {acknowledge: met}}", "{path: [verify]}",
        "{visited: {acknowledge: 2}}", "{notices: []}", "{rungs: [acknowledge/remind]}", "{facts: {people: 2}}",
        "{ended: true}", "{nonsense: 1}", "{retention_hold: external_procedure}",
    ],
)  # fmt: skip
def test_an_expectation_that_does_not_hold_fails_the_scenario(tmp_path: Path, expect: str, versions: Versions) -> None:
    with pytest.raises(ScenarioFailed, match="step 1"):
        play(read_scenario(_scenario(tmp_path, expect)), SETTINGS, versions=versions)


@pytest.mark.parametrize(
    "text",
    [
        "title: x",
        "steps: [{dance: 1}]\nat: 2026-01-01T00:00:00Z",
        "at: 2026-01-01\nsteps: [{advance: 1 h}]",
        "a: [",
        "",
    ],
)
def test_a_scenario_that_cannot_be_read_says_so(tmp_path: Path, text: str) -> None:
    file = tmp_path / "broken.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioInvalid, match="broken"):
        read_scenario(file)


@pytest.mark.parametrize("text", ["soon", "3", "3 fortnights", "-1 h"])
def test_a_length_of_time_that_cannot_be_read_says_so(text: str) -> None:
    with pytest.raises(ScenarioInvalid):
        length(text, "advance")
