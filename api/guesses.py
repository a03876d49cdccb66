"""How often a source may guess at what is typed: tracking codes, one-time codes, tokens; on pages and over the API."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from api.context import Shared
from engine.errors import NotFound


@contextmanager
def counted_attempt(shared: Shared, address: str, code: str, *, kind: str = "codes") -> Iterator[None]:
    """Surround a look-up by a code; a miss (NotFound inside) counts against the source of the address and passes on.

    Raises TooMany before anything is looked up where the source has used up its misses of the minute: then a right
    code is refused too, so that trying tells nothing - but not one that was right from there before.
    """
    per_minute = shared.application.settings.filings_per_minute
    if not shared.rates.remembers(address, code):
        shared.rates.require(kind, address, per_minute=per_minute)
    try:
        yield
    except NotFound:
        shared.rates.take(kind, address, per_minute=per_minute)
        raise
    shared.rates.remember(address, code)
