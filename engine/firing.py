"""Fires what is due in one case, as a change of its own, before anything a person asks for.

Each instant fires on a savepoint: what a failing one has written is gone with it, the failure is on record, and the
case is left alone for a while. What fired is saved as its own batch, so that no later send-back can take it back.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from engine.case_work import SYSTEM, CaseWork
from engine.dated import fire_dated
from engine.errors import Refusal, StepFailed
from engine.ids import Ids
from engine.model.step import FireDue
from engine.projection import save
from engine.tables import incident
from storage.errors import StoreError

MAX_FIRINGS = 100
"""Due instants fired before one command; what is left is the sweep's."""
RETRY_AFTER = (timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10), timedelta(hours=1))
"""How long a case whose firing failed is left alone, by the number of failures."""
DOING = "fire due"
"""What an incident of a firing says was being done."""


def fire_what_is_due(work: CaseWork, *, limit: int = MAX_FIRINGS, until: datetime | None = None) -> int:
    """Fire every due instant up to now, or only those up to `until`, one at a time; return how many.

    Writes them down in the open transaction and leaves `work` ready for a change that follows. Never raises for a
    diagram or an effect that fails; raises StoreError when the store does.
    """
    fence, count, failing, asker = work.row["row_version"], 0, work.row["retry_at"] is not None, work.actor
    work.actor = SYSTEM
    while count < limit and is_due(work, until):
        try:
            with work.attempt():
                fire_next(work)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever fails here, the person's command goes on
            refusal = error if isinstance(error, Refusal) else StepFailed(f"The step failed: {type(error).__name__}.")
            attempts = note_failure(work.connection, work.case_id, refusal, now=work.now, ids=work.ids)
            work.row["retry_at"] = retry_at(work.now, attempts)
            work.log("incident", element=refusal.details.get("element"), reason=refusal.message, attempts=attempts)
            failing = False
            break
        count += 1
    if count or work.events:
        if count and failing:
            _settle(work)
        save(work, fence=fence)
        work.begin_batch()
    work.actor = asker
    return count


def is_due(work: CaseWork, until: datetime | None = None) -> bool:
    """Tell whether something in the case is due now (by `until`), and the case is not being left alone."""
    rests_until: datetime | None = work.row["retry_at"]
    if rests_until is not None and rests_until > work.now:
        return False
    by = work.now if until is None else min(until, work.now)
    return any(at is not None and at <= by for at in (work.state_due, work.row["next_dated"]))


def fire_next(work: CaseWork) -> None:
    """Fire the earliest due instant of a case: what its state says, or a dated record."""
    state_due, dated = work.state_due, work.row["next_dated"]
    if state_due is None or (dated is not None and dated < state_due):
        fire_dated(work)
    else:
        work.step(FireDue())
    work.row["retry_at"] = None


def note_failure(connection: Connection, case_id: str, refusal: Refusal, *, now: datetime, ids: Ids) -> int:
    """Write the incident of a firing that failed, or count it up; return how often it has failed in a row."""
    table = incident.c
    mine = (table.case_id == case_id, table.doing == DOING, table.resolved_at.is_(None))
    known = connection.execute(select(table.id, table.attempts).where(*mine)).first()
    if known is None:
        connection.execute(
            insert(incident).values(
                id=ids.new(), case_id=case_id, at=now, element=refusal.details.get("element"), doing=DOING,
                reason=refusal.message, attempts=1,
            )
        )  # fmt: skip
        return 1
    attempts: int = known.attempts + 1
    connection.execute(update(incident).where(table.id == known.id).values(attempts=attempts, reason=refusal.message))
    return attempts


def retry_at(now: datetime, attempts: int) -> datetime:
    """Return when a case is looked at again after so many failures."""
    return now + RETRY_AFTER[min(attempts, len(RETRY_AFTER)) - 1]


def _settle(work: CaseWork) -> None:
    table = incident.c
    work.connection.execute(
        update(incident)
        .where(table.case_id == work.case_id, table.doing == DOING, table.resolved_at.is_(None))
        .values(resolved_at=work.now)
    )
