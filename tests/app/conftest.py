"""The installation that the tests of the command line's own work begin with."""

from __future__ import annotations

import pytest

from tests.support.application import House, house


@pytest.fixture
def redress() -> House:
    """Return an installation; it is eleven o'clock in Shanghai, 3 March 2026."""
    return house()
