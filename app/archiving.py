"""Cases that ended long ago are archived: once an hour by whatever serves or works, and by `redress archive`."""

from __future__ import annotations

from datetime import timedelta

from app.container import Application
from complaints.archive import Archiving
from escalation.scheduled import Schedule, ScheduledJob

HOURLY = Schedule(name="archive", every=timedelta(hours=1))


def archiving(application: Application) -> Archiving:
    """Return what archives the cases of an installation."""
    return Archiving(database=application.database, pipeline=application.pipeline, versions=application.versions)


def archive_job(application: Application) -> ScheduledJob:
    """Return the job that archives once an hour, in one process at a time."""
    return ScheduledJob(
        HOURLY, archiving(application).run, database=application.database, clock=application.clock,
        pipeline=application.pipeline,
    )  # fmt: skip
