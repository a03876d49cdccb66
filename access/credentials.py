"""Secrets that machines and browsers show at the door: 160 random bits, kept only as a digest.

A plain SHA-256 is enough for a value that cannot be guessed; passwords would need a slow hash, and there are none.
"""

from __future__ import annotations

import hashlib

from access.randomness import Ids

CHARACTERS = 32
"""Of 5 bits each: 160 bits."""


def new_secret(prefix: str, *, ids: Ids) -> str:
    """Return a new secret. The prefix tells people and leak scanners what they have found."""
    return f"{prefix}_{ids.code(CHARACTERS)}"


def digest(secret: str) -> str:
    """Return what is stored for the secret. Looking a digest up takes no time that tells anything about the secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
