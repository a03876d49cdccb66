"""How a receiver knows that what it is sent is ours, unchanged, and not an old one sent again (docs/integrator)."""

from __future__ import annotations

import hashlib
import hmac


def signature(secret: str, timestamp: int, content: bytes) -> str:
    """Return the header `Redress-Signature`: `v1=` and HMAC-SHA256, in hexadecimal, over timestamp, a dot and body."""
    signed = f"{timestamp}.".encode() + content
    return "v1=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
