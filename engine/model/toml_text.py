"""Reads TOML that somebody has uploaded: the library takes for a long dotted key the square of its length."""

from __future__ import annotations

import tomllib
from typing import Any, Final

MOST_DOTS: Final = 200
"""In one line, whether in a key or in a text."""


def load_toml(text: str) -> dict[str, Any]:
    """Return what a TOML document holds. Raises ValueError (with `at line N`), RecursionError where it is none."""
    for number, line in enumerate(text.splitlines(), 1):
        if line.count(".") > MOST_DOTS:
            raise ValueError(f"More than {MOST_DOTS} dots (at line {number}, column 1)")
    return tomllib.loads(text)
