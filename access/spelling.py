"""Numbers and codes that people read aloud and type again, in whatever spelling."""

from __future__ import annotations

ALIKE = str.maketrans("OIL", "011")
"""Letters that no code has, as somebody may read a figure for them."""


def bare(code: str) -> str:
    """Return the characters of a code as it was given out: blanks, hyphens and case do not count. Never raises."""
    return "".join(c for c in code.upper() if c.isalnum()).translate(ALIKE)
