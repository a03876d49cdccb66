"""Runs the server: pages, API and, in the same process, the loops that fire what is due."""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import timedelta

import structlog

from access import sessions
from access.rates import counting
from access.sign_in import guessing, invitations
from api.app import create_app
from app.anchoring import anchor_job
from app.archiving import archive_job
from app.assembly import application_for
from app.beating import beating
from app.container import Application
from app.existing import require_file, require_schema
from app.http_server import http_server
from app.interpreter import ready_to_serve
from app.key_noted import require_key
from app.listening import listening
from app.log import configure
from app.settings import Settings
from app.stopping import stopping
from complaints.notices.new_readers import settle_unheard, unheard
from complaints.people.reach import is_noted, note_nobodys_tasks_of_all
from engine.case_work import SYSTEM
from engine.commands.house_work import HouseWork
from engine.house_clock import LOOK_SECONDS, HouseClock
from engine.pipeline import Desk
from escalation.metronome import Loop
from escalation.scheduled import Schedule, ScheduledJob
from storage import idempotency, statistics
from storage.lock import serving

log = structlog.get_logger(__name__)

POSTS_SECONDS = 2.0
"""How often a process looks whether posts.toml has changed."""
REACHES = Schedule(name="reach", every=timedelta(seconds=45), held_for=timedelta(seconds=45))
"""When it is looked whether somebody is there for every open step, and for every notice that nobody could read: by one
process, and soon by another if it died.
"""
REACH_SECONDS = 5.0
"""How often a process asks whether it is its turn to look: so that a minute is kept whoever died."""
JOBS_SECONDS = 60.0
"""How often it is looked whether the time of a job has come that one process does for all."""
PURGES = Schedule(name="purge", every=timedelta(minutes=10))
"""When what has outlived its purpose is deleted."""
COUNTS = Schedule(name="statistics", every=timedelta(days=1), shifted=timedelta(hours=18))
"""When SQLite counts by what it chooses between indexes; without it, it guesses the same of a table of any size. Nobody
writes meanwhile, two seconds with a million cases: at 18:00 UTC it is night in East Asia.
"""
OUTWARD_SECONDS = 1.0
"""How often it is looked whether something is to leave the house."""
CALENDAR_SECONDS = 5.0
"""How soon after its start, and after a failure, a process counts cases again by changed calendars."""


def loops(application: Application) -> list[Loop]:
    """Return what the metronome calls: due deadlines, delivery of what is to be told, changed calendars and posts."""
    clock = application.clock
    watch = [Loop("clock", lambda _going_on: clock.watch(), LOOK_SECONDS)] if isinstance(clock, HouseClock) else []
    return [
        Loop("deadlines", application.sweep.run),
        Loop("outbox", application.deliver),
        Loop("outward", application.outward.run_once, every_seconds=OUTWARD_SECONDS),
        # Once done it is a look at a flag; a beat finds it undone only at the start, or after the store was away.
        Loop("calendars", application.calendar_change.run_once, every_seconds=CALENDAR_SECONDS),
        Loop("posts", application.posts_watch.run_once, every_seconds=POSTS_SECONDS),
        Loop("reach", reach_job(application).run_once, every_seconds=REACH_SECONDS),
        Loop("anchor", anchor_job(application).run_once, every_seconds=JOBS_SECONDS),
        Loop("archive", archive_job(application).run_once, every_seconds=JOBS_SECONDS),
        Loop("purge", purge_job(application).run_once, every_seconds=JOBS_SECONDS),
        Loop("statistics", statistics_job(application).run_once, every_seconds=JOBS_SECONDS),
        *watch,
    ]


def reach_job(application: Application) -> ScheduledJob:
    """Return the job that looks whether somebody is there for every open step, in one process at a time."""
    return _job(REACHES, lambda _going_on: note_reach(application), application)


def note_reach(application: Application) -> int:
    """Put on record for which open steps nobody is there, close what is over, and tell new readers what nobody heard.

    Return 1 if anything was written. Repeating is safe.
    """
    with application.database.read() as connection:
        noted, waiting = is_noted(connection, rules=application.posts.rules), unheard(connection, application.keys)
    if not noted:
        application.pipeline.run(HouseWork(note_nobodys_tasks_of_all), SYSTEM)
    if waiting:
        application.pipeline.run(HouseWork(lambda desk: settle_unheard(desk, waiting)), SYSTEM)
    return int(bool(waiting) or not noted)


def purge_job(application: Application) -> ScheduledJob:
    """Return the job that purges, in one process at a time."""
    return _job(PURGES, lambda _going_on: purge(application), application)


def purge(application: Application) -> int:
    """Delete what has outlived its purpose.

    Answers kept for repeated requests, sessions and one-time codes that are over, failed attempts long past, what
    sources had used up. Returns how many. Repeating is safe.
    """

    def act(desk: Desk) -> int:
        purges = (idempotency.purge, sessions.purge, invitations.purge, guessing.purge, counting.purge)
        return sum(each(desk.connection, desk.now) for each in purges)

    deleted: int = application.pipeline.run(HouseWork(act), SYSTEM)
    return deleted


def statistics_job(application: Application) -> ScheduledJob:
    """Return the job that lets the database count its rows anew."""

    def count(_going_on: object) -> int:
        application.pipeline.run(HouseWork(lambda desk: statistics.refresh(desk.connection)), SYSTEM)
        return 0

    return _job(COUNTS, count, application)


def _job(schedule: Schedule, work: Callable[[Callable[[], bool]], int], application: Application) -> ScheduledJob:
    return ScheduledJob(
        schedule, work, database=application.database, clock=application.clock, pipeline=application.pipeline
    )


def serve(settings: Settings, application: Application | None = None) -> None:
    """Serve until stopped.

    Raises StoreHeld when another server has the SQLite file, StoreError before `migrate`, CannotListen where the
    address is taken: then nothing has been fired.
    """
    configure(settings.log_level)
    require_file(settings)
    with serving(settings.database_url):
        require_schema(settings)
        application = application or application_for(settings)
        try:
            require_key(application)
            read_processes(application)
            with listening(settings.host, settings.port) as sockets:
                _serve(settings, application, sockets)
        finally:
            application.database.close()


def serve_on(settings: Settings, application: Application, sockets: list[socket.socket]) -> None:
    """Serve until stopped, with the file's lock and the address held by the caller already. Closes the database."""
    configure(settings.log_level)
    try:
        require_key(application)
        read_processes(application)
        _serve(settings, application, sockets)
    finally:
        application.database.close()


def _serve(settings: Settings, application: Application, sockets: list[socket.socket]) -> None:
    server = http_server(create_app(application), settings)
    ready_to_serve()
    with stopping(server.drain), beating(application, "serve", loops(application)):
        log.info("listening", url=f"http://{settings.host}:{settings.port}")
        server.run(sockets)


def read_processes(application: Application) -> None:
    """Read every process in force from its bundle, so that nobody waits for it later with a case open."""
    with application.database.read() as connection:
        for version in application.versions.in_force(connection):
            application.versions.process(connection, version.id)
