"""A closed case is about to be opened again: what its first round has left undone, the next one does."""

from __future__ import annotations

from sqlalchemy import select

from complaints.case_now import keep_facts, status
from engine.case_work import CaseWork
from engine.tables import case_clock

UNACKNOWLEDGED = "unacknowledged"
"""The fact, where a process declares it, that nobody had acknowledged the case when it was closed, or moved here."""


def note_what_is_undone(work: CaseWork) -> None:
    """Keep, before a closed case is opened again, whether anybody has ever acknowledged it (R-004-11).

    That is what the clock says which the receipt promises (`[intake]` in process.toml). A case that was withdrawn at
    once has to be acknowledged like a new one. Repeating is safe.
    """
    config = work.process.config
    if status(work) != "closed" or UNACKNOWLEDGED not in config.facts or config.intake.clock is None:
        return
    keep_facts(work, {UNACKNOWLEDGED: _last_state(work, config.intake.clock) not in (None, "met")})


def nobody_acknowledged(work: CaseWork) -> bool:
    """Say whether nobody has acknowledged the case so far, as the process that it runs in counts that (R-004-11).

    A process whose receipt promises no acknowledgement has not acknowledged it.
    """
    clock = work.process.config.intake.clock
    return clock is None or _last_state(work, clock) != "met"


def _last_state(work: CaseWork, clock: str) -> str | None:
    """Return how the newest round of a clock of the case stands, None for one that has never started."""
    table = case_clock.c
    state: str | None = work.connection.execute(
        select(table.state)
        .where(table.case_id == work.case_id, table.name == clock)
        .order_by(table.round.desc())
        .limit(1)
    ).scalar()
    return state
