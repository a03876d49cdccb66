"""The idempotency key of what leaves the house, made from the key of the outbox."""

from __future__ import annotations

import hashlib

from storage.outbox import Message


def idempotency_key(message: Message) -> str:
    """Return 64 hexadecimal digits: the same for the same message always, and nothing can be read from them."""
    return hashlib.sha256(message.key.encode()).hexdigest()
