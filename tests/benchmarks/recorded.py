"""The completions of a scenario as the product's kernel was asked for them, to be asked for again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import engine.case_work as case_work
from app.container import house
from app.scenarios.file import read_scenario
from app.scenarios.play import play
from app.settings import Settings
from engine.kernel.step import step
from engine.model.step import Complete, StepResult
from engine.process import CompiledProcess
from engine.versions import Versions
from escalation.posts import load_posts
from tests.support.shared import ROOT

SCENARIOS = ROOT / "bpmn" / "complaint" / "scenarios"


@dataclass(frozen=True)
class Completion:
    """One completion, and the case before it."""

    element: str
    command: Complete
    process: CompiledProcess
    state: bytes
    rest: Mapping[str, Any]
    """The other arguments of the step: facts, calendars, instant, actor."""
    open: tuple[str, ...]
    """The elements of the tasks that are open before it, sorted."""

    def again(self, state: bytes, facts: Mapping[str, Any]) -> StepResult:
        """Do it again, on a state and facts that are read from elsewhere."""
        return step(self.process, state, self.command, **{**self.rest, "facts": facts})


def completions(scenario: str) -> list[Completion]:
    """Return the completions of one scenario of the complaint process, in order."""
    found: list[Completion] = []
    last: list[StepResult] = []

    def listening(process: CompiledProcess, state: bytes | None, command: Any, **rest: Any) -> StepResult:
        result = step(process, state, command, **rest)
        if isinstance(command, Complete) and state is not None:
            tasks = last[-1].tasks
            (element,) = (task.element for task in tasks if task.id == command.task)
            before = tuple(sorted(task.element for task in tasks))
            found.append(Completion(element, command, process, state, rest, before))
        last.append(result)
        return result

    settings = Settings()
    versions = Versions(house(load_posts(settings.bpmn_folder / "posts.toml")))
    with patch.object(case_work, "step", listening):
        play(read_scenario(SCENARIOS / f"{scenario}.yaml"), settings, versions=versions).application.database.close()
    return found
