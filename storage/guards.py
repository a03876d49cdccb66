"""Tables whose rows are written once: triggers refuse to change or delete one, on both kinds of database.

They are made with the table. Whoever may alter tables can take them away; that the rows are as they were is proved by
what is bound to them, not by the trigger.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table, event, text

_guarded: set[str] = set()
_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is only ever added to', TG_TABLE_NAME; END $$
"""
_THERE = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": (
        "SELECT trigger.tgname FROM pg_trigger AS trigger JOIN pg_class AS guarded ON guarded.oid = trigger.tgrelid"
        " WHERE NOT trigger.tgisinternal AND trigger.tgenabled <> 'D'"
        " AND guarded.relnamespace = current_schema()::regnamespace"
    ),
}


def append_only(table: Table) -> None:
    """Refuse UPDATE and DELETE on a table; where it is made from the tables, the triggers are made right behind."""
    _guarded.add(table.name)

    def make(made: Table, connection: Connection, **_: Any) -> None:
        guard(connection, made.name)

    event.listen(table, "after_create", make)


def guarded() -> list[str]:
    """Return the names of the tables that are imported and only ever added to."""
    return sorted(_guarded)


def guard(connection: Connection, table: str) -> None:
    """Make the triggers of a table. Repeating is safe."""
    lift(connection, table)
    if connection.dialect.name == "postgresql":
        connection.execute(text(_FUNCTION))
    for statement in _creations(connection.dialect.name, table).values():
        connection.execute(text(statement))


def lift(connection: Connection, table: str) -> None:
    """Take the triggers of a table away. Repeating is safe."""
    where = f" ON {table}" if connection.dialect.name == "postgresql" else ""
    for name in _creations(connection.dialect.name, table):
        connection.execute(text(f"DROP TRIGGER IF EXISTS {name}{where}"))


def unguarded(connection: Connection) -> list[str]:
    """Return the names of the tables of which a trigger is missing or disabled."""
    dialect = connection.dialect.name
    there = set(connection.execute(text(_THERE[dialect])).scalars())
    return [table for table in guarded() if not _creations(dialect, table).keys() <= there]


def _creations(dialect: str, table: str) -> Mapping[str, str]:
    """Return the statements that make the triggers of a table, by their names."""
    if dialect == "postgresql":
        name = f"{table}__append_only"
        refused = "BEFORE UPDATE OR DELETE OR TRUNCATE"
        return {name: f"CREATE TRIGGER {name} {refused} ON {table} EXECUTE FUNCTION refuse_changes()"}
    return {
        f"{table}__no_{verb.lower()}": (
            f"CREATE TRIGGER {table}__no_{verb.lower()} BEFORE {verb} ON {table}"
            f" BEGIN SELECT RAISE(ABORT, '{table} is only ever added to'); END"
        )
        for verb in ("UPDATE", "DELETE")
    }
