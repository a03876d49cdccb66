"""The clocks of a case that goes on in another process: their logs go along, whole (X-09, docs/adr/0006).

Every process keeps the logs of the clocks that it does not know, too, so that a case which comes back finds them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from engine.clocks.case_clocks import Clock, dump_clock, load_clock
from engine.model.config import ClockSpec

BY_PEOPLE = "with_reason"
"""The reason of a pause that a person made: it ends when a person ends it, in whichever process the case then is."""


def carried_clocks(records: Iterable[Mapping[str, Any]], *, alive: Collection[str], now: datetime) -> list[Any]:
    """Return what goes along of the clocks that an ended instance has left (JSON values, as `dump_clock` gives them).

    Clocks of called processes stay behind: what they were for is over. `alive` holds the keys of those that ran or
    were paused until the move; they stand ready to go on. A pause that a step of the diagram made ends at `now`, with
    its credit: what was waited for (an answer, papers) is waited for no more. A pause that a person made goes along.
    """
    return [dump_clock(_carried(load_clock(record), alive, now)) for record in records if not record["s"]]


def _carried(clock: Clock, alive: Collection[str], now: datetime) -> Clock:
    if clock.key in alive and clock.state == "dropped":
        clock.moved = True
    last = clock.pauses[-1] if clock.pauses else None
    if clock.moved and last is not None and last.end is None and last.reason != BY_PEOPLE:
        last.end = now
    return clock


def take_up(clock: Clock, spec: ClockSpec, *, pausable: bool, now: datetime) -> None:
    """Let a carried clock run on, or stand still on, as the process says that now takes it up.

    A pause that this process does not know for this clock, or does not allow now (`pausable`), ends here. The due time
    is for the caller to work out.
    """
    last = clock.pauses[-1] if clock.pauses else None
    clock.state, clock.moved, clock.ended_at = "running", False, None
    if last is not None and last.end is None:
        if pausable and last.reason in spec.pause_reasons:
            clock.state = "paused"
        else:
            last.end = now
