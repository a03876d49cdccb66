"""Views in migrations: `op.change_view` for Alembic, found and written by `storage.revise` like a change of a table."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import wrap
from typing import Any

from alembic.autogenerate import comparators, renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import MigrateOperation, Operations
from alembic.operations.ops import UpgradeOps
from alembic.util import DispatchPriority, PriorityDispatchResult
from sqlalchemy import inspect

from storage.views import creation, wordings

Wording = Mapping[str, str] | None
"""The SELECT by kind of database; None: there is no such view."""


@Operations.register_operation("change_view")
class ChangeView(MigrateOperation):
    """Makes a view, takes it away, or puts another in its place."""

    def __init__(self, name: str, *, before: Wording, after: Wording) -> None:
        """Take what the view was and what it is to be."""
        self.name, self.before, self.after = name, before, after

    @classmethod
    def change_view(cls, operations: Operations, name: str, *, before: Wording, after: Wording) -> None:
        """Change a view, in a migration."""
        operations.invoke(cls(name, before=before, after=after))

    def reverse(self) -> ChangeView:
        """Return what takes it back."""
        return ChangeView(self.name, before=self.after, after=self.before)

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """Return it as one of the differences that `alembic check` tells."""
        return ("change_view", self.name)


@Operations.implementation_for(ChangeView)
def _carry_out(operations: Operations, change: ChangeView) -> None:
    dialect = operations.get_context().dialect.name
    if change.after is not None and dialect not in change.after:
        raise LookupError(f"write down what the view {change.name} is on {dialect}")
    if change.before is not None:
        operations.execute(f"DROP VIEW {change.name}")
    if change.after is not None:
        operations.execute(creation(change.name, change.after[dialect]))


# Behind the tables: a view is made when what it reads is there, and taken away before that goes.
@comparators.dispatch_for("schema", priority=DispatchPriority.LAST)
def _compare(context: AutogenContext, upgrade: UpgradeOps, _schemas: Any) -> PriorityDispatchResult:
    """Find what views the program has otherwise than the database. PostgreSQL keeps its own words of them: there only
    whether they are there is seen."""
    assert context.connection is not None
    dialect, there = context.connection.dialect.name, inspect(context.connection)
    names = there.get_view_names()
    for name, wanted in wordings().items():
        before = {dialect: _select(name, there.get_view_definition(name))} if name in names else None
        if before is None or (dialect == "sqlite" and before != {dialect: wanted[dialect]}):
            upgrade.ops.append(ChangeView(name, before=before, after=wanted))
    return PriorityDispatchResult.CONTINUE


def _select(name: str, definition: str) -> str:
    return definition.removeprefix(creation(name, ""))


@renderers.dispatch_for(ChangeView)
def _render(_context: AutogenContext, change: ChangeView) -> str:
    return f"op.change_view({change.name!r}, before={_written(change.before)}, after={_written(change.after)})"


def _written(wording: Wording) -> str:
    if wording is None:
        return "None"
    parts = {dialect: wrap(select, 90, drop_whitespace=False) for dialect, select in wording.items()}
    return "{" + ", ".join(f"{dialect!r}: {' '.join(map(repr, each))}" for dialect, each in parts.items()) + "}"
