"""`redress scenario`: plays files and says which hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from app.container import house
from app.scenarios.file import ScenarioInvalid, read_scenario
from app.scenarios.play import play
from app.scenarios.stage import ScenarioFailed
from app.settings import Settings
from engine.versions import Versions
from escalation.posts import load_posts

SUFFIXES = (".yaml", ".yml")


def scenario_files(paths: Iterable[Path], settings: Settings) -> list[Path]:
    """Return the scenario files named, or all of `bpmn/`.

    Raises OSError for a path that is not there or cannot be read, ValueError for one that holds no scenario.
    """
    found: list[Path] = []
    for path in list(paths) or [settings.bpmn_folder]:
        if path.is_dir():
            next(path.iterdir(), None)  # a folder that may not be read would look empty below
            below = sorted(file for file in path.rglob("*") if file.suffix in SUFFIXES)
            if not below:
                raise ValueError(f"There is no scenario ({' or '.join(SUFFIXES)}) below {path}.")
            found += below
            continue
        path.stat()
        if path.suffix not in SUFFIXES:
            raise ValueError(f"{path} is no scenario: a scenario is a file in YAML, {' or '.join(SUFFIXES)}.")
        found.append(path)
    return found


def run_scenarios(paths: Iterable[Path], settings: Settings, say: Callable[[str], object]) -> int:
    """Play; return 0 when all hold and 1 otherwise. Nothing outside memory is touched."""
    files, failed = scenario_files(paths, settings), 0
    versions = Versions(house(load_posts(settings.bpmn_folder / "posts.toml")))
    for file in files:
        try:
            play(read_scenario(file), settings, versions=versions).application.database.close()
        except (ScenarioFailed, ScenarioInvalid, KeyError, TypeError) as failure:
            failed += 1
            say(
                f"FAILED {failure}"
                if isinstance(failure, AssertionError | ValueError)
                else f"FAILED {file.stem}: {failure!r}"
            )
        else:
            say(f"holds  {file.stem}")
    say(f"{len(files) - failed} of {len(files)} scenarios hold.")
    return 1 if failed or not files else 0
