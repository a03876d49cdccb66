"""The server's key of tests. Everybody knows it: what tests seal is nobody's secret."""

from __future__ import annotations

from access.keys.keyring import parse_keyring
from access.keys.stored_keys import StoredKeys

SERVER_KEY = "1 " + "k" * 43 + "="


def stored_keys() -> StoredKeys:
    """Return the keys of an installation with that key."""
    return StoredKeys(parse_keyring(SERVER_KEY))
