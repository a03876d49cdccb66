"""Triggers of tables that are only ever added to, in migrations: `op.guard_table`, which `storage.revise` writes.

A migration that rebuilds such a table on SQLite loses its triggers with it; `storage.migrate` makes them again.
"""

from __future__ import annotations

from typing import Any

from alembic.autogenerate import comparators, renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import MigrateOperation, Operations
from alembic.operations.ops import UpgradeOps
from alembic.util import DispatchPriority, PriorityDispatchResult

from storage.guards import guard, lift, unguarded


@Operations.register_operation("guard_table")
class GuardTable(MigrateOperation):
    """Makes the triggers of a table, or takes them away."""

    def __init__(self, table: str, *, wanted: bool = True) -> None:
        """Take the table, and whether it is to have them."""
        self.table, self.wanted = table, wanted

    @classmethod
    def guard_table(cls, operations: Operations, table: str, *, wanted: bool = True) -> None:
        """Make the triggers of a table, or take them away, in a migration."""
        operations.invoke(cls(table, wanted=wanted))

    def reverse(self) -> GuardTable:
        """Return what takes it back."""
        return GuardTable(self.table, wanted=not self.wanted)

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """Return it as one of the differences that `alembic check` tells."""
        return ("guard_table", self.table)


@Operations.implementation_for(GuardTable)
def _carry_out(operations: Operations, change: GuardTable) -> None:
    (guard if change.wanted else lift)(operations.get_bind(), change.table)


# Behind the tables, as views are.
@comparators.dispatch_for("schema", priority=DispatchPriority.LAST)
def _compare(context: AutogenContext, upgrade: UpgradeOps, _schemas: Any) -> PriorityDispatchResult:
    """Find what tables lack a trigger in the database."""
    assert context.connection is not None
    upgrade.ops.extend(GuardTable(table) for table in unguarded(context.connection))
    return PriorityDispatchResult.CONTINUE


@renderers.dispatch_for(GuardTable)
def _render(_context: AutogenContext, change: GuardTable) -> str:
    return f"op.guard_table({change.table!r}{'' if change.wanted else ', wanted=False'})"
