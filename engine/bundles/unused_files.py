"""The publication check of the files themselves: whatever a bundle holds belongs to its process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from engine.bundles.bundle import Files, process_key
from engine.model.problem import Problem
from forms.file_names import SCHEMA_SUFFIX, UI_SUFFIX

OF_A_PROCESS = ("process.toml", "labels.toml", "notices.toml")
"""What a process says besides its diagrams and tables."""


def check_files_used(files: Files) -> Iterator[Problem]:
    """Yield the files that nothing reads (warning), and those of a process that stand in a wrong folder (error)."""
    folder = f"bpmn/{process_key(files)}"
    for path in sorted(files):
        name = PurePosixPath(path).name
        if name in OF_A_PROCESS and path != f"{folder}/{name}":
            yield Problem(
                path, None, "error", "file-elsewhere", None, None,
                f"{name} stands outside the folder of its process, {folder}/.",
                "Move it there, or leave it out.",
            )  # fmt: skip
        elif not _is_read(path, name):
            yield Problem(
                path, None, "warning", "file-unused", None, None,
                "Nothing reads this file: it belongs to no process.",
                "Leave it out of the bundle; teams, posts and calendars are set up for the whole installation.",
            )  # fmt: skip


def _is_read(path: str, name: str) -> bool:
    if name in OF_A_PROCESS or name.endswith((".bpmn", ".dmn")):
        return True
    return path.startswith("forms/") and name.endswith((SCHEMA_SUFFIX, UI_SUFFIX))
