"""How often an address may try tracking codes: on pages and over the API, reading and writing, from one bucket."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from api.context import Shared
from engine.errors import NotFound


@contextmanager
def counted_attempt(shared: Shared, address: str) -> Iterator[None]:
    """Surround a look-up by tracking code; a miss (NotFound inside) counts against the address and passes on.

    Raises TooMany before anything is looked up where the address has used up its misses of the minute: then a right
    code is refused too, so that trying tells nothing.
    """
    client, per_minute = f"codes:{address}", shared.application.settings.filings_per_minute
    shared.buckets.require(client, per_minute=per_minute)
    try:
        yield
    except NotFound:
        shared.buckets.take(client, per_minute=per_minute)
        raise
