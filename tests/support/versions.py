"""The processes that ship, read and checked once a run: every scenario publishes the same files; that takes seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from engine.versions import Versions


@pytest.fixture(scope="session")
def versions() -> Versions:
    """Versions for `play` and `stage`: what one scenario has compiled, the next finds ready. Nothing else is shared."""
    # Here and not above: every run of tests knows this fixture, and most need no application.
    from app.container import house
    from app.settings import Settings
    from engine.versions import Versions
    from escalation.posts import load_posts

    return Versions(house(load_posts(Settings().bpmn_folder / "posts.toml")))
