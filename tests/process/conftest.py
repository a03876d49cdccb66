"""Whatever these tests play, they watch how trees are written."""

from __future__ import annotations

import pytest

from tests.support.untouched import watch_untouched


@pytest.fixture(autouse=True)
def untouched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Watch in every test that what is written as it was loaded is what it would be; return whose trees were."""
    return watch_untouched(monkeypatch)
