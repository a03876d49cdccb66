"""What connections of every kind of database have in common."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from storage.database import Database
from storage.engines import postgresql, sqlite_memory, sqlite_reader, sqlite_writer, store_url

SECRET = "Xiao Wang, 13800000001"
KINDS: dict[str, Callable[[], Engine]] = {
    "reader": lambda: sqlite_reader(store_url("sqlite:///x.db"), connections=1),
    "writer": lambda: sqlite_writer(store_url("sqlite:///x.db")),
    "memory": lambda: sqlite_memory(store_url("sqlite://")),
    "postgresql": lambda: postgresql(store_url("postgresql://nobody@127.0.0.1:1/none"), connections=1),
}


@pytest.mark.parametrize("kind", KINDS)
def test_no_connection_tells_the_parameters_of_a_statement(kind: str) -> None:
    engine = KINDS[kind]()
    try:
        assert engine.hide_parameters is True
    finally:
        engine.dispose()


@pytest.mark.parametrize("file", [None, "x.db"])
def test_an_error_of_the_database_repeats_nothing_of_what_people_have_told(tmp_path: Path, file: str | None) -> None:
    with Database("sqlite://" if file is None else f"sqlite:///{tmp_path / file}") as store:
        with store.write() as unit:
            unit.connection.execute(text("CREATE TABLE letter (id INTEGER PRIMARY KEY, words TEXT UNIQUE)"))
            unit.connection.execute(text("INSERT INTO letter (words) VALUES (:words)"), {"words": SECRET})
            unit.commit()
        with pytest.raises(IntegrityError) as raised, store.write() as unit:
            unit.connection.execute(text("INSERT INTO letter (words) VALUES (:words)"), {"words": SECRET})
    told = "".join(traceback.format_exception(raised.value))
    assert "UNIQUE constraint failed: letter.words" in told
    assert SECRET not in told
