"""How a case stands in the middle of a command: what the last step left, else what was read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from engine.case_work import CaseWork
from engine.errors import Conflict
from engine.model.step import ChangeFacts


def has_ended(work: CaseWork) -> bool:
    """Say whether the instance is over: nothing can happen in it any more."""
    return work.result.ended if work.result is not None else work.row["ended_at"] is not None


def status(work: CaseWork) -> str:
    """Return the public status."""
    stepped = work.result.status if work.result is not None else None
    return stepped or str(work.row["status"])


def waits_for(work: CaseWork) -> tuple[str, ...]:
    """Return the messages that somebody in the case waits for."""
    return work.result.waits_for if work.result is not None else tuple(work.row["waits_for"])


def waited_message(work: CaseWork, kind: str, *, but: Collection[str] = ()) -> str | None:
    """Return the message of the diagram that what people send becomes now (`process.toml`, `[messages]`), or None.

    `but`: messages that it cannot be.
    """
    waited = waits_for(work)
    names = work.process.config.messages.get(kind, ())
    return next((name for name in names if name in waited and name not in but), None)


def require_not_closed(work: CaseWork) -> None:
    """Raise Conflict when the case is closed: what is new then reopens it, or opens a linked one."""
    if has_ended(work):
        raise Conflict("This case has ended; a new one can be opened and linked to it.", status=status(work))
    if status(work) == "closed":
        raise Conflict("The case is closed; reopen it first.", status="closed")


def keep_facts(work: CaseWork, facts: Mapping[str, Any]) -> None:
    """Let facts follow what the rows say; those that the process does not know, or that stand so already, are left.

    Values as they are stored (JSON). Repeating is safe.
    """
    known, now = work.process.config.facts, work.row["facts"]
    moved = {name: value for name, value in facts.items() if name in known and now.get(name) != value}
    if moved and not has_ended(work):
        work.step(ChangeFacts(moved))
