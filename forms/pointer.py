"""JSON pointers (RFC 6901): how findings and field problems name a place."""

from __future__ import annotations

from collections.abc import Iterable


def token(part: str | int) -> str:
    """Return one part of a path as it stands in a pointer."""
    return str(part).replace("~", "~0").replace("/", "~1")


def pointer(parts: Iterable[str | int]) -> str:
    """Return the pointer of a path: `("actions", 0, "title")` is `/actions/0/title`; the empty path is ``."""
    return "".join(f"/{token(part)}" for part in parts)
