"""Views: what is kept in one shape is read in another. They are made with the tables that they read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Connection, MetaData, Table, event, text

_read_only = MetaData()
_wordings: dict[str, dict[str, str]] = {}


def view(name: str, over: Table, *columns: Column[Any], sqlite: str, postgresql: str) -> Table:
    """Return a view as a table to select from. Where `over` is made from the tables, it is made right behind.

    `sqlite` and `postgresql` are its SELECT for each kind of database, without `:`; how it is broken into lines does
    not matter. It is no table of `storage.schema.metadata`: nobody inserts into it, and what goes through all rows
    finds them where they are kept.
    """
    found = _wordings[name] = {"sqlite": " ".join(sqlite.split()), "postgresql": " ".join(postgresql.split())}

    def make(_over: Table, connection: Connection, **_: Any) -> None:
        connection.execute(text(creation(name, found[connection.dialect.name])))

    event.listen(over, "after_create", make)
    return Table(name, _read_only, *columns)


def wordings() -> Mapping[str, Mapping[str, str]]:
    """Return the SELECT of every view that is imported, by its name and the kind of database."""
    return _wordings


def creation(name: str, select: str) -> str:
    """Return the statement that makes a view."""
    return f"CREATE VIEW {name} AS {select}"
