"""Every test of a running diagram runs twice: the case kept alive, and saved, recompiled and loaded at each step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.cases import Bundle, Case, Way
from tests.support.untouched import watch_untouched

StartCase = Callable[..., Case]


@pytest.fixture(autouse=True)
def untouched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Watch in every test that what is written as it was loaded is what it would be; return whose trees were."""
    return watch_untouched(monkeypatch)


@pytest.fixture(params=["kept", "reloaded"])
def way(request: pytest.FixtureRequest) -> Way:
    """The way in which this run of the test carries its cases from step to step."""
    return "kept" if request.param == "kept" else "reloaded"


@pytest.fixture
def begin(way: Way) -> StartCase:
    """Return a function that opens a case: files, and whatever `Bundle` takes; `given` are its facts."""

    def open_case(files: Any, *, given: dict[str, Any] | None = None, calendars: Any = None, **bundle: Any) -> Case:
        return Case(Bundle(files, **bundle), way, calendars).start(**(given or {}))

    return open_case
