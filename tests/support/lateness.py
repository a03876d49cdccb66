"""A complaint that nobody has acknowledged, for tests of what is told then."""

from __future__ import annotations

from typing import Any

from tests.support.application import House


def late(redress: House) -> Any:
    """Return the answer to the filing of a case of which leadership has been told again and again for three days."""
    filed = redress.file(category="other")
    for _ in range(3):
        redress.later(days=1)
    return filed
