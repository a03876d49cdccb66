"""Internal notes. No complainant ever sees one: another table and another type than letters (R-004-15)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert

from complaints.tables import note
from complaints.wording import words
from engine.case_sight import sees_case
from engine.errors import Forbidden, NotFound
from engine.pipeline import Desk
from engine.tables import event_log


@dataclass(frozen=True)
class AddNote:
    """Something for colleagues to know. It takes no lock of the case, fires nothing and makes no step."""

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
    desk.connection.execute(
        insert(note).values(id=note_id, case_id=command.case_id, at=desk.now, author=who.person_id, text=text)
    )
    desk.connection.execute(
        insert(event_log).values(
            case_id=command.case_id, at=desk.now, kind="note", name=note_id, actor=who.person_id, detail={}
        )
    )
    return {"note": note_id}
