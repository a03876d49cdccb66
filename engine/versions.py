"""Numbered, immutable versions of processes: stored as bundles, compiled once, shared by every case that runs them."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from engine.bundles.bundle import Files, pack, process_file, process_key, unpack
from engine.bundles.compile_bundle import compile_bundle
from engine.bundles.content_digest import content_digest
from engine.bundles.examine_bundle import check, examine
from engine.bundles.house import House
from engine.configuration.process_file import read_config
from engine.configuration.toml_reader import Reader
from engine.errors import NotFound, NotPublishable
from engine.model.problem import Problem
from engine.process import CompiledProcess
from engine.tables import process_version
from storage.types import MICROSECOND

PUBLISHING = 0x7265647265737301
"""The lock of whoever publishes: as good as any other number that nobody else uses on this database."""


_COLUMNS = process_version.c
_VERSION = select(
    _COLUMNS.id, _COLUMNS.process_key, _COLUMNS.number, _COLUMNS.digest, _COLUMNS.active, _COLUMNS.published_at,
    _COLUMNS.in_force_since, _COLUMNS.published_by, _COLUMNS.note,
)  # fmt: skip
_NEWEST = (
    _VERSION.where(_COLUMNS.process_key == bindparam("key"), _COLUMNS.active)
    .order_by(_COLUMNS.in_force_since.desc(), _COLUMNS.number.desc())
    .limit(1)
)
_IN_FORCE = _VERSION.where(_COLUMNS.active).order_by(_COLUMNS.process_key, _COLUMNS.in_force_since, _COLUMNS.number)


@dataclass(frozen=True)
class Version:
    """A published version, as lists show it."""

    id: str
    process_key: str
    number: int
    digest: str
    active: bool
    published_at: datetime
    in_force_since: datetime
    """When it was published last: of the active versions of a process, the latest is in force."""
    published_by: str | None
    note: str


@dataclass(frozen=True)
class Publication:
    """What publishing a bundle came to."""

    version: Version
    problems: tuple[Problem, ...]
    """Warnings; errors refuse."""
    outcome: str
    """`published`, `reinstated` (an earlier version is in force again), `drawing` (same process, drawn or written down
    differently), or `unchanged`."""


@dataclass(frozen=True)
class _Gate:
    """A house, and the bundles that passed its checks, by their bytes: the same one is not checked twice."""

    house: House
    passed: dict[bytes, tuple[tuple[Problem, ...], CompiledProcess]] = field(default_factory=dict)


class Versions:
    """Finds and publishes versions. Safe to share between threads; compiled versions stay in memory."""

    def __init__(self, house: House) -> None:
        self._compiled: dict[str, CompiledProcess] = {}
        self._gate = _Gate(house)
        self._lock = threading.Lock()

    @property
    def house(self) -> House:
        """What the house knows now, against which bundles are checked."""
        return self._gate.house

    def adopt(self, house: House) -> None:
        """Check from now on against what the house knows now; what runs already runs on."""
        self._gate = _Gate(house)

    def process(self, connection: Connection, version_id: str) -> CompiledProcess:
        """Return a version ready to run, from memory or parsed from its bundle. Raises NotFound."""
        found = self._compiled.get(version_id)
        if found is None:
            files = self.files(connection, version_id)
            with self._lock:
                found = self._compiled.get(version_id) or compile_bundle(files, self.house)
                self._compiled[version_id] = found
        return found

    def files(self, connection: Connection, version_id: str) -> dict[str, bytes]:
        """Return the files of a version, as they were drawn and written last. Raises NotFound."""
        table = process_version.c
        row = connection.execute(select(table.bundle, table.drawing).where(table.id == version_id)).first()
        if row is None:
            raise NotFound("There is no such version of a process.", version=version_id)
        return {**unpack(row.bundle), **(unpack(row.drawing) if row.drawing else {})}

    def newest(self, connection: Connection, key: str) -> Version:
        """Return the version in force of a process: the active one that was published last, be it again.

        Raises NotFound when none was ever published.
        """
        row = connection.execute(_NEWEST, {"key": key}).first()
        if row is None:
            raise NotFound(f"No version of the process {key} is published.", process=key)
        return _version(row)

    def in_force(self, connection: Connection) -> list[Version]:
        """Return the version in force of each process, in the order of their keys."""
        rows = connection.execute(_IN_FORCE)
        return list({row.process_key: _version(row) for row in rows}.values())

    def taking(self, connection: Connection, type_: str) -> Version | None:
        """Return the version in force that takes cases of a type (`types` of its `process.toml`), None without one."""
        claiming = (v for v in self.in_force(connection) if type_ in self.process(connection, v.id).config.types)
        return next(claiming, None)

    def all(self, connection: Connection) -> list[Version]:
        """Return every version, newest first within each process."""
        table = process_version.c
        return [_version(r) for r in connection.execute(_VERSION.order_by(table.process_key, table.number.desc()))]

    def get(self, connection: Connection, key: str, number: int) -> Version:
        """Return one version by process and number. Raises NotFound."""
        table = process_version.c
        row = connection.execute(_VERSION.where(table.process_key == key, table.number == number)).first()
        if row is None:
            raise NotFound("There is no such version of a process.", process=key, number=number)
        return _version(row)

    def check(self, connection: Connection, files: Files) -> list[Problem]:
        """Return every finding about a bundle, compared with the version in force. Stores nothing."""
        found = check(files, self.house, previous=self._previous(connection, process_key(files)))
        return [*self._claimed_twice(connection, files), *found]

    def judge(self, connection: Connection, files: Files) -> None:
        """Check and compile a bundle for `publish`, which then only stores it: nobody waits for the writer meanwhile.

        A connection that only reads will do. Raises NotPublishable with the whole list. Repeating is safe.
        """
        self._passed(connection, files)

    def publish(
        self, connection: Connection, files: Files, *, version_id: str, now: datetime, by: str | None, note: str = ""
    ) -> Publication:
        """Store a bundle as the next version of its process; new cases take it at once, running ones keep theirs.

        The content of an earlier version puts that one in force again (`reinstated`); the content of the one in force
        gives `unchanged`, with a new layout `drawing`: repeating is safe. Raises NotPublishable with the whole list
        when the bundle has errors; then nothing is stored. Who publishes meanwhile waits, or is told to try again
        (StoreBusy).
        """
        if connection.dialect.name == "postgresql":
            # Of two who publish at once the second sees what the first has published; on SQLite one writes at a time.
            connection.execute(select(func.pg_advisory_xact_lock(PUBLISHING)))
        problems, process = self._passed(connection, files)
        claimed = self._claimed_twice(connection, files)
        if claimed:
            raise NotPublishable(problems=[p.as_dict() for p in claimed])
        key, digest = process_key(files), content_digest(files)
        table = process_version.c
        same = connection.execute(_VERSION.where(table.process_key == key, table.digest == digest)).first()
        if same is not None:
            return self._republish(connection, _version(same), files, problems, now)
        number = (
            connection.execute(select(func.max(table.number)).where(table.process_key == key)).scalar_one() or 0
        ) + 1
        since = self._since(connection, key, now)
        version = Version(version_id, key, number, digest, True, now, since, by, note)
        connection.execute(
            insert(process_version).values(
                id=version_id, process_key=key, number=number, digest=digest, bundle=pack(files), active=True,
                published_at=now, in_force_since=since, published_by=by, note=note,
            )
        )  # fmt: skip
        with self._lock:
            self._compiled[version_id] = process
        return Publication(version, problems, "published")

    def _passed(self, connection: Connection, files: Files) -> tuple[tuple[Problem, ...], CompiledProcess]:
        gate = self._gate  # whatever another thread adopts meanwhile, this verdict belongs to this house
        previous = self._previous(connection, process_key(files))
        key = hashlib.sha256(pack(files) + repr(sorted((previous or {}).items())).encode()).digest()
        found = gate.passed.get(key)
        if found is None:
            problems, process = examine(files, gate.house, previous=previous)
            if process is None:
                raise NotPublishable(problems=[p.as_dict() for p in problems])
            found = gate.passed[key] = (tuple(problems), process)
        return found

    def _claimed_twice(self, connection: Connection, files: Files) -> list[Problem]:
        """Return an error for each type of case, and for the form of complainants, that another process has already."""
        key, (file, content) = process_key(files), process_file(files)
        config, _ = read_config(content, file)
        reader = Reader(file, "type-claimed-twice", content)
        if config is None:
            return []
        for version in self.in_force(connection):
            if version.process_key == key:
                continue
            other = self.process(connection, version.id).config
            for type_ in (each for each in config.types if each in other.types):
                message = f"claims {type_}, which the process {version.process_key} takes already"
                reader.wrong("types", message, f"Take {type_} out of one of the two, and publish that one first.")
            if config.intake.form is not None and other.intake.form is not None:
                message = f"is a second form for complainants; the process {version.process_key} has one already"
                reader.wrong("intake.form", message, "Take the line out of one of the two, and publish that one first.",
                             code="form-claimed-twice")  # fmt: skip
        return reader.problems

    def _republish(
        self, connection: Connection, version: Version, files: Files, problems: tuple[Problem, ...], now: datetime
    ) -> Publication:
        where = process_version.c.id == version.id
        outcome = "unchanged"
        if self.files(connection, version.id) != files:
            stored = unpack(connection.execute(select(process_version.c.bundle).where(where)).scalar_one())
            # The content is the same; what is kept is how it is drawn and written now.
            anew = {name: data for name, data in files.items() if stored.get(name) != data}
            connection.execute(update(process_version).where(where).values(drawing=pack(anew) if anew else None))
            outcome = "drawing"
        if not version.active or self.newest(connection, version.process_key).id != version.id:
            since = self._since(connection, version.process_key, now)
            connection.execute(update(process_version).where(where).values(active=True, in_force_since=since))
            version, outcome = replace(version, active=True, in_force_since=since), "reinstated"
        return Publication(version, problems, outcome)

    @staticmethod
    def _since(connection: Connection, key: str, now: datetime) -> datetime:
        """Return `now`, or an instant after the latest of the process's versions where clocks differ or stood still."""
        table = process_version.c
        latest = connection.execute(
            select(table.in_force_since).where(table.process_key == key).order_by(table.in_force_since.desc()).limit(1)
        ).scalar()
        return now if latest is None else max(now, latest + MICROSECOND)

    def _previous(self, connection: Connection, key: str) -> Mapping[str, str] | None:
        try:
            version = self.newest(connection, key)
        except NotFound:
            return None
        elements = self.process(connection, version.id).diagram.elements
        return {element.id: element.kind for element in elements.values()}


def _version(row: Any) -> Version:
    return Version(
        row.id, row.process_key, row.number, row.digest, row.active, row.published_at, row.in_force_since,
        row.published_by, row.note,
    )  # fmt: skip
