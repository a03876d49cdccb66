"""One process in which nothing happens itself: every change, every kill and every look afterwards is a fork of it.

The complaint processes are compiled here once; no connection and no thread is open when it forks.
"""

from __future__ import annotations

import gc
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from api.app import create_app
from app.container import Application, build
from app.doctor import findings
from app.serve import read_processes
from engine import missing_names
from engine.bundles.bundle import Files
from engine.bundles.house import House as Surroundings
from engine.clock import MovableClock
from engine.model.problem import Problem
from storage import migrate
from storage.database import Database
from tests.faults.crash.change import Answer, Change, Found
from tests.faults.crash.contents import Contents, contents
from tests.faults.crash.forked import Ended, run_forked
from tests.faults.crash.ids import CrashIds
from tests.faults.crash.loops import SENT
from tests.faults.crash.points import Trap
from tests.faults.crash.stores import CrashStore
from tests.support.application import OPENING, Client, House, seated, settings

BASE = "base"


@dataclass(frozen=True)
class Stage:
    """An installation in which a change can happen, kept."""

    change: Change
    kept: str
    at: datetime
    found: Found
    contents: Contents
    findings: Sequence[str]
    """What the doctor finds before the change, where that is what the change is about."""


@dataclass(frozen=True)
class Course:
    """How a change goes when nobody dies."""

    points: Sequence[str]
    answer: Answer
    pieces: Sequence[tuple[Contents, int]]
    """What is there, and how many identifiers were used: before the change, and after each of its commits."""
    sent: Counter[str]
    """Keys that the other side has taken."""


@dataclass
class Look:
    """What another process sees after a kill, and after it has repeated the change."""

    before: Contents
    answer: Answer
    after: Contents
    findings: list[str]
    """Of the doctor, before and after, without those that were there before the kill."""
    sent: Counter[str] = field(default_factory=Counter)


class Laboratory:
    """Builds an installation in a store and runs changes on it. To be used by a process with one thread."""

    def __init__(self, store: CrashStore, folder: Path) -> None:
        """Set an installation up: tables, both processes, people. Takes some seconds."""
        self._store, self._folder = store, folder
        self._ids, self._clock = CrashIds("s"), MovableClock(OPENING)
        values = settings(
            database_url=store.url, var_folder=folder, smtp_url="smtp://127.0.0.1:1", mail_from="x@school.example"
        )
        self._application: Application = build(values, clock=self._clock, ids=self._ids)
        secrets = self._furnish()
        self._house = House(self._application, create_app(self._application), secrets)
        remember_what_files_name()
        if wrong := list(findings(self._application)):
            raise RuntimeError(f"the installation is not sound to begin with: {wrong}")
        self._application.database.close()
        store.keep(BASE)
        self._kept = 0
        gc.freeze()

    def _furnish(self) -> Mapping[str, str]:
        application = self._application
        migrate.create(application.database)
        application.publish_folder()
        read_processes(application)
        with application.database.write() as unit:
            secrets = seated(unit.connection, ids=self._ids, now=OPENING)
            unit.commit()
        return secrets

    def prepare(self, change: Change) -> Stage:
        """Return an installation that has come to where the change can happen. Raises RuntimeError where it fails."""
        self._store.put_back(BASE)

        def work() -> tuple[datetime, Found, Contents, list[str]]:
            self._ids.begin("p")
            found = change.prepare(self._house)
            self._sign_in(change, found)
            held = contents(self._application.database, masked=change.masked)
            said = list(findings(self._application))
            self._application.database.close()
            return self._clock.now(), found, held, said

        at, found, held, said = _succeeded(self._fork(work), f"{change.name} cannot be prepared")
        self._kept += 1
        kept = f"stage{self._kept}"
        self._store.keep(kept)
        return Stage(change, kept, at, found, held, said)

    def course(self, stage: Stage) -> Course:
        """Return how the change goes when nobody dies. Raises RuntimeError where it fails by itself."""
        self._begin(stage)

        def work() -> Course:
            change, pieces = stage.change, [(stage.contents, 0)]
            with Database(self._store.url) as beside:
                trap = Trap(change.name)
                trap.committed = lambda: pieces.append((contents(beside, masked=change.masked), self._ids.count))
                answer = self._act(stage, trap, used=0)
            return Course(trap.names, answer, pieces, self._sent())

        course: Course = _succeeded(self._fork(work), f"{stage.change.name} fails by itself")
        if course.answer[0] >= 300 or len(course.pieces) < 2:
            raise RuntimeError(f"{stage.change.name} changes nothing: {course.answer}")
        return course

    def kill(self, stage: Stage, point: str) -> Ended:
        """Run the change in a process that dies at a point."""
        self._begin(stage)
        return self._fork(lambda: self._act(stage, Trap(stage.change.name, at=point), used=0))

    def look(self, stage: Stage, *, used: int) -> Ended:
        """Look at what a killed process left, repeat the change, and look again; the answer is a `Look`."""

        def work() -> Look:
            database, masked = self._application.database, stage.change.masked
            if self._clock.now() < stage.at:
                self._clock.advance_to(stage.at)
            before = contents(database, masked=masked)
            said = list(findings(self._application))
            answer = self._act(stage, Trap(stage.change.name), used=used)
            after = contents(database, masked=masked)
            said += list(findings(self._application))
            return Look(before, answer, after, [e for e in said if e not in stage.findings], self._sent())

        return self._fork(work)

    def _begin(self, stage: Stage) -> None:
        (self._folder / SENT).unlink(missing_ok=True)
        self._store.put_back(stage.kept)

    def _act(self, stage: Stage, trap: Trap, *, used: int) -> Answer:
        change, house = stage.change, self._house
        if self._clock.now() < stage.at:
            self._clock.advance_to(stage.at)
        self._sign_in(change, stage.found)
        self._ids.begin("k", used)
        with trap.set_on(self._application.database):
            return change.act(house, stage.found, trap.step)

    def _sign_in(self, change: Change, found: Found) -> None:
        """Ask for something first: a token's first request of a day keeps that day, in a transaction of its own."""
        headers = found.get("auth") or (self._house.person(change.by).headers if change.by else {})
        if headers:
            Client(self._house.http, headers).call("GET", "/api/me")

    def _sent(self) -> Counter[str]:
        file = self._folder / SENT
        return Counter(file.read_text(encoding="ascii").split()) if file.exists() else Counter()

    def _fork(self, work: Any) -> Ended:
        return run_forked(work, self._folder / "forks.log")


def remember_what_files_name() -> None:
    """Let the doctor look through the files of a version once and not after every kill: they never change."""
    looked_through: Any = missing_names
    look, known = looked_through.unknown_names, dict[str, list[Problem]]()

    def unknown_names(files: Files, house: Surroundings) -> list[Problem]:
        digest = hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest()
        if digest not in known:
            known[digest] = list(look(files, house))
        return known[digest]

    looked_through.unknown_names = unknown_names


def _succeeded(ended: Ended, otherwise: str) -> Any:
    if ended.said or ended.killed:
        raise RuntimeError(f"{otherwise}: {ended.said or 'killed'}")
    return ended.answer
