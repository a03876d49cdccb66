"""What every test may ask for."""

from __future__ import annotations

from tests.support.stores import database, empty_database, postgres_server

__all__ = ["database", "empty_database", "postgres_server"]
