"""Who reads, in which language, at which instant, over which snapshot: the one argument of every query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from access.keys.cipher import DataKey
from access.keys.sealed_rows import opened_row, opened_rows
from access.keys.stored_keys import StoredKeys
from access.policy import Principal
from complaints.intake.categories import CategoryTree
from complaints.notices.notice_book import NoticeBooks
from engine.errors import SignInRequired
from engine.process import CompiledProcess
from engine.process_words import Words
from engine.versions import Versions
from escalation.due import CalendarBook
from escalation.explain import Explainer
from escalation.posts import Posts
from escalation.posts_in_force import PostsInForce
from queries.drawings import Drawings


@dataclass(frozen=True)
class Library:
    """What every query looks things up in; built once for a process. Safe to share between threads."""

    versions: Versions
    keys: StoredKeys
    """With which what is personal is opened."""
    calendars: CalendarBook
    explainer: Explainer
    posts_in_force: PostsInForce
    categories: CategoryTree
    notices: NoticeBooks
    zones: Mapping[str, str]
    """Campus -> IANA zone."""
    words: Words = field(default_factory=Words)
    drawings: Drawings = field(default_factory=Drawings)

    @property
    def posts(self) -> Posts:
        """The teams and posts that are in force now; they never change, another takes their place."""
        return self.posts_in_force.now


@dataclass(frozen=True)
class Reader:
    """One reading: a snapshot of the database, the reader, the language and the instant."""

    connection: Connection
    library: Library
    now: datetime
    """Aware, UTC."""
    language: str
    """One of zh-CN, ko, en."""
    principal: Principal | None = None
    """None for a complainant without an account."""
    _keys: dict[str, DataKey] = field(default_factory=dict, repr=False, compare=False)
    """The keys of the cases that were opened in this reading: each is read once."""

    @property
    def who(self) -> Principal:
        """Return the member of staff who reads. Raises SignInRequired where nobody has signed in."""
        if self.principal is None:
            raise SignInRequired
        return self.principal

    def process(self, version_id: str) -> CompiledProcess:
        """Return a version of a process, ready to be asked for names and forms."""
        return self.library.versions.process(self.connection, version_id)

    def key(self, case_id: str) -> DataKey:
        """Return the key of a case. Raises KeyDestroyed where it is erased."""
        if case_id not in self._keys:
            self._keys[case_id] = self.library.keys.of_case(self.connection, case_id)
        return self._keys[case_id]

    def opened(self, case_id: str, rows: Iterable[Any]) -> list[Any]:
        """Return rows of one case with what is sealed in them opened. Raises KeyDestroyed where it is erased."""
        found = list(rows)
        return opened_rows(self.key(case_id), found) if found else []

    def opened_along(self, rows: Iterable[Any]) -> list[Any]:
        """Return rows opened whose keys were read along (`with_key`); of an erased case nothing sealed is left."""
        return [opened_row(self.key_along(row), row) for row in rows]

    def key_along(self, row: Any) -> DataKey | None:
        """Return the key that was read along with a row; None where the case is erased."""
        key = self.library.keys.along(row)
        if key is not None:
            self._keys[row.case_id] = key
        return key

    def zone(self, campus: str | None) -> ZoneInfo:
        """Return the time zone in which the people of a campus live."""
        zones = self.library.zones
        name = zones.get(campus or "main") or zones.get("main") or next(iter(zones.values()), "UTC")
        return ZoneInfo(name)
