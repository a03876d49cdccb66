"""A store with cases whose records were bound and anchored, and ways to tamper with it as its owner could."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select

from access.keys.stored_keys import StoredKeys
from app.anchor_file import add_new, read_kept
from engine import case_log
from engine.anchors import make_anchor, public_key
from engine.case_log import Change
from engine.model.step import Event
from engine.tables import change_log, instance, process_version
from queries.trail_check import check_trail
from storage import migrate
from storage.database import Database
from storage.guards import guarded, lift
from tests.support.bare_cases import bare_case, bare_version
from tests.support.keys import put, stored_keys
from tests.support.stores import NOON
from trail.checking import Finding
from trail.house import Kind, note


@dataclass
class Recorded:
    """The store."""

    database: Database
    file: Path
    """Of the anchors, as an operator keeps it elsewhere."""
    keys: StoredKeys = field(default_factory=stored_keys)
    now: datetime = NOON

    def case(self, case_id: str, records: int = 0) -> None:
        """Open a case with so many records."""
        with self.database.write() as unit:
            put(self.keys, unit.connection, instance, bare_case(case_id, NOON))
            unit.commit()
        for number in range(records):
            self.add(case_id, f"note {number}")

    def add(self, case_id: str, *texts: str) -> None:
        """Write one change with so many lines."""
        self.now += timedelta(seconds=1)
        events = [Event("note", name=str(place), detail={"text": each}) for place, each in enumerate(texts)]
        with self.database.write() as unit:
            key = self.keys.of_case(unit.connection, case_id)
            case_log.write(unit.connection, Change(case_id, key, self.now, "li.na", events))
            unit.commit()

    def note(self, kind: Kind = Kind.TEAM_JOINED, **detail: str) -> None:
        """Add a record of the house."""
        self.now += timedelta(seconds=1)
        with self.database.write() as unit:
            note(unit.connection, kind, at=self.now, actor="ops", **detail)
            unit.commit()

    def anchor(self) -> int | None:
        """Anchor what moved, and add it to the file."""
        self.now += timedelta(hours=1)
        with self.database.write() as unit:
            made = make_anchor(unit.connection, self.keys, self.now)
            unit.commit()
        with self.database.read() as connection:
            add_new(connection, self.file)
        return made

    @contextmanager
    def tampering(self) -> Iterator[Connection]:
        """Give what an owner of the database has: a connection, and no triggers any more."""
        with self.database.write() as unit:
            for table in guarded():
                lift(unit.connection, table)
            yield unit.connection
            unit.commit()

    def found(self, *, kept: bool = False) -> list[tuple[str, int, str]]:
        """Return what does not hold, without the missing triggers; `kept`: with the file of anchors at hand."""
        return [(each.chain, each.number, each.harm.value) for each in self.findings(kept=kept) if each.number]

    def findings(self, *, kept: bool = False) -> list[Finding]:
        """Return all that does not hold."""
        with self.database.read() as connection:
            key = public_key(self.keys, connection)
            return [*check_trail(connection, key=key, kept=read_kept(self.file) if kept else ())]

    def rows(self, case_id: str) -> list[Any]:
        """Return the records of a case."""
        with self.database.read() as connection:
            asked = select(change_log).where(change_log.c.case_id == case_id).order_by(change_log.c.number)
            return list(connection.execute(asked))


def recorded(database: Database, folder: Path, *, cases: Sequence[str] = ("a", "b")) -> Recorded:
    """Return a store with cases of six records and a house with four, anchored twice, with something new behind.

    Without `cases` nothing is on record.
    """
    migrate.create(database)
    with database.write() as unit:
        unit.connection.execute(insert(process_version).values(bare_version(NOON)))
        unit.commit()
    found = Recorded(database, folder / "anchors.jsonl")
    if not cases:
        return found
    for case_id in cases:
        found.case(case_id, 4)
    for number in range(3):
        found.note(person=f"p{number}", team="service")
    found.anchor()
    for case_id in cases:
        found.add(case_id, "later")
    found.note(person="p9", team="service")
    found.anchor()
    for case_id in cases:
        found.add(case_id, "last")
    return found
