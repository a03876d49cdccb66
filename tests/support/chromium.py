"""The browser of the machine for the browser tests; where there is none they fail and say what to install."""

from __future__ import annotations

import os
import shutil

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")

ARGUMENTS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""For a browser that talks to nobody but the server under test."""


def arguments() -> list[str]:
    """Return the arguments to start the browser with; root cannot use its sandbox."""
    return [*ARGUMENTS, "--no-sandbox"] if os.geteuid() == 0 else list(ARGUMENTS)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the browser, for Playwright's `executable_path`; with `arguments()` for `args`."""
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return found
    pytest.fail("The browser tests need Chromium: as root `make test` installs it, else ask for the package chromium.")
