"""`python -m tests.faults.crash.run`: kills changes at their points and writes one line of JSON for each kill.

A process of its own, because it forks: whoever starts it may have threads. It answers to lines on its standard input,
each with the number of the first kill in the order of the seed and how many kills are wanted; without any, at its end.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from tests.faults.crash.change import Change
from tests.faults.crash.changes import CHANGES
from tests.faults.crash.examples import example_changes
from tests.faults.crash.laboratory import Course, Laboratory, Stage
from tests.faults.crash.loops import LOOPS
from tests.faults.crash.selection import selected, shuffled
from tests.faults.crash.stores import CrashStore, PostgresStore, SqliteStore
from tests.faults.crash.trial import Verdict, tried


class CrashRun:
    """A laboratory with the changes that are to be killed in it."""

    def __init__(self, store: CrashStore, folder: Path, changes: Iterable[Change]) -> None:
        """Prepare every change and follow it once through its points; one that fails is left out, with the reason."""
        self._laboratory = Laboratory(store, folder)
        self._stages: dict[str, tuple[Stage, Course]] = {}
        self.points: list[str] = []
        self.left_out: dict[str, str] = {}
        for change in changes:
            try:
                stage = self._laboratory.prepare(change)
                course = self._laboratory.course(stage)
            except RuntimeError as error:
                self.left_out[change.name] = str(error)
                continue
            self._stages[change.name] = stage, course
            self.points += course.points

    def kill(self, point: str) -> Verdict:
        """Kill one change at one point and judge what is left."""
        stage, course = self._stages[point.partition("/")[0]]
        return tried(self._laboratory, stage, course, point)


def changes_named(where: str) -> Sequence[Change]:
    """Return the changes of `module:NAME`; `usual` are those of people and loops, `all` every operation too."""
    if where in ("usual", "all"):
        return (*CHANGES, *LOOPS, *(example_changes() if where == "all" else ()))
    module, _, name = where.partition(":")
    found: Sequence[Change] = getattr(importlib.import_module(module), name)
    return found


def run(given: argparse.Namespace, folder: Path, out: TextIO) -> None:
    """Print the points, then a line for each kill."""
    names = set(given.only.split(",")) if given.only else None
    changes = [each for each in changes_named(given.changes) if names is None or each.name in names]
    store = PostgresStore(given.url) if given.url else SqliteStore(folder)
    crash = CrashRun(store, folder, changes)

    def say(line: dict[str, Any]) -> None:
        print(json.dumps(line), file=out, flush=True)

    say({"points": crash.points, "left_out": crash.left_out})
    if given.select:
        for point in selected(crash.points, given.select, given.seed):
            say(asdict(crash.kill(point)))
        return
    order = shuffled(crash.points, given.seed)
    for asked in sys.stdin:
        first, number = map(int, asked.split())
        for count in range(first, first + number):
            say(asdict(crash.kill(order[count % len(order)])))


def main() -> None:
    """Run in the folder given, or in one that is thrown away."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.crash.run", description=__doc__)
    parser.add_argument("--changes", default="usual", help="usual, all, or module:NAME")
    parser.add_argument("--only", default="", help="names of changes, with commas between them")
    parser.add_argument("--url", default="", help="an empty database on PostgreSQL; a file without")
    parser.add_argument("--select", type=int, default=0, help="about so many kills, of every change and kind of write")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="an empty one, for the file and its copies")
    given = parser.parse_args()
    if given.folder is not None:
        run(given, given.folder, sys.stdout)
        return
    with tempfile.TemporaryDirectory(prefix="redress-crash-") as folder:
        run(given, Path(folder), sys.stdout)


if __name__ == "__main__":
    main()
