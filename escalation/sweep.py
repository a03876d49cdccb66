"""One pass over everything that is due: soonest first, one case a transaction (DESIGN.md sections 3 and 4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import structlog
from sqlalchemy import or_, select

from engine.clock import Clock
from engine.pipeline import Pipeline
from engine.tables import instance
from storage.database import Database
from storage.errors import StoreError

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Swept:
    """What one pass did."""

    cases: int
    fired: int


class Sweep:
    """Fires what is due. `run_once` may be called as often as one likes, by any number of processes."""

    def __init__(self, *, database: Database, clock: Clock, pipeline: Pipeline, batch: int = 200) -> None:
        self._database, self._clock, self._pipeline, self._batch = database, clock, pipeline, batch

    def due_cases(self) -> list[str]:
        """Return the ids of the cases in which something is due now, soonest first; no lock is taken."""
        now, table = self._clock.now(), instance.c
        with self._database.read() as connection:
            return list(
                connection.execute(
                    select(table.case_id)
                    .where(table.next_due <= now, or_(table.retry_at.is_(None), table.retry_at <= now))
                    .order_by(table.next_due, table.case_id)
                    .limit(self._batch)
                ).scalars()
            )

    def run_once(self, *, going_on: Callable[[], bool] = lambda: True) -> Swept:
        """Fire everything due in one batch of cases. A case that fails is recorded and never stops the others."""
        cases = fired = 0
        for case_id in self.due_cases():
            if not going_on():
                break
            try:
                fired += self._pipeline.sweep_case(case_id)
            except StoreError as error:
                # Busy or unreachable: the row stays due and the next pass finds it again.
                log.warning("sweep-postponed", case=case_id, reason=str(error))
            except Exception as error:
                log.exception("sweep-failed", case=case_id)
                self._pipeline.leave_alone(case_id, error)
            cases += 1
        return Swept(cases, fired)

    def run_until_done(self, *, limit: int = 10_000) -> int:
        """Fire until nothing is due; return how many instants fired. For scenarios and the demo clock."""
        total = 0
        for _ in range(limit):
            swept = self.run_once()
            total += swept.fired
            if swept.fired == 0:
                return total
        return total
