"""One pass over everything that is due: soonest first, over all cases (docs/adr/0008, 0019)."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import select

from engine.clock import Clock
from engine.pipeline import Pipeline
from engine.tables import instance
from storage.database import Database
from storage.errors import StoreError
from storage.faults import translated

log = structlog.get_logger(__name__)

TOGETHER = 10
"""Cases in one transaction on SQLite: a commit waits for the disk as long as a firing takes, or longer. Who comes in
front of a screen meanwhile waits for some hundredths of a second."""


@dataclass(frozen=True)
class Swept:
    """What one pass did."""

    cases: int
    fired: int


class Sweep:
    """Fires what is due. `run_once` may be called as often as one likes, by any number of processes."""

    def __init__(self, *, database: Database, clock: Clock, pipeline: Pipeline, batch: int = 200) -> None:
        self._database, self._clock, self._pipeline, self._batch = database, clock, pipeline, batch
        self._together = TOGETHER if database.is_sqlite else 1

    def due_cases(self, *, limit: int | None = None) -> list[tuple[datetime, str]]:
        """Return the cases in which something is due now, each with its instant, soonest first; no lock is taken."""
        now, table = self._clock.now(), instance.c
        with self._database.read() as connection:
            rows = connection.execute(
                select(table.next_due, table.case_id)
                .where(table.next_due <= now)
                .order_by(table.next_due, table.case_id)
                .limit(limit or self._batch)
            )
            return [(row.next_due, row.case_id) for row in rows]

    def anything_due(self) -> bool:
        """Say whether something is due now that this would fire."""
        return bool(self.due_cases(limit=1))

    def run(self, going_on: Callable[[], bool] = lambda: True) -> int:
        """Fire batch after batch as long as each is full, and return in how many cases."""
        total = 0
        while True:
            swept = self.run_once(going_on=going_on)
            total += swept.cases
            # Where others have what is due in hand, nothing fires here: the next beat looks again.
            if swept.cases < self._batch or not swept.fired or not going_on():
                return total

    def run_once(self, *, going_on: Callable[[], bool] = lambda: True) -> Swept:
        """Fire what is due in one batch of cases, in order of due time over all of them.

        A case that fails is recorded and never stops the others.
        """
        waiting = self.due_cases()
        horizon = waiting[-1][0] if len(waiting) == self._batch else None
        cases = fired = 0
        while waiting and going_on():
            try:
                some = self._some(waiting, horizon)
            except StoreError as error:
                # Busy or unreachable: the rows stay due and the next pass finds them again.
                log.warning("sweep-postponed", reason=str(error))
                break
            cases, fired = cases + some.cases, fired + some.fired
        return Swept(cases, fired)

    def _some(self, waiting: list[tuple[datetime, str]], horizon: datetime | None) -> Swept:
        """Fire the next few cases of `waiting`, a heap, in one transaction, and put back what is due again."""
        failed: dict[str, Exception] = {}
        cases = fired = 0
        with self._pipeline.sweeping() as sweeping:
            while waiting and cases < self._together:
                _, case_id = heapq.heappop(waiting)
                # No further than to where the next case begins, or what this pass does not know of.
                until = waiting[0][0] if waiting else horizon
                cases += 1
                try:
                    # A store that is busy, full or away is no fault of the case.
                    with translated():
                        swept = sweeping.fire(case_id, until=until)
                except StoreError:
                    raise
                except Exception as error:
                    log.exception("sweep-failed", case=case_id)
                    failed[case_id] = error
                    continue
                fired += swept.fired
                if swept.next_due is not None and (horizon is None or swept.next_due <= horizon):
                    heapq.heappush(waiting, (swept.next_due, case_id))
        for case_id, reason in failed.items():
            self._pipeline.leave_alone(case_id, reason)
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
