"""What an operator watches: commands by outcome, how late deadlines fire, how much is due and not yet done."""

from __future__ import annotations

import threading
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from sqlalchemy import Connection, func, select

from engine.tables import event_log, incident, instance, work_item
from storage.outbox import outbox

LATENESS_SECONDS = (0.1, 0.25, 0.5, 1, 2, 5, 15, 60, 300, 3600)
AT_MOST = 50_000
"""Firings looked at in one reading; the others are looked at in the next."""


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
        self._gauges = {
            name: Gauge(f"redress_{name}", text, registry=self.registry)
            for name, text in (
                ("due_backlog", "Cases in which something is due and has not fired yet."),
                ("due_oldest_seconds", "How long the oldest of them has been due."),
                ("open_tasks", "Open tasks."),
                ("outbox_waiting", "Messages that have not gone out yet."),
                ("open_incidents", "Failures that wait for somebody."),
            )
        }
        self._since, self._seen, self._lock = since, 0, threading.Lock()

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
        waiting = (outbox.c.delivered_at.is_(None), outbox.c.cancelled_at.is_(None), outbox.c.given_up_at.is_(None))
        counts = {
            "open_tasks": select(func.count()).select_from(work_item).where(work_item.c.state == "open"),
            "outbox_waiting": select(func.count()).select_from(outbox).where(*waiting),
            "open_incidents": select(func.count()).select_from(incident).where(incident.c.resolved_at.is_(None)),
        }
        for name, statement in counts.items():
            self._gauges[name].set(connection.execute(statement).scalar_one())
        return generate_latest(self.registry)

    def _observe_firings(self, connection: Connection) -> None:
        table = event_log.c
        rows = connection.execute(
            select(table.sequence, table.at, table.detail)
            .where(table.sequence > self._seen, table.kind == "fired", table.at >= self._since)
            .order_by(table.sequence)
            .limit(AT_MOST)
        ).all()
        for row in rows:
            due_at = row.detail.get("due_at")
            if isinstance(due_at, str):
                late = (row.at - datetime.fromisoformat(due_at)).total_seconds()
                self._lateness.observe(max(0.0, late))
            self._seen = row.sequence
