"""Speaks to `tests.faults.crash.run`, the process that forks, from one that may have threads."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from types import TracebackType
from typing import IO, Any, Self

from tests.support.shared import ROOT


class CrashProcess:
    """A laboratory in a process of its own. `kill` asks it for kills; with `--select` it makes its own choice."""

    def __init__(self, *arguments: str) -> None:
        """Start it; the arguments are those of the command."""
        # Ours and not its own: it may be killed.
        self._folder = tempfile.TemporaryDirectory(prefix="redress-crash-", ignore_cleanup_errors=True)
        command = [sys.executable, "-m", "tests.faults.crash.run", "--folder", self._folder.name, *arguments]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self._points: list[str] = []
        self._left_out: dict[str, str] = {}

    @property
    def points(self) -> list[str]:
        """All points of all changes, in their order. Waits until they are known."""
        if not self._points:
            first = self._line()
            self._points, self._left_out = first["points"], first["left_out"]
        return self._points

    @property
    def left_out(self) -> dict[str, str]:
        """Changes that cannot be carried out at all, with the reason: their points are not among the others."""
        _ = self.points
        return self._left_out

    def kill(self, first: int, number: int) -> Iterator[dict[str, Any]]:
        """Ask for kills; yield what came of each (the fields of a `Verdict`)."""
        _ = self.points
        asked = self._pipe(self._process.stdin)
        asked.write(f"{first} {number}\n")
        asked.flush()
        for _ in range(number):
            yield self._line()

    def selected(self) -> list[dict[str, Any]]:
        """Return what came of the kills of its own choice, when all are done."""
        _ = self.points
        self._pipe(self._process.stdin).close()
        found = [json.loads(line) for line in self._pipe(self._process.stdout)]
        if self._process.wait():
            raise RuntimeError(self._pipe(self._process.stderr).read()[-3000:])
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None and not pipe.closed:
                pipe.close()
        self._folder.cleanup()

    def _line(self) -> dict[str, Any]:
        line = self._pipe(self._process.stdout).readline()
        if not line:
            raise RuntimeError(f"the laboratory has ended: {self._pipe(self._process.stderr).read()[-3000:]}")
        found: dict[str, Any] = json.loads(line)
        return found

    @staticmethod
    def _pipe(pipe: IO[str] | None) -> IO[str]:
        assert pipe is not None
        return pipe
