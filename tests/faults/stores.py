"""Fixtures of the tests of races, stores and clocks: houses on PostgreSQL, and on an SQLite file."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.faults.twins import Templates, Twins
from tests.support.postgres import PostgresServer


@cache
def _furnished(url: str) -> Templates:
    """Once a run, though several files of tests ask for it."""
    return Templates(url)


@cache
def _template_on(server: PostgresServer) -> str:
    return server.create()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Templates, Path]:
    """A furnished file, closed."""
    file = tmp_path_factory.getbasetemp() / "race.db"
    return _furnished(f"sqlite:///{file}"), file


@pytest.fixture(scope="session")
def postgresql_template(postgres_server: PostgresServer) -> tuple[Templates, str]:
    """A furnished database that nobody is connected to, and its name."""
    url = _template_on(postgres_server)
    return _furnished(url), str(make_url(url).database)


@pytest.fixture
def on_postgresql(postgresql_template: tuple[Templates, str], postgres_server: PostgresServer) -> Iterator[Twins]:
    """Two applications on one database."""
    templates, name = postgresql_template
    url = postgres_server.create(template=name)
    found = templates.twins(url, url)
    yield found
    found.close()


@pytest.fixture
def on_sqlite(sqlite_template: tuple[Templates, Path], tmp_path: Path) -> Iterator[Twins]:
    """One application on a file."""
    templates, file = sqlite_template
    copy = tmp_path / "redress.db"
    shutil.copy(file, copy)
    found = templates.twins(f"sqlite:///{copy}")
    yield found
    found.close()


@pytest.fixture(params=["postgresql", "sqlite"])
def twins(request: pytest.FixtureRequest) -> Twins:
    """Both, one after the other."""
    found: Twins = request.getfixturevalue(f"on_{request.param}")
    return found
