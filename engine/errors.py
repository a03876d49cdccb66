"""Refusals: one class a reason, a stable `code`, the docstring as default message. HTTP codes: `api/errors.py`."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """The request cannot be carried out."""

    code = "refused"

    def __init__(self, message: str | None = None, **details: Any) -> None:
        self.message = message or (self.__doc__ or "").strip().splitlines()[0]
        self.details = details
        """JSON-ready facts for machines: who was faster, which fields, which version is current."""
        super().__init__(self.message)


class NotFound(Refusal):
    """There is no such thing, or it is not yours to see."""

    code = "not-found"


class NothingDue(NotFound):
    """Nothing is due in this case."""


class Forbidden(Refusal):
    """You may see this, but the step belongs to somebody else."""

    code = "forbidden"


class Conflict(Refusal):
    """Somebody was faster, or the case has moved on; look again before you repeat."""

    code = "conflict"


class ChangedMeanwhile(Conflict):
    """The case was changed by somebody else at the same moment; look again."""


class Stale(Refusal):
    """What you saw has changed since; load it again and decide anew."""

    code = "stale"


class Unfit(Refusal):
    """Some fields do not fit; each is listed with its reason."""

    code = "unfit"


class NotReady(Refusal):
    """This server cannot do its work now: `checks` says what is wrong."""

    code = "not-ready"


class UnknownCalendar(Refusal):
    """No calendar file defines this campus or channel."""

    code = "unknown-calendar"


class NotPublishable(Refusal):
    """The bundle has errors; nothing was stored."""

    code = "not-publishable"


class Unsafe(Refusal):
    """This cannot be done safely yet, so it is refused rather than done badly."""

    code = "unsafe"


class Busy(Refusal):
    """The store is busy; nothing was changed. Try again in a moment."""

    code = "busy"


class StepFailed(Refusal):
    """An automatic step of the diagram failed; nothing was changed and the failure is on record."""

    code = "step-failed"


class MatchRequired(Refusal):
    """A decision is made on what you saw: say which version that was (If-Match)."""

    code = "match-required"


class SignInRequired(Refusal):
    """Sign in first, or send a valid token."""

    code = "sign-in-required"


class TooMany(Refusal):
    """Too many requests; try again later."""

    code = "too-many"
