"""The heads of all chains are anchored once an hour by whatever serves or works, and by `redress trail anchor`."""

from __future__ import annotations

from datetime import timedelta

from app.anchor_file import add_new, anchor_file
from app.container import Application
from engine.anchors import make_anchor
from engine.case_work import SYSTEM
from engine.commands.house_work import HouseWork
from escalation.scheduled import GoingOn, Schedule, ScheduledJob

HOURLY = Schedule(name="anchor", every=timedelta(hours=1))


def anchor_job(application: Application) -> ScheduledJob:
    """Return the job that anchors once an hour, in one process at a time."""
    return ScheduledJob(
        HOURLY, lambda going_on: anchor_heads(application, going_on), database=application.database,
        clock=application.clock, pipeline=application.pipeline,
    )  # fmt: skip


def anchor_heads(application: Application, going_on: GoingOn = lambda: True) -> int:
    """Anchor all heads that moved, bring the file of anchors up to date, and return how many anchors were made.

    Repeating is safe. Raises StoreError, OSError where the file cannot be written; the anchors themselves then stand,
    and are added to it the next time.
    """
    work = HouseWork(lambda desk: make_anchor(desk.connection, desk.services.keys, desk.now))
    made = 0
    while going_on() and application.pipeline.run(work, SYSTEM) is not None:
        made += 1
    with application.database.read() as connection:
        add_new(connection, anchor_file(application.settings))
    return made
