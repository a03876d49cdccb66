"""Checks what is stored against itself: states load, projections agree with them, nothing due is forgotten.

And against this release: what the versions in force do not say that is asked for since.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from sqlalchemy import Connection, select

from access.rights import HouseRules
from app.assembly import application_for
from app.container import Application
from app.doctor_cases import Looked, unsound_cases
from app.doctor_house import overlooked, silent_processes, unpublished_years
from app.existing import require_schema
from app.leaving import findings_of_closed_accounts
from app.settings import Settings
from complaints.people.nobodys_tasks import nobodys_tasks
from complaints.people.reach import FINDING
from engine.missing_names import missing_in_force
from engine.tables import incident, instance
from engine.versions import Version
from escalation.calendar import Campus
from escalation.calendar_files import load_calendars
from storage.engines import sqlite_file
from storage.private_file import readable_by_others

GRACE = timedelta(minutes=1)
"""How late a firing may be before something is said to be wrong."""


def examine(settings: Settings) -> list[str]:
    """Return one sentence for everything that is not as it should be. Reads only; safe to repeat at any time.

    Raises NoDatabase, StoreError where there is nothing of this program's to look at.
    """
    require_schema(settings)
    application = application_for(settings)
    try:
        return list(findings(application))
    finally:
        application.database.close()


def findings(application: Application) -> Iterator[str]:
    """Yield one sentence for everything that is not as it should be."""
    yield from _exposed(application.settings)
    looked = Looked()
    yield from unsound_cases(application, looked)
    with application.database.read() as connection:
        overdue = instance.c.next_due < application.now() - GRACE
        for row in connection.execute(select(instance.c.case_id, instance.c.next_due).where(overdue)):
            yield f"case {row.case_id}: something has been due since {row.next_due.isoformat()} and did not fire"
        yield from overlooked(connection, application.now() - GRACE)
        if not application.settings.demo:  # whose clock people move: by it everybody was silent for days
            yield from silent_processes(connection, application.now())
        yield from unpublished_years(_campuses(application), looked.campuses, application.now())
        yield from _incidents(connection)
        yield from findings_of_closed_accounts(connection)
        yield from _nobodys_tasks(connection, application.posts.rules)
        for version in application.versions.in_force(connection):
            yield from _version(application, connection, version)
        for version, named in missing_in_force(application.versions, connection, application.versions.house):
            line = f", line {named.line}" if named.line else ""
            yield (
                f"{_whose(version)} names what posts.toml does not have, at {named.element} ({named.file}{line}):"
                f" {named.message} Put it into posts.toml again, or publish the process without it."
            )


def _campuses(application: Application) -> Mapping[str, Campus]:
    return load_calendars(application.settings.bpmn_folder / "calendars").campuses


def _exposed(settings: Settings) -> Iterator[str]:
    file = sqlite_file(settings.database_url)
    open_to_all = readable_by_others(file) if file is not None else []
    if open_to_all:
        names = " ".join(map(str, open_to_all))
        yield f"the database can be read by everybody on this machine: {names}; run `chmod o-rwx {names}`"


def _whose(version: Version) -> str:
    return f"process {version.process_key}: version {version.number}, which is in force,"


def _version(application: Application, connection: Connection, version: Version) -> Iterator[str]:
    """Yield what the files of a version in force do not say that the house asks for today, with what to do."""
    whose = _whose(version)
    try:
        config = application.versions.process(connection, version.id).config
        files = application.versions.files(connection, version.id)
        found = [problem for check in application.versions.house.checks for problem in check(files, config)]
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one version, the others are looked at
        yield f"{whose} cannot be read: {type(error).__name__}; run `redress check` on its folder and publish it again"
        return
    for each in found:
        if each.severity == "error":
            yield (
                f"{whose} lacks what this release asks for: {each.message} Publish the process again"
                f" (`redress publish`); where its files do not say it yet, first: {each.advice}"
            )


def _incidents(connection: Connection) -> Iterator[str]:
    rows = connection.execute(select(incident).where(incident.c.resolved_at.is_(None)).order_by(incident.c.at))
    for row in rows:
        whose = "the house" if row.case_id is None else f"case {row.case_id}"
        where = f" at {row.element}" if row.element else ""
        who = f" by {row.actor}" if row.actor else ""
        times = "once" if row.attempts == 1 else f"{row.attempts} times"
        yield f"{whose}: {row.doing}{who}{where} failed {times} since {row.at.isoformat()}: {row.reason}"


def _nobodys_tasks(connection: Connection, rules: HouseRules) -> Iterator[str]:
    """Yield the open steps that nobody can take, save those whose incident says so already."""
    said = select(incident.c.about).where(incident.c.doing == FINDING, incident.c.resolved_at.is_(None))
    known = set(connection.execute(said).scalars())
    for task in nobodys_tasks(connection, rules=rules):
        if task.id not in known:
            yield f"case {task.case_id}: the open step {task.element} waits for nobody: {task.reason}"
