"""What must hold when the replay is over: nothing lost, nothing doubled, nobody stuck, every end as planned."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.replay.case import Case
from tests.replay.client import Client

Rows = Callable[..., list[tuple[Any, ...]]]


def rows_of(file: Path) -> tuple[sqlite3.Connection, Rows]:
    """Return a connection that reads the file, and what asks it."""
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=30)
    return connection, lambda sql, *values: connection.execute(sql, values).fetchall()


def listed(client: Client, token: str) -> list[dict[str, Any]]:
    """Return every complaint that the list shows, page by page."""
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        more = f"&cursor={cursor}" if cursor else ""
        answer = client.call("GET", f"/api/complaints?limit=200{more}", token=token, kind="list")
        assert answer.status == 200, answer.body
        found += answer.body["items"]
        cursor = answer.body["next"]
        if not cursor:
            return found


def waiting_messages(file: Path) -> int:
    """Return how many messages are neither delivered nor called off."""
    connection, rows = rows_of(file)
    with closing(connection):
        return int(rows(f"SELECT count(*) FROM outbox WHERE {WAITING}")[0][0])


WAITING = "delivered_at IS NULL AND cancelled_at IS NULL AND given_up_at IS NULL"


def audit(
    file: Path,
    cases: Sequence[Case],
    shown: Sequence[dict[str, Any]],
    *,
    seeded: int,
    now: datetime,
    plans: bool = True,
) -> list[str]:
    """Return one sentence for everything that does not hold; `now` is the demo's instant."""
    connection, rows = rows_of(file)
    with closing(connection):
        found = [
            *_filed(rows, cases, shown, seeded=seeded),
            *_once(rows, cases),
            *_told(rows),
            *_open(rows),
            *_deadlines(rows),
        ]
        if plans:
            found += [*_ends(rows, cases)]
        late = rows("SELECT case_id, next_due FROM instance WHERE next_due < ?", _stored(now))
        found += [f"case {case_id}: due since {due} and not fired" for case_id, due in late]
    for case in cases:
        found += [f"case {case.index} ({case.plan.name}): {said}" for said in dict.fromkeys(case.refused)]
    return found


def _stored(at: datetime) -> Any:
    from storage.types import Instant

    return Instant().process_bind_param(at, _sqlite())


def _sqlite() -> Any:
    from sqlalchemy.dialects import sqlite

    return sqlite.dialect()


def _filed(rows: Rows, cases: Sequence[Case], shown: Sequence[dict[str, Any]], *, seeded: int) -> Iterator[str]:
    stored: dict[str, str] = dict(rows("SELECT case_id, number FROM complaint"))
    cases = [case for case in cases if case.id]
    for case in cases:
        if stored.get(case.id) != case.number:
            yield f"case {case.index}: answered as {case.id} {case.number}, but stored is {stored.get(case.id)}"
    ids = [each["id"] for each in shown]
    if len(ids) != len(set(ids)):
        yield f"the list shows {len(ids) - len(set(ids))} complaints twice"
    if set(ids) != set(stored):
        yield f"list and table differ: {len(set(ids) ^ set(stored))} complaints"
    if len(stored) != len(cases) + seeded:
        yield f"{len(stored)} complaints are stored; {len(cases)} were acknowledged and {seeded} seeded"
    if len(set(stored.values())) != len(stored):
        yield "a number was given twice"
    statuses = {each["id"]: (each["status"], each["closure"]) for each in shown}
    for case in cases:
        if statuses.get(case.id) != (case.status, case.closure):
            yield f"case {case.index}: last seen {case.status} {case.closure}, listed {statuses.get(case.id)}"


def _once(rows: Rows, cases: Sequence[Case]) -> Iterator[str]:
    doubled = rows(
        "SELECT case_id, task, count(*) FROM event_log "
        "WHERE kind = 'completed' AND task IN (SELECT task FROM work_item) GROUP BY 1, 2 HAVING count(*) > 1"
    )
    yield from (f"case {case_id}: task {task} was completed {count} times" for case_id, task, count in doubled)
    done: dict[str, set[str]] = {}
    for case_id, item in rows("SELECT case_id, id FROM work_item WHERE state = 'done'"):
        done.setdefault(case_id, set()).add(item)
    for case in cases:
        stored = done.get(case.id, set())
        if stored != case.tasks:
            yield (
                f"case {case.index} ({case.plan.name}): {len(case.tasks - stored)} completions acknowledged and lost, "
                f"{len(stored - case.tasks)} stored and never acknowledged"
            )
    letters: Counter[str] = Counter(dict(rows(
        "SELECT case_id, count(*) FROM message WHERE direction = 'in' AND template IS NULL GROUP BY case_id"
    )))  # fmt: skip
    for case in cases:
        if letters[case.id] != case.letters:
            yield f"case {case.index}: {case.letters} letters acknowledged, {letters[case.id]} stored"
    twice = rows(
        "SELECT case_id, name, json_extract(detail, '$.due_at'), count(*) FROM event_log WHERE kind = 'fired' "
        "GROUP BY 1, 2, 3 HAVING count(*) > 1"
    )
    yield from (f"case {case_id}: {name} due {due} fired {count} times" for case_id, name, due, count in twice)


