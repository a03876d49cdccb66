"""Columns of what is personal take sealed bytes and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, insert, select
from sqlalchemy.exc import StatementError

from storage.database import Database
from storage.sealed import Sealed, SealedBlob

TABLE = Table("guarded", MetaData(), Column("id", Integer, primary_key=True), Column("text", SealedBlob))


@pytest.fixture
def guarded(empty_database: Database) -> Database:
    with empty_database.write() as unit:
        TABLE.create(unit.connection)
        unit.commit()
    return empty_database


@pytest.mark.parametrize("text", ["gil", b"gil", 7, {"a": "gil"}])
def test_a_text_that_nobody_has_sealed_is_refused(guarded: Database, text: Any) -> None:
    with guarded.write() as unit, pytest.raises(StatementError, match="is not sealed"):
        unit.connection.execute(insert(TABLE).values(id=1, text=text))


@pytest.mark.parametrize("text", [Sealed(b"\x01\x00\xff"), Sealed(b""), None])
def test_what_is_sealed_comes_out_as_it_went_in(guarded: Database, text: Sealed | None) -> None:
    with guarded.write() as unit:
        unit.connection.execute(insert(TABLE).values(id=1, text=text))
        found = unit.connection.execute(select(TABLE.c.text)).scalar_one()
    assert found == text
    assert found is None or isinstance(found, Sealed)
