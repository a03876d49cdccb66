"""Internal notes. No complainant ever sees one: another table and another type than letters (R-004-15)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert

from access.keys.sealed_rows import sealed_values
from complaints.tables import note
from complaints.wording import words
from engine import case_log
from engine.case_log import Change
from engine.case_sight import sees_case
from engine.errors import Forbidden, NotFound
from engine.model.step import Event
from engine.pipeline import Desk


@dataclass(frozen=True)
class AddNote:
    """Something for colleagues to know. It fires nothing and makes no step."""

    case_id: str
    text: str


def add_note(desk: Desk, command: AddNote) -> dict[str, Any]:
    """Write the note, and return `{"note": id}`. Raises NotFound for a case that one may not see, Forbidden, Unfit."""
    who = desk.actor.principal
    if who is None:
        raise Forbidden("Only members of staff write notes.")
    if not sees_case(desk.connection, command.case_id, who):
        raise NotFound("There is no such case.", case=command.case_id)
    text, note_id = words("text", command.text), desk.ids.new()
    key = desk.services.keys.of_case(desk.connection, command.case_id)
    values = {"id": note_id, "case_id": command.case_id, "at": desk.now, "author": who.person_id, "text": text}
    desk.connection.execute(insert(note).values(**sealed_values(key, note, values)))
    case_log.write(
        desk.connection, Change(command.case_id, key, desk.now, who.person_id, [Event("note", name=note_id)])
    )
    return {"note": note_id}
