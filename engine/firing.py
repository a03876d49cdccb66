"""Fires what is due in one case, as a change of its own, before anything a person asks for (docs/adr/0008).

Each instant fires and is written down on a savepoint, as its own batch, so that no later send-back can take it back.
Where that fails, what a failing item has written is gone with it, the failure is on record and the item rests; the
others of the same instant fire one by one, and everything that is due later fires at its time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from sqlalchemy import update

from access.errors import AccessError
from engine.case_work import SYSTEM, CaseWork
from engine.dated import dated_due, fire_dated, refresh_dated
from engine.errors import ChangedMeanwhile, NothingDue, Refusal, StepFailed
from engine.incidents import rest, resting, settle
from engine.kernel.step import inspect
from engine.model.step import DueItem, FireDue, StepResult
from engine.projection import save
from engine.tables import deadline
from engine.unforeseen import failing_on_record

MAX_FIRINGS = 100
"""Due instants fired before one command; what is left is the sweep's."""


def fire_what_is_due(work: CaseWork, *, limit: int = MAX_FIRINGS, until: datetime | None = None) -> int:
    """Fire every due instant up to now, or only those up to `until`, one at a time; return how many.

    Writes them down in the open transaction and leaves `work` ready for a change that follows. Never raises for a
    diagram or an effect that fails; raises StoreError when the store does, and what is wrong with a state that cannot
    be read.
    """
    work.resting = resting(work)
    count, asker = 0, work.actor
    work.actor = SYSTEM
    while count < limit and is_due(work, until):
        count += _fire(work)
    work.actor = asker
    return count


def wake(work: CaseWork, key: str) -> None:
    """Let a due item that rests be tried at the next firing, whatever it waited for. Repeating is safe.

    Raises StepFailed for a state that cannot be read.
    """
    here = (deadline.c.case_id == work.case_id, deadline.c.key == key)
    work.connection.execute(update(deadline).where(*here).values(retry_at=None))
    work.resting = resting(work)
    refresh_dated(work)
    work.row["next_state_due"] = work.falls(_due_of_state(work))


def is_due(work: CaseWork, until: datetime | None = None) -> bool:
    """Tell whether something in the case is due now (by `until`) that does not rest."""
    by = work.now if until is None else min(until, work.now)
    return any(at is not None and at <= by for at in (work.state_due, work.row["next_dated"]))


def fire_next(work: CaseWork) -> None:
    """Fire the earliest due instant of a case: what its state says, or a dated record. Raises NothingDue."""
    if _dated_is_next(work):
        fire_dated(work)
    else:
        work.step(FireDue(without=frozenset(work.resting)))


def _dated_is_next(work: CaseWork) -> bool:
    state_due, dated = work.state_due, work.row["next_dated"]
    return state_due is None or (dated is not None and dated < state_due)


def _fire(work: CaseWork) -> int:
    """Fire the next instant, or let rest what fails of it; return 1 where something fired."""
    failure = _attempt(work, partial(fire_next, work))
    if failure is None:
        return 1
    if isinstance(failure, NothingDue):
        # Rows that say otherwise than the state are written again.
        _look_again(work)
        return 0
    together = _due_together(work)
    if len(together) == 1:
        _let_rest(work, [(together[0], failure)])
        return 0
    fired, failures = 0, list[tuple[DueItem, Refusal]]()
    for item in together:
        alone = _attempt(work, partial(_fire_only, work, item))
        if alone is None:
            fired = 1
        elif not isinstance(alone, NothingDue):
            failures.append((item, alone))
    if not (fired or failures):
        raise failure
    _let_rest(work, failures)
    return fired


def _attempt(work: CaseWork, fire: Callable[[], None]) -> Refusal | None:
    """Fire and write down, or leave no trace; return what went wrong, whatever it is: a person's command goes on."""
    fence = work.row["row_version"]
    try:
        with failing_on_record("The step"), work.attempt():
            fire()
            save(work, fence=fence)
    except ChangedMeanwhile:
        raise
    except Refusal as refusal:
        return refusal
    except AccessError as error:
        return StepFailed(error.message)
    settle(work)
    work.begin_batch()
    return None


def _fire_only(work: CaseWork, item: DueItem) -> None:
    if item.source == "dated":
        fire_dated(work, only=item.key)
    else:
        work.step(FireDue(only=item.key))


def _due_together(work: CaseWork) -> list[DueItem]:
    """Return what is due at the next instant. Raises StepFailed for a state that cannot be read."""
    due = dated_due(work) if _dated_is_next(work) else list(_due_of_state(work))
    awake = [item for item in due if item.key not in work.resting]
    return [item for item in awake if item.due_at == awake[0].due_at]


def _due_of_state(work: CaseWork) -> tuple[DueItem, ...]:
    """Return what is due in the state; in a case that is archived, which has ended, nothing but its records is."""
    return () if work.row["archived_at"] is not None else _looked_at(work).due


def _looked_at(work: CaseWork) -> StepResult:
    row = work.row
    return inspect(work.process, row["state"], facts=row["facts"], calendars=work.services.calendars, now=work.now)


def _look_again(work: CaseWork) -> None:
    fence = work.row["row_version"]
    if work.row["archived_at"] is None:
        found = _looked_at(work)
        work.result, work.before, work.row["state"] = found, found.before, found.state
    refresh_dated(work)
    save(work, fence=fence)
    work.begin_batch()


def _let_rest(work: CaseWork, failures: list[tuple[DueItem, Refusal]]) -> None:
    fence = work.row["row_version"]
    for item, refusal in failures:
        rest(work, item.key, None if item.source == "dated" else item.name, refusal)
    if failures:
        refresh_dated(work)
        work.row["next_state_due"] = work.falls(_due_of_state(work))
        save(work, fence=fence)
        work.begin_batch()
