"""What nobody foresaw becomes a failed step: nothing of it is kept, and it is on record like any other failure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import structlog

from access.errors import AccessError
from engine.errors import Refusal, StepFailed
from storage.errors import StoreError
from storage.faults import translated

log = structlog.get_logger(__name__)

HIDDEN: Final = "…"
"""Stands for a text of the case."""
_QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""")


@contextmanager
def failing_on_record(what: str, *, element: str | None = None) -> Iterator[None]:
    """Let refusals and faults of the store through, and raise StepFailed for every other exception.

    `what` was being done, in a few words; only the kind of the exception is told, since its text may hold what people
    wrote. The log says where it was raised.
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


def _refused(error: BaseException) -> Refusal | None:
    """Return the refusal that an exception of the library was raised for, None where there is none."""
    at: BaseException | None = error
    while at is not None and not isinstance(at, Refusal):
        at = at.__cause__ or at.__context__
    return at


def reason_for_operators(refusal: Refusal) -> str:
    """Return the message of a failure without the texts that it quotes from the case.

    Those are the texts that a decision table was asked with, what an expression looked up, and the words of an
    exception that nobody foresaw: of it the kind is told.
    """
    message, cause, details = refusal.message, refusal.__cause__, refusal.details
    if cause is not None and not isinstance(cause, Refusal) and str(cause):
        refused = _refused(cause)
        told = type(cause).__name__ if refused is None else reason_for_operators(refused)
        message = message.replace(str(cause), told)
    inputs = details.get("inputs")
    shown: list[Any] = [details.get("value"), *(inputs.values() if isinstance(inputs, dict) else ())]
    for text in shown:
        if isinstance(text, str) and _QUOTED.match(text):
            message = message.replace(text, f'"{HIDDEN}"')
    looked_up = details.get("reason")
    if "expression" in details and isinstance(looked_up, str):
        message = message.replace(looked_up, _QUOTED.sub(f"'{HIDDEN}'", looked_up))
    return message
