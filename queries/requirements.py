"""Says in the reader's language what a step still requires (`requires_message` in the diagram)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from engine.errors import Unfit
from engine.tables import instance
from queries.reader import Reader


def worded(reader: Reader, case_id: str, refusal: Unfit) -> Unfit:
    """Return the same refusal with the sentences that the case's version of the process has for its codes."""
    version = reader.connection.execute(
        select(instance.c.version_id).where(instance.c.case_id == case_id)
    ).scalar_one_or_none()
    fields = refusal.details.get("fields")
    if version is None or not isinstance(fields, list):
        return refusal
    words = reader.library.words.of(reader.process(version))

    def said(field: dict[str, Any]) -> dict[str, Any]:
        sentence = words.requirement(str(field.get("code", "")), reader.language)
        return {**field, "message": sentence} if sentence else field

    return type(refusal)(refusal.message, **{**refusal.details, "fields": [said(field) for field in fields]})
