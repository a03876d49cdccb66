"""The installation that the tests of the edge speak to."""

from __future__ import annotations

import pytest

from tests.support.application import House, house


@pytest.fixture
def redress() -> House:
    """An installation in memory, with nothing filed yet."""
    return house()
