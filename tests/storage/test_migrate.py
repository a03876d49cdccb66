"""The migrations and the tables say the same."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import inspect, text

from storage import migrate
from storage.database import Database
from storage.errors import StoreError
from storage.revise import revise
from storage.view_migrations import ChangeView
from storage.views import creation
from tests.support.postgres import PostgresServer


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a fresh, empty database that outlives a connection, in a folder that does not exist yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new folder %' / 'redress.db'}"
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return server.create()


def test_an_empty_database_is_brought_to_the_newest_revision_and_again_without_effect(url: str) -> None:
    assert migrate.current(url) is None
    assert migrate.upgrade(url) == migrate.head()
    assert migrate.upgrade(url) == migrate.head() == migrate.current(url)


def test_asking_for_the_revision_makes_no_file(tmp_path: Path) -> None:
    assert migrate.current(f"sqlite:///{tmp_path / 'none.db'}") is None
    assert list(tmp_path.iterdir()) == []


def test_after_all_migrations_the_database_has_exactly_the_tables_of_the_program(url: str) -> None:
    migrate.upgrade(url)
    assert migrate.check(url) == ()


def test_what_separates_the_database_from_the_program_is_told(url: str) -> None:
    migrate.upgrade(url)
    with Database(url) as store, store.write() as unit:
        unit.connection.execute(text("DROP TABLE IF EXISTS outbox"))
        unit.commit()
    assert any("outbox" in difference for difference in migrate.check(url))


def test_a_view_that_is_not_there_is_told_and_made_by_the_next_migration(url: str) -> None:
    migrate.upgrade(url)
    with Database(url) as store, store.write() as unit:
        unit.connection.execute(text("DROP VIEW event_log"))
        unit.commit()
    assert migrate.check(url) == ("('change_view', 'event_log')",)


def test_a_view_in_other_words_is_told_where_the_database_keeps_them(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'redress.db'}"
    migrate.upgrade(url)
    with Database(url) as store, store.write() as unit:
        unit.connection.execute(text("DROP VIEW event_log"))
        unit.connection.execute(text(creation("event_log", "SELECT sequence FROM change_log")))
        unit.commit()
    assert migrate.check(url) == ("('change_view', 'event_log')",)


def test_a_migration_puts_a_view_in_the_place_of_another_and_takes_it_back(url: str) -> None:
    migrate.upgrade(url)
    one, other = ({"sqlite": f"SELECT {n} AS n", "postgresql": f"SELECT {n} AS n"} for n in (1, 2))
    with Database(url) as store, store.write() as unit:
        operations = Operations(MigrationContext.configure(unit.connection))
        found = []
        for change in (
            ChangeView("numbered", before=None, after=one),
            changed := ChangeView("numbered", before=one, after=other),
            changed.reverse(),
        ):
            operations.invoke(change)
            found.append(unit.connection.execute(text("SELECT n FROM numbered")).scalar_one())
        operations.invoke(ChangeView("numbered", before=one, after=None))
        assert "numbered" not in inspect(unit.connection).get_view_names()
    assert found == [1, 2, 1]


def test_the_first_migration_of_all_is_written_as_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With tables, indexes and views, the views behind what they read."""
    versions = (migrate.folder() / "versions").glob("*.py")
    (written,) = (each for each in versions if "down_revision = None" in each.read_text(encoding="utf-8"))
    alone = tmp_path / "alembic"
    shutil.copytree(migrate.folder(), alone, ignore=shutil.ignore_patterns("versions", "__pycache__"))
    (alone / "versions").mkdir()
    monkeypatch.setattr(migrate, "folder", lambda: alone)
    lines = [revise("First tables").read_text(encoding="utf-8"), written.read_text(encoding="utf-8")]
    # Apart from its number, and from how it is broken into lines.
    one, other = (re.findall(r"\w+|[^\w\s\"',]", re.sub(r"\b[0-9a-f]{12}\b", "", each)) for each in lines)
    assert one == other


def test_a_database_from_a_newer_program_is_refused(url: str) -> None:
    migrate.upgrade(url)
    with Database(url) as store, store.write() as unit:
        unit.connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
        unit.connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        unit.connection.execute(text("INSERT INTO alembic_version VALUES ('from_the_future')"))
        unit.commit()
    with pytest.raises(StoreError, match=r"from_the_future.*redress demo run --fresh"):
        migrate.upgrade(url)
    assert migrate.check(url) != ()


def test_tables_of_a_scenario_are_made_without_migrations(empty_database: Database) -> None:
    migrate.create(empty_database)
    migrate.create(empty_database)
    with empty_database.read() as connection:
        assert {"outbox", "idempotency"} <= set(inspect(connection).get_table_names())


def test_constraints_have_names_by_rule(database: Database) -> None:
    with database.read() as connection:
        names = {constraint["name"] for constraint in inspect(connection).get_unique_constraints("outbox")}
    assert names == {"uq_outbox__id", "uq_outbox__key"}
