"""What nobody foresaw becomes a failed step: nothing of it is kept, and it is on record like any other failure."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from access.errors import AccessError
from engine.errors import Refusal, StepFailed
from storage.errors import StoreError
from storage.faults import translated

log = structlog.get_logger(__name__)


@contextmanager
def failing_on_record(what: str, *, element: str | None = None) -> Iterator[None]:
    """Let refusals and faults of the store through, and raise StepFailed for every other exception.

    `what` was being done, in a few words; only the kind of the exception is told, since its text may hold what people
    wrote. The whole of it goes into the log.
    """
    try:
        with translated():
            yield
    except (Refusal, StoreError, AccessError):
        raise
    except Exception as error:
        log.exception("unforeseen", what=what, element=element)
        kind = type(error).__name__
        where = {"element": element} if element is not None else {}
        raise StepFailed(f"{what} failed: {kind}.", reason=kind, **where) from error
