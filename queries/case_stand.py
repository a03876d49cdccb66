"""How a case stands, in three words, for the answer to a change: inside its transaction, past the wall already."""

from __future__ import annotations

from sqlalchemy import Connection, select

from engine.tables import instance


def case_stand(connection: Connection, case_id: str) -> tuple[str, str, str | None]:
    """Return id, status and case owner."""
    table = instance.c
    row = connection.execute(select(table.status, table.case_owner).where(table.case_id == case_id)).one()
    return case_id, row.status, row.case_owner
