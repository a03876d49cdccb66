"""The tables that the replay prints: how cases stand, what fired, how deadlines came out, how long it took."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from tests.replay.audit import rows_of
from tests.replay.case import Case

BY_STATUS = "SELECT status, coalesce(closure, '-'), count(*) FROM instance GROUP BY 1, 2 ORDER BY 1, 3 DESC"
BY_CLOCK = (
    "SELECT name, CASE WHEN state = 'met' THEN CASE WHEN late THEN 'met late' ELSE 'met in time' END ELSE state END, "
    "count(*) FROM case_clock GROUP BY 1, 2 ORDER BY 1, 2"
)
FIRED = "SELECT name, count(*) FROM event_log WHERE kind = 'fired' GROUP BY 1"
TASKS = "SELECT element, state, count(*) FROM work_item GROUP BY 1, 2"
TOTALS = ("complaint", "work_item", "event_log", "outbox", "message", "case_clock", "deadline", "incident")


def tables(file: Path, cases: Sequence[Case]) -> Iterator[str]:
    """Yield the lines of all tables about the database."""
    connection, rows = rows_of(file)
    with closing(connection):
        yield "status and closure"
        yield from (f"  {status:<12} {closure:<22} {count:6d}" for status, closure, count in rows(BY_STATUS))
        plans = Counter((case.plan.name, case.closure or case.status) for case in cases)
        yield "plan and ending"
        yield from (f"  {name:<42} {ending:<22} {count:6d}" for (name, ending), count in sorted(plans.items()))
        yield "deadlines"
        yield from (f"  {clock:<12} {outcome:<22} {count:6d}" for clock, outcome, count in rows(BY_CLOCK))
        rungs: Counter[str] = Counter()
        for name, count in rows(FIRED):
            parts = name.split("/")
            rungs[f"{parts[0]}/{parts[-1]}" if len(parts) > 1 else f"dated: {name.split(':')[0]}"] += count
        yield "rungs and dated records fired"
        yield from (f"  {name:<35} {count:6d}" for name, count in sorted(rungs.items()))
        done = {(element, state): count for element, state, count in rows(TASKS)}
        yield "tasks                          done   open  cancelled"
        for element in sorted({element for element, _ in done}):
            numbers = "".join(f"{done.get((element, state), 0):7d}" for state in ("done", "open", "cancelled"))
            yield f"  {element:<26} {numbers}"
        yield "rows     " + ", ".join(f"{name} {rows(f'SELECT count(*) FROM {name}')[0][0]}" for name in TOTALS)


def times(took: Mapping[str, Sequence[float]]) -> Iterator[str]:
    """Yield how long requests took, in milliseconds."""
    yield "requests                        count     p50 ms     p95 ms     max ms"
    for kind, seconds in sorted(took.items(), key=lambda each: -len(each[1])):
        if len(seconds) < 2:
            continue
        cuts = statistics.quantiles(seconds, n=20)
        yield f"  {kind:<27} {len(seconds):7d} {cuts[9] * 1e3:10.1f} {cuts[18] * 1e3:10.1f} {max(seconds) * 1e3:10.1f}"
