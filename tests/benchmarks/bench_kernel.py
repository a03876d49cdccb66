"""How long one step of a case takes: load, act, run automatic steps, save - without a database.

    .venv/bin/python -m tests.benchmarks.bench_kernel [--profile] [scenario ...]

Plays the scenarios of the complaint process once, records every step the kernel was asked for, and repeats each by
itself. Figures are for information; no test depends on them. On a machine that is busy with other work everything is
slower by the same factor, so each time is also told in terms of a machine that runs a fixed loop in `YARDSTICK`.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from time import thread_time
from typing import Any
from unittest.mock import patch

import engine.case_work as case_work
from app.container import house
from app.scenarios.file import read_scenario
from app.scenarios.play import play
from app.settings import Settings
from engine.kernel.step import step
from engine.model.step import StepResult
from engine.versions import Versions
from escalation.posts import load_posts
from tests.support.shared import ROOT

SCENARIOS = ROOT / "bpmn" / "complaint" / "scenarios"
REPEATS = 5
MID_CASE = range(3_000, 9_000)
"""Bytes of state that a case has while people work on it."""


YARDSTICK = 0.030
"""Milliseconds for a thousand multiplications, on an idle machine of 3 GHz."""


@dataclass(frozen=True)
class Recorded:
    """One step that a scenario asked for."""

    command: str
    before: int
    """Bytes of state before it; 0 for an opening."""
    after: int
    repeat: Callable[[], StepResult]


def record(files: list[Path]) -> list[Recorded]:
    """Return every step of these scenarios, in order."""
    found: list[Recorded] = []

    def listening(process: Any, state: bytes | None, command: Any, **rest: Any) -> StepResult:
        result = step(process, state, command, **rest)
        found.append(
            Recorded(
                type(command).__name__,
                len(state or b""),
                len(result.state),
                lambda: step(process, state, command, **rest),
            )
        )
        return result

    settings = Settings()
    versions = Versions(house(load_posts(settings.bpmn_folder / "posts.toml")))
    with patch.object(case_work, "step", listening):
        for file in files:
            play(read_scenario(file), settings, versions=versions).application.database.close()
    return found


def milliseconds(act: Callable[[], object]) -> float:
    """Return how long something takes on this thread, at best."""
    times = []
    for _ in range(REPEATS):
        start = thread_time()
        act()
        times.append((thread_time() - start) * 1000)
    return min(times)


def yardstick() -> None:
    """Do what never changes."""
    for number in range(1000):
        _ = number * number


@dataclass(frozen=True)
class Timed:
    """One step and how long it took."""

    step: Recorded
    here: float
    """Milliseconds on this machine, now."""
    idle: float
    """Milliseconds on the machine of the yardstick."""


def timed(recorded: Recorded) -> Timed:
    """Measure one step between two looks at the yardstick."""
    before = milliseconds(yardstick)
    here = milliseconds(recorded.repeat)
    return Timed(recorded, here, here * YARDSTICK * 2 / (before + milliseconds(yardstick)))


def report(name: str, steps: list[Timed]) -> str:
    """Return one line of the report."""
    if len(steps) < 2:
        return f"{name:<26} too few steps\n"
    here, idle = [t.here for t in steps], [t.idle for t in steps]
    return (
        f"{name:<26} {len(steps):>5} steps   here: median {median(here):.2f} ms, p95 {quantiles(here, n=20)[-1]:.2f} ms"
        f"   idle: median {median(idle):.2f} ms, p95 {quantiles(idle, n=20)[-1]:.2f} ms\n"
    )


def main(arguments: list[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", choices=["tottime", "cumtime"], help="show where the time goes")
    parser.add_argument("scenario", nargs="*", help="names of scenarios; all when none is given")
    asked = parser.parse_args(arguments)
    files = [SCENARIOS / f"{name}.yaml" for name in asked.scenario] or sorted(SCENARIOS.glob("*.yaml"))
    steps = record(files)
    if asked.profile:
        profile = cProfile.Profile()
        for each in steps:
            profile.runcall(each.repeat)
        pstats.Stats(profile, stream=sys.stdout).sort_stats(asked.profile).print_stats(50)
        return
    found = [timed(each) for each in steps]
    sys.stdout.write(report("every step", found))
    sys.stdout.write(report("in the middle of a case", [t for t in found if t.step.before in MID_CASE]))
    for command in sorted({t.step.command for t in found}):
        sys.stdout.write(report(f"  {command}", [t for t in found if t.step.command == command]))
    sizes = sorted(each.after for each in steps)
    sys.stdout.write(f"state: median {sizes[len(sizes) // 2]:,} bytes, largest {sizes[-1]:,} bytes\n")


if __name__ == "__main__":
    main(sys.argv[1:])