def _told(rows: Rows) -> Iterator[str]:
    total, keys = rows("SELECT count(*), count(DISTINCT key) FROM outbox")[0]
    if total != keys:
        yield f"{total - keys} messages have a key twice"
    left = rows(f"SELECT kind, recipient, last_error, count(*) FROM outbox WHERE {WAITING} GROUP BY 1, 2, 3 LIMIT 5")
    yield from (f"{count} messages {kind} to {who} were not delivered: {error}" for kind, who, error, count in left)
    lost = rows("SELECT kind, last_error, count(*) FROM outbox WHERE given_up_at IS NOT NULL GROUP BY 1, 2 LIMIT 5")
    yield from (f"{count} messages {kind} were given up: {error}" for kind, error, count in lost)
    unresolved = rows("SELECT case_id, doing, reason FROM incident WHERE resolved_at IS NULL LIMIT 10")
    yield from (f"case {case_id}: incident, {doing}: {reason}" for case_id, doing, reason in unresolved)


def _open(rows: Rows) -> Iterator[str]:
    stuck = rows(
        "SELECT i.case_id, i.status FROM instance i WHERE i.ended_at IS NULL AND i.next_due IS NULL "
        "AND i.waits_for = '[]' "
        "AND NOT EXISTS (SELECT 1 FROM work_item w WHERE w.case_id = i.case_id AND w.state = 'open')"
    )
    yield from (f"case {case_id}: {status}, and nobody and nothing can move it on" for case_id, status in stuck)
    after = rows(
        "SELECT i.case_id, w.element FROM instance i JOIN work_item w ON w.case_id = i.case_id AND w.state = 'open' "
        "WHERE i.status = 'closed'"
    )
    yield from (f"case {case_id}: closed, and {element} is open" for case_id, element in after)
    yield from (
        f"case {case_id}: closed, but its grace time is not over"
        for (case_id,) in rows("SELECT case_id FROM instance WHERE status = 'closed' AND ended_at IS NULL")
    )


def _deadlines(rows: Rows) -> Iterator[str]:
    """A clock that was met late has told the head so; one that was met in time has not."""
    overdue = {(case_id, name) for case_id, name in rows("SELECT case_id, name FROM event_log WHERE kind = 'fired'")}
    for case_id, key, name, late, revision in rows(
        "SELECT case_id, key, name, late, revision FROM case_clock WHERE state = 'met' "
        "AND name IN ('acknowledge', 'respond', 'resolve')"
    ):
        told = (case_id, f"{key}/overdue") in overdue
        if late and not told:
            yield f"case {case_id}: {name} was met late, and nobody was told"
        # An extension or a pause moves the due time: then it may have been told rightly before.
        if told and not late and revision == 1:
            yield f"case {case_id}: {name} was met in time, and was told as overdue"


def _ends(rows: Rows, cases: Sequence[Case]) -> Iterator[str]:
    done: dict[str, set[str]] = {}
    for case_id, element in rows("SELECT DISTINCT case_id, element FROM work_item WHERE state = 'done'"):
        done.setdefault(case_id, set()).add(element)
    ends = {row[0]: row[1:] for row in rows("SELECT case_id, status, closure FROM instance")}
    for case in cases:
        where = f"case {case.index} ({case.plan.name})"
        status, closure = ends.get(case.id, ("", None))
        if closure != case.plan.closure or (status == "closed") != (case.plan.closure is not None):
            yield f"{where}: planned {case.plan.closure}, is {status} {closure}"
        here = done.get(case.id, set())
        if missing := set(case.plan.must) - here:
            yield f"{where}: never came to {', '.join(sorted(missing))}"
        if wrong := set(case.plan.never) & here:
            yield f"{where}: should not have come to {', '.join(sorted(wrong))}"
