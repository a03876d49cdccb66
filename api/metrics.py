"""What an operator watches: commands by outcome, how late deadlines fire, how much is due and not yet done."""

from __future__ import annotations

import threading
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from sqlalchemy import Connection, Text, func, select, type_coerce

from engine.case_log import events_of
from engine.tables import IS_OPEN, change_log, incident, instance, work_item
from escalation.pulse import Pulse
from storage.database import Database
from storage.outbox import GIVEN_UP, WAITING, outbox

LATENESS_SECONDS = (0.1, 0.25, 0.5, 1, 2, 5, 15, 60, 300, 3600)
WAIT_SECONDS = (0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5)
PASS_SECONDS = (0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60)
AT_MOST = 50_000
"""Changes in which something fired that are looked at in one reading; the others are looked at in the next."""
OVERTAKEN = 1_000
"""Changes that are looked at once more: on PostgreSQL one may be committed after others that took a later number."""
LOOKED_BACK = 1_000
"""Changes that are read at once to find the first one after the start."""


class Metrics:
    """The figures of one process. Safe to share between threads."""

    def __init__(self, *, since: datetime) -> None:
        """Watch what fires from `since` on."""
        self.registry = CollectorRegistry()
        self._commands = Counter(
            "redress_commands", "Commands by kind and outcome.", ("command", "outcome"), registry=self.registry
        )
        self._requests = Histogram(
            "redress_request_seconds", "How long requests take.", ("method", "route", "status"), registry=self.registry
        )
        self._lateness = Histogram(
            "redress_deadline_lateness_seconds",
            "How long after its due time each deadline fired.",
            buckets=LATENESS_SECONDS,
            registry=self.registry,
        )
        self._waits = Histogram(
            "redress_database_wait_seconds",
            "How long work waited for a connection or, on SQLite, for its turn to write.",
            ("purpose",),
            buckets=WAIT_SECONDS,
            registry=self.registry,
        )
        self._passes = Histogram(
            "redress_loop_duration_seconds",
            "How long a pass of each loop of this process took that found something to do; `deadlines` is the sweep.",
            ("loop",),
            buckets=PASS_SECONDS,
            registry=self.registry,
        )
        self._failures = Counter(
            "redress_loop_failures", "Passes of the loops that failed.", ("loop",), registry=self.registry
        )
        self._beats = Gauge(
            "redress_loop_last_beat_timestamp_seconds",
            "When each loop of this process was last seen at work, in seconds since 1970.",
            ("loop",),
            registry=self.registry,
        )
        self._in_use, self._most = (
            Gauge(f"redress_database_connections{ending}", text, ("pool",), registry=self.registry)
            for ending, text in (
                ("", "Connections to the database in use, that of this reading included."),
                ("_max", "Connections that may be in use at once."),
            )
        )
        self._database: Database | None = None
        self._pulse = Pulse()
        self._gauges = {
            name: Gauge(f"redress_{name}", text, registry=self.registry)
            for name, text in (
                ("due_backlog", "Cases in which something is due and has not fired yet."),
                ("due_oldest_seconds", "How long the oldest of them has been due."),
                ("open_tasks", "Open tasks."),
                ("outbox_waiting", "Messages that have not gone out yet."),
                ("outbox_oldest_seconds", "How long the oldest of them has been waiting; held back ones do not count."),
                ("outbox_given_up", "Messages that were given up after the last try."),
                ("open_incidents", "Failures that wait for somebody."),
            )
        }
        self._since, self._lock = since, threading.Lock()
        self._seen: int | None = None
        self._observed: set[int] = set()
        """Of the changes that are looked at once more those in which something fired."""

    def watch(self, database: Database, pulse: Pulse) -> None:
        """Watch the waits of a database and the loops of a process; once for each."""
        self._database, self._pulse = database, pulse
        database.waited = lambda purpose, seconds: self._waits.labels(purpose).observe(seconds)
        pulse.watch(self._passed)

    def count(self, command: str, outcome: str) -> None:
        """Count a command: `done`, or the code of its refusal."""
        self._commands.labels(command, outcome).inc()

    def took(self, method: str, route: str, status: int, seconds: float) -> None:
        """Note how long a request took; `route` is the pattern, never the address."""
        self._requests.labels(method, route, str(status)).observe(seconds)

    def read(self, connection: Connection, now: datetime) -> bytes:
        """Return everything in Prometheus' text format, after looking at what has fired since the last reading."""
        with self._lock:
            self._observe_firings(connection)
        due = instance.c.next_due <= now
        backlog, oldest = connection.execute(select(func.count(), func.min(instance.c.next_due)).where(due)).one()
        self._gauges["due_backlog"].set(backlog)
        self._gauges["due_oldest_seconds"].set((now - oldest).total_seconds() if oldest else 0)
        counts = {
            "open_tasks": select(func.count()).select_from(work_item).where(IS_OPEN),
            "outbox_waiting": select(func.count()).select_from(outbox).where(WAITING),
            "outbox_given_up": select(func.count()).select_from(outbox).where(GIVEN_UP),
            "open_incidents": select(func.count()).select_from(incident).where(incident.c.resolved_at.is_(None)),
        }
        for name, statement in counts.items():
            self._gauges[name].set(connection.execute(statement).scalar_one())
        self._gauges["outbox_oldest_seconds"].set(_oldest_wait(connection, now))
        self._read_process(now)
        return generate_latest(self.registry)

    def _read_process(self, now: datetime) -> None:
        for pool in self._database.pools() if self._database else ():
            self._in_use.labels(pool.name).set(pool.in_use)
            self._most.labels(pool.name).set(pool.most)
        for loop in self._pulse.loops:
            silent = self._pulse.silent_for(loop)
            if silent is not None:
                self._beats.labels(loop).set(now.timestamp() - silent)

    def _passed(self, loop: str, seconds: float | None) -> None:
        if seconds is None:
            self._failures.labels(loop).inc()
        else:
            self._passes.labels(loop).observe(seconds)

    def _observe_firings(self, connection: Connection) -> None:
        # Of all cases, by the number of the change: through the view every line of each would be taken apart first.
        table = change_log.c
        seen = _last_before(connection, self._since) if self._seen is None else self._seen
        last = connection.execute(select(func.coalesce(func.max(table.sequence), 0))).scalar_one()
        rows = connection.execute(
            select(table.sequence, table.at, table.lines)
            .where(table.sequence > seen - OVERTAKEN, table.sequence <= last, table.at >= self._since)
            .where(type_coerce(table.lines, Text).contains('["fired",'))
            .order_by(table.sequence)
            .limit(AT_MOST)
        ).all()
        for row in rows:
            for event in events_of(row.lines) if row.sequence not in self._observed else ():
                due_at = event.detail.get("due_at") if event.kind == "fired" else None
                if isinstance(due_at, str):
                    late = (row.at - datetime.fromisoformat(due_at)).total_seconds()
                    self._lateness.observe(max(0.0, late))
        # What lies further back is not read again, whether anything fired in it or not.
        self._seen = rows[-1].sequence if len(rows) == AT_MOST else last
        self._observed = {row.sequence for row in rows if row.sequence > self._seen - OVERTAKEN}


def _last_before(connection: Connection, since: datetime) -> int:
    """Return the number of the last change before an instant, looking back from the newest; 0 without one."""
    table, below = change_log.c, None
    while True:
        newest = select(table.sequence, table.at).order_by(table.sequence.desc()).limit(LOOKED_BACK)
        rows = connection.execute(newest if below is None else newest.where(table.sequence < below)).all()
        before = next((row.sequence for row in rows if row.at < since), None)
        if before is not None or not rows:
            return int(before or 0)
        below = rows[-1].sequence


def _oldest_wait(connection: Connection, now: datetime) -> float:
    """Return for how many seconds the message has waited that has waited longest, from when it was let go."""
    held = outbox.c.held_until
    never_held = select(func.min(outbox.c.created_at)).where(WAITING, held.is_(None))
    let_go = select(func.min(held)).where(WAITING, held <= now)
    since = [at for at in (connection.execute(never_held).scalar(), connection.execute(let_go).scalar()) if at]
    return max(0.0, (now - min(since)).total_seconds()) if since else 0.0
