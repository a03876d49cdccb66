"""How Alembic meets the database: through the connection that storage/migrate.py hands over, all tables imported."""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection

from storage.schema import metadata
from storage.sealed import SealedBlob
from storage.types import Blob, Instant, Json

TABLES = (
    "storage.view_migrations",
    "storage.guard_migrations",
    "storage.outbox",
    "storage.idempotency",
    "access.tables",
    "access.keys.tables",
    "access.rates.tables",
    "access.sign_in.tables",
    "engine.tables",
    "complaints.tables",
    "escalation.tables",
    "queries.tables",
    "trail.tables",
)
"""The modules that define tables, behind what compares and writes views and triggers."""

PORTABLE = {
    Instant: "sa.BigInteger().with_variant(sa.TIMESTAMP(timezone=True), 'postgresql')",
    Json: "sa.Text()",
    Blob: "sa.LargeBinary()",
    SealedBlob: "sa.LargeBinary()",
}
"""Column types in migrations, in SQLAlchemy's own words: a migration must not change when our types do."""


def render_item(kind: str, item: Any, _context: AutogenContext) -> str | bool:
    """Write one of our column types into a migration; False leaves everything else to Alembic."""
    return PORTABLE.get(type(item), False) if kind == "type" else False


def run(connection: Connection) -> None:
    """Run on the given connection, inside its transaction; whoever gave it commits."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_item=render_item,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        transactional_ddl=True,
    )
    context.run_migrations()


for module in TABLES:
    if importlib.util.find_spec(module) is not None:
        importlib.import_module(module)

run(context.config.attributes["connection"])
