"""The server's key, in its versions: the newest seals, the older ones still open what they sealed.

It is kept outside the database (R-003-06), in a text of one line a version:

    1 hTq…=
    2 9fK…=

the number, and 32 bytes in base64. Lines that begin with `#` say nothing.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass

from access.errors import AccessError
from access.keys.cipher import KEY_BYTES, DataKey


class UnfitKeyring(AccessError):
    """The server's key cannot be read: each line has a number and 32 bytes in base64."""


class KeyAbsent(AccessError):
    """A version of the server's key that is still needed is not there."""


@dataclass(frozen=True)
class Keyring:
    """Every version of the server's key that there is."""

    versions: Mapping[int, DataKey]

    @property
    def newest(self) -> int:
        """The number of the version that seals."""
        return max(self.versions)

    def version(self, number: int) -> DataKey:
        """Return a version. Raises KeyAbsent."""
        if number not in self.versions:
            raise KeyAbsent(
                f"Version {number} of the server's key is not there; give it back, it still seals something."
            )
        return self.versions[number]


def parse_keyring(text: str) -> Keyring:
    """Read the text of a key. Raises UnfitKeyring, which says the line and repeats nothing of it."""
    versions: dict[int, DataKey] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        version, _, secret = line.strip().partition(" ")
        if not (version.isascii() and version.isdigit() and len(version) < 7 and int(version) > 0):
            raise UnfitKeyring(f"Line {number} of the server's key does not begin with the number of a version.")
        if int(version) in versions:
            raise UnfitKeyring(f"Line {number} of the server's key has a version that stands there already.")
        try:
            versions[int(version)] = DataKey(base64.b64decode(secret.strip(), validate=True))
        except (binascii.Error, ValueError):
            raise UnfitKeyring(f"Line {number} of the server's key has not {KEY_BYTES} bytes in base64.") from None
    if not versions:
        raise UnfitKeyring("The server's key is empty.")
    return Keyring(versions)


def new_line(version: int, secret: bytes) -> str:
    """Return the line of a version."""
    return f"{version} {base64.b64encode(secret).decode()}\n"
