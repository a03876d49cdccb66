"""After calendars have changed, every running case is counted again; once for each content of the files."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import structlog
from sqlalchemy import select

from engine.case_work import SYSTEM
from engine.commands.clocks import RecalculateCase
from engine.commands.house_work import HouseWork
from engine.pipeline import Desk, Pipeline
from engine.tables import house_state, instance
from storage.database import Database
from storage.errors import StoreError
from storage.insert import upsert_many
from trail.house import Kind

log = structlog.get_logger(__name__)

COUNTED_BY = "calendars.counted_by"
"""The digest of the calendars by which every running case has been counted."""
REACHED = "calendars.reached"
"""Digest and case, with a space between: how far a count that is under way has come."""


class CalendarChange:
    """Counts the cases of an installation again when its calendars are others than those it was counted by.

    `digest` is that of the calendars this process has read at its start. Several processes may do this at once:
    counting twice is harmless.
    """

    def __init__(self, *, database: Database, pipeline: Pipeline, digest: str, batch: int = 200) -> None:
        self._database, self._pipeline, self._digest, self._batch = database, pipeline, digest, batch
        self._done = False

    def run_once(self, going_on: Callable[[], bool] = lambda: True) -> int:
        """Count again what is left to count; return how many cases. 0, without a look at any, when nothing changed.

        Stopped in between, or with the store away (StoreError), the next call goes on where this one got to. A case
        that cannot be counted is recorded as an incident and does not stop the others. Once done, a process does not
        do it again: two with different files never undo each other's work in turns.
        """
        if self._done:
            return 0
        counted_by, reached = self._state(COUNTED_BY), self._state(REACHED).split(" ")
        if counted_by == self._digest:
            self._done = True
            return 0
        last = reached[1] if reached[0] == self._digest else ""
        count = 0
        while cases := self._live(last):
            for case_id in cases:
                if not going_on():
                    return count
                self._recalculate(case_id)
                count, last = count + 1, case_id
            self._keep({REACHED: f"{self._digest} {last}"})
        self._keep({COUNTED_BY: self._digest, REACHED: ""}, taken=True)
        self._done = True
        log.info("calendars-counted", cases=count, digest=self._digest)
        return count

    def _recalculate(self, case_id: str) -> None:
        try:
            self._pipeline.run(RecalculateCase(case_id), SYSTEM)
        except StoreError:
            raise
        except Exception as error:
            log.exception("recalculation-failed", case=case_id)
            self._pipeline.leave_alone(case_id, error)

    def _live(self, after: str) -> Sequence[str]:
        table = instance.c
        live = select(table.case_id).where(table.ended_at.is_(None), table.case_id > after)
        with self._database.read() as connection:
            return connection.execute(live.order_by(table.case_id).limit(self._batch)).scalars().all()

    def _state(self, key: str) -> str:
        table = house_state.c
        with self._database.read() as connection:
            return connection.execute(select(table.value).where(table.key == key)).scalar() or ""

    def _keep(self, values: dict[str, str], *, taken: bool = False) -> None:
        rows = [{"key": key, "value": value} for key, value in values.items()]

        def keep(desk: Desk) -> None:
            upsert_many(desk.connection, house_state, rows, unique=("key",))
            if taken:
                desk.note(Kind.CALENDARS_TAKEN, digest=self._digest)

        self._pipeline.run(HouseWork(keep), SYSTEM)
