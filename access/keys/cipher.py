"""One key and what it encrypts: AES-256 in GCM, a nonce at random for each text (NIST SP 800-38D)."""

from __future__ import annotations

import hashlib
import hmac
import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from access.errors import AccessError
from storage.sealed import Sealed

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
OVERHEAD: Final = 1 + NONCE_BYTES + 16
"""Bytes that a sealed text has beyond its own."""
_FORMAT: Final = b"\x01"
"""What stands first in everything that is sealed: how the rest is read."""


def new_secret_bytes() -> bytes:
    """Return 32 bytes that nobody has."""
    return os.urandom(KEY_BYTES)


class Unreadable(AccessError):
    """What is stored here was sealed with another key, or was altered."""


class DataKey:
    """A key of 32 bytes. Safe to share between threads; it never shows itself."""

    def __init__(self, secret: bytes) -> None:
        """Take the key. Raises ValueError where it has not 32 bytes."""
        if len(secret) != KEY_BYTES:
            raise ValueError(f"a key has {KEY_BYTES} bytes")
        self._secret = secret
        self._cipher = AESGCM(secret)

    @classmethod
    def new(cls) -> DataKey:
        """Return a key that nobody has."""
        return cls(new_secret_bytes())

    def seal(self, plain: bytes, *, bound_to: str = "") -> Sealed:
        """Return the bytes sealed; they open only with the same `bound_to`, which is not stored."""
        nonce = os.urandom(NONCE_BYTES)
        return Sealed(_FORMAT + nonce + self._cipher.encrypt(nonce, plain, bound_to.encode()))

    def open(self, sealed: bytes, *, bound_to: str = "") -> bytes:
        """Return what was sealed. Raises Unreadable."""
        if sealed[:1] != _FORMAT:
            raise Unreadable
        try:
            return self._cipher.decrypt(sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :], bound_to.encode())
        except (InvalidTag, ValueError):
            raise Unreadable from None

    def wrap(self, other: DataKey, *, name: str) -> bytes:
        """Return another key, sealed by this one under its name."""
        return bytes(self.seal(other._secret, bound_to=name))

    def unwrap(self, wrapped: bytes, *, name: str) -> DataKey:
        """Return the key that `wrap` has sealed under this name. Raises Unreadable."""
        return DataKey(self.open(wrapped, bound_to=name))

    def mark(self, text: str) -> str:
        """Return the keyed hash of a text (HMAC-SHA256): who has not the key cannot try texts out against it."""
        # A key of its own, derived from this one: no key serves two ciphers.
        own = hmac.digest(self._secret, b"redress marks", hashlib.sha256)
        return hmac.digest(own, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hex()

    def proof_key(self, of: str) -> bytes:
        """Return the key of the commitments to one thing, derived from this one: shown, it proves that thing alone."""
        return hmac.digest(hmac.digest(self._secret, b"redress commitments", hashlib.sha256), of.encode(), "sha256")

    def signing_key(self) -> Ed25519PrivateKey:
        """Return the Ed25519 key that is derived from this one."""
        return Ed25519PrivateKey.from_private_bytes(hmac.digest(self._secret, b"redress signatures", hashlib.sha256))

    def __repr__(self) -> str:
        return "DataKey(…)"
