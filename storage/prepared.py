"""Changes that are made at every step of every case: worded once for each kind of database, then only filled in.

SQLAlchemy looks a statement up, sorts its parameters and prepares a result each time it is executed. For a change that
gives no rows all this comes to the same every time; half of what a small change costs is saved where it is done once.
What reads goes through SQLAlchemy as everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Delete, Dialect, Insert, Update

Processor = Callable[[Any], Any] | None
"""Turns a value into what the driver takes; None: it takes it as it is."""


class Prepared:
    """An INSERT, UPDATE or DELETE whose values are all named by `bindparam`, or, of an INSERT, by columns.

    Safe to share between threads. Raises ValueError, when it is first run, for a statement with a list (`IN`): how long
    that is would change its wording.
    """

    def __init__(self, statement: Insert | Update | Delete, *, columns: Sequence[str] | None = None) -> None:
        """Take a statement, and for an INSERT the columns that every row gives."""
        self._statement = statement.inline() if isinstance(statement, Insert) else statement
        self._columns = columns
        self._worded: dict[str, _Worded] = {}
        """By kind of database: what a module words once may meet each (those of `insert.py` meet only their own)."""

    def run(self, connection: Connection, values: Mapping[str, Any]) -> int:
        """Execute it once and return how many rows it changed. Raises KeyError for a value that is not given."""
        worded = self._for(connection.dialect)
        return connection.exec_driver_sql(worded.sql, worded.filled(values)).rowcount

    def run_many(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> int:
        """Execute it for every row, none included, in this order, and return how many rows it changed in all."""
        if not rows:
            return 0
        if len(rows) == 1:
            # For several PostgreSQL's driver opens a pipeline, which takes longer than one statement.
            return self.run(connection, rows[0])
        worded = self._for(connection.dialect)
        return connection.exec_driver_sql(worded.sql, [worded.filled(row) for row in rows]).rowcount

    def _for(self, dialect: Dialect) -> _Worded:
        worded = self._worded.get(dialect.name)
        if worded is None:
            # Two threads may word it at once; both come to the same.
            worded = self._worded[dialect.name] = _Worded(self._statement, self._columns, dialect)
        return worded


class _Worded:
    """A statement as one kind of database reads it."""

    def __init__(self, statement: Insert | Update | Delete, columns: Sequence[str] | None, dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect, column_keys=None if columns is None else list(columns))
        binds = {name: bind for bind, name in compiled.bind_names.items()}
        if any(bind.expanding for bind in binds.values()):
            raise ValueError(f"a statement with a list cannot be prepared: {compiled}")
        self.sql = str(compiled)
        self._by_name = not compiled.positional
        given = compiled.construct_params(_check=False)
        self._parts: list[tuple[str, Processor, Any]] = []
        """Name, processor, and for what the statement says itself its value."""
        for name in compiled.positiontup or list(binds):
            bind = binds[name]
            processor = bind.type.dialect_impl(dialect).bind_processor(dialect)
            own = bind.required or (columns is not None and name in columns)
            value = _GIVEN if own else given[name] if processor is None else processor(given[name])
            self._parts.append((name, processor, value))

    def filled(self, values: Mapping[str, Any]) -> Any:
        """Return the parameters in the form that the driver takes."""
        row = [
            value if value is not _GIVEN else values[name] if processor is None else processor(values[name])
            for name, processor, value in self._parts
        ]
        if self._by_name:
            return {part[0]: each for part, each in zip(self._parts, row, strict=True)}
        return tuple(row)


_GIVEN = object()
"""In place of a value: whoever runs the statement gives it."""
