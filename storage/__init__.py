"""The database: units of work, column types, the outbox, pages, idempotency, migrations. Knows no complaint."""
