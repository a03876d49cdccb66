"""A request that is sent twice is carried out once: the first answer is kept 24 hours, sealed under its own key.

The key itself is stored nowhere, only its digest; without the key nobody, the operator included, can read the answer
(it may hold a tracking code) or try out which request it belonged to.
"""

from __future__ import annotations

import hmac
import os
from datetime import datetime, timedelta
from hashlib import blake2b

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Column, Connection, Table, Text, delete, select
from sqlalchemy.exc import IntegrityError

from storage.errors import KeyReused, StoreBusy
from storage.schema import metadata
from storage.types import Blob, Instant

KEPT_FOR = timedelta(hours=24)
"""How long an answer can be had again."""

idempotency = Table(
    "idempotency",
    metadata,
    Column("key_digest", Text, primary_key=True),
    Column("request_digest", Text, nullable=False),
    Column("response_sealed", Blob, nullable=False),
    Column("created_at", Instant, nullable=False, index=True),
)


def recall(connection: Connection, *, key: str, scope: str, request: bytes, now: datetime) -> bytes | None:
    """Return the answer that was given to the same request under the same key, None if there is none younger than 24 h.

    `scope` is who asks for what (person and route): the same key of two people is two keys.
    Raises KeyReused if the key came with another request.
    """
    digest = _digest(key, scope, purpose=b"key", data=b"")
    row = connection.execute(select(idempotency).where(idempotency.c.key_digest == digest)).one_or_none()
    if row is None or row.created_at + KEPT_FOR <= now:
        return None
    if not hmac.compare_digest(row.request_digest, _digest(key, scope, purpose=b"request", data=request)):
        raise KeyReused
    sealed: bytes = row.response_sealed
    return AESGCM(_secret(key, scope)).decrypt(sealed[:12], sealed[12:], digest.encode())


def remember(connection: Connection, *, key: str, scope: str, request: bytes, response: bytes, now: datetime) -> None:
    """Keep the answer, in the transaction that carries the request out.

    Raises StoreBusy if the same key is being used at this moment: roll back; when asked again, `recall` has the answer.
    """
    digest = _digest(key, scope, purpose=b"key", data=b"")
    nonce = os.urandom(12)
    sealed = nonce + AESGCM(_secret(key, scope)).encrypt(nonce, response, digest.encode())
    expired = (idempotency.c.key_digest == digest, idempotency.c.created_at <= now - KEPT_FOR)
    connection.execute(delete(idempotency).where(*expired))
    try:
        connection.execute(
            idempotency.insert().values(
                key_digest=digest,
                request_digest=_digest(key, scope, purpose=b"request", data=request),
                response_sealed=sealed,
                created_at=now,
            )
        )
    except IntegrityError as error:
        raise StoreBusy("The same request is being carried out at this moment. Try again in a moment.") from error


def purge(connection: Connection, now: datetime) -> int:
    """Delete what is older than 24 hours. Returns how many; repeating is safe."""
    return connection.execute(delete(idempotency).where(idempotency.c.created_at <= now - KEPT_FOR)).rowcount


def _secret(key: str, scope: str) -> bytes:
    return bytes.fromhex(_digest(key, scope, purpose=b"seal", data=b""))


def _digest(key: str, scope: str, *, purpose: bytes, data: bytes) -> str:
    # Keyed by the Idempotency-Key, so that digests of guessable requests tell nothing; the key may be longer than
    # blake2b allows (64 bytes), hence the digest of it.
    keyed = blake2b(blake2b(key.encode()).digest() + scope.encode(), digest_size=32).digest()
    return blake2b(data, key=keyed, person=purpose.ljust(16, b"\0"), digest_size=32).hexdigest()
