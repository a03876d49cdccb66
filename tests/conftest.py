"""What every test may ask for, and which tests run: all but the long ones, and with `--full` all."""

from __future__ import annotations

import pytest
import structlog
from hypothesis import settings

from tests.support.chromium import chromium
from tests.support.stores import database, empty_database, postgres_server
from tests.support.versions import versions

__all__ = ["chromium", "database", "empty_database", "postgres_server", "versions"]

settings.register_profile("usual", deadline=None)
settings.register_profile("full", deadline=None, max_examples=1000)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer `--full`."""
    parser.addoption("--full", action="store_true", help="every combination and the long runs")


def pytest_configure(config: pytest.Config) -> None:
    """Choose how many examples a property is tried with, and name the marker of long tests."""
    settings.load_profile("full" if config.getoption("--full") else "usual")
    # By default every variable of every frame is drawn too: for a failing case that takes a minute, inside its step.
    plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], plain])
    config.addinivalue_line("markers", "long: runs only with --full (make test-full)")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long tests out unless they were asked for; they count as deselected, not as skipped."""
    if config.getoption("--full"):
        return
    long = [item for item in items if item.get_closest_marker("long")]
    config.hook.pytest_deselected(items=long)
    items[:] = [item for item in items if item not in long]
