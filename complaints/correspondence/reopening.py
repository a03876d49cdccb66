"""A closed case is about to be opened again: what its first round has left undone, the next one does."""

from __future__ import annotations

from sqlalchemy import select

from complaints.case_now import keep_facts, status
from engine.case_work import CaseWork
from engine.tables import case_clock

UNACKNOWLEDGED = "unacknowledged"
"""The fact, where a process declares it, that nobody had acknowledged the case when it was closed."""


def note_what_is_undone(work: CaseWork) -> None:
    """Keep, before a closed case is opened again, whether anybody has ever acknowledged it (R-004-11).

    That is what the clock says which the receipt promises (`[intake]` in process.toml). A case that was withdrawn at
    once has to be acknowledged like a new one. Repeating is safe.
    """
    config = work.process.config
    if status(work) != "closed" or UNACKNOWLEDGED not in config.facts or config.intake.clock is None:
        return
    table = case_clock.c
    last = work.connection.execute(
        select(table.state)
        .where(table.case_id == work.case_id, table.name == config.intake.clock)
        .order_by(table.round.desc())
        .limit(1)
    ).scalar()
    keep_facts(work, {UNACKNOWLEDGED: last is not None and last != "met"})
