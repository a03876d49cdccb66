"""Whether a server can do its work: one check after another, each with its name."""

from __future__ import annotations

from collections.abc import Iterator

from api.context import Application
from engine.errors import NotReady
from escalation.heartbeat import heartbeats
from escalation.pulse import LATELY_SECONDS, VITAL
from storage import migrate
from storage.errors import StoreError, StoreUnreachable

OK = "ok"


def checked(application: Application) -> dict[str, str]:
    """Return each check with `ok`. Raises NotReady, with `checks` as far as they could be made, unless all are."""
    found = dict(_checks(application))
    if any(said != OK for said in found.values()):
        raise NotReady(checks=found)
    return found


def _checks(application: Application) -> Iterator[tuple[str, str]]:
    try:
        application.database.ping()
        yield "database", OK
        lacking = migrate.lacking(application.database)
        yield "migrations", lacking or OK
        if lacking is None:
            yield from _stored(application)
    except StoreError as error:
        yield "database", "unreachable" if isinstance(error, StoreUnreachable) else "busy"
    if application.pulse.loops:
        silent = application.pulse.silent()
        for loop in VITAL:
            yield loop, f"not at work for {LATELY_SECONDS:.0f} seconds" if loop in silent else OK


def _stored(application: Application) -> Iterator[tuple[str, str]]:
    with application.database.read() as connection:
        yield "processes", OK if application.versions.in_force(connection) else "none published"
        if not application.pulse.loops:
            now = application.clock.now()
            there = any(each.recent(now) for each in heartbeats(connection))
            yield "workers", OK if there else f"none heard of for {LATELY_SECONDS:.0f} seconds"
