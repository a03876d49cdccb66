"""A small staff to ask about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from sqlalchemy import Connection

from access import people, teams
from engine.ids import CountedIds
from storage.database import Database
from tests.support.stores import NOON


@dataclass
class Staff:
    """People in an open transaction of a database."""

    connection: Connection
    ids: CountedIds = field(default_factory=lambda: CountedIds("x"))

    def add(self, name: str, *, teams: tuple[str, ...] = (), roles: tuple[str, ...] = ()) -> str:
        """Add an English-speaking person and return the id."""
        added = people.add(self.connection, name=name, language="en", ids=self.ids, now=NOON)
        for team in teams:
            _join(self.connection, added.id, team)
        for role in roles:
            _give_role(self.connection, added.id, role)
        return added.id


_join, _give_role = teams.join, teams.give_role


@pytest.fixture
def staff(database: Database) -> Iterator[Staff]:
    """Nobody yet, in a unit of work that is rolled back."""
    with database.write() as unit:
        yield Staff(unit.connection)
