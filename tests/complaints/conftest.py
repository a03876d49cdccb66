"""The small institution of the command tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.complaints.office import Office


@pytest.fixture
def office() -> Iterator[Office]:
    """An institution in memory, at nine o'clock on a Monday, with no case yet."""
    opened = Office()
    yield opened
    opened.database.close()
