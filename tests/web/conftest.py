"""The installation that the tests of the pages look at."""

from __future__ import annotations

import pytest

from api.web.pages import mount
from tests.support.application import House, house


@pytest.fixture
def redress() -> House:
    """An installation in memory, with nothing filed yet; its cookies go over plain HTTP."""
    return with_pages(house(secure_cookies=False))


def with_pages(found: House) -> House:
    """Return the installation with its pages."""
    if not hasattr(found.app.state, "page_texts"):
        mount(found.app, found.application)
    return found
