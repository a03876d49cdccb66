"""Says at the end of a run which files are on their way to the size limit."""

from __future__ import annotations

import pytest

from tests.architecture.sources import lines_of, python_files
from tests.support.shared import ROOT

WARN_ABOVE = 300


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List the files of more than 300 lines."""
    sizes = {source.path: lines_of(ROOT / source.path) for source in python_files()}
    for path, size in sorted(sizes.items(), key=lambda item: -item[1]):
        if size > WARN_ABOVE:
            terminalreporter.write_line(f"{path} has {size} lines; the limit is 400")
