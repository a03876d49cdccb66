"""Remedies: one record a person, each completed with what proves it (R-004-21)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, update

from complaints.case_now import keep_facts
from complaints.rights import Verb, require
from complaints.tables import remedy
from complaints.wording import words
from engine.case_work import CaseWork
from engine.errors import Conflict, NotFound

PROOF = 2000
"""Characters of what proves it."""


@dataclass(frozen=True)
class CompleteRemedy:
    """This person has received it; the note says what proves it."""

    case_id: str
    remedy_id: str
    note: str


def complete_remedy(work: CaseWork, command: CompleteRemedy) -> dict[str, Any]:
    """Complete, and return `{"open_remedies": count}`.

    Raises NotFound, Forbidden, Unfit without a proof, and Conflict, with who and when, for one that is done already.
    """
    table = remedy.c
    row = work.connection.execute(
        select(remedy).where(table.id == command.remedy_id, table.case_id == work.case_id)
    ).first()
    if row is None:
        raise NotFound("There is no such remedy in this case.", remedy=command.remedy_id)
    who = require(work, Verb.GIVE_REMEDY)
    note = words("note", command.note, longest=PROOF)
    if row.done_at is not None:
        raise Conflict("This remedy is given already.", remedy=row.id, by=row.done_by, at=row.done_at.isoformat())
    said = f"{row.note}\n{note}" if row.note else note
    work.connection.execute(
        update(remedy)
        .where(table.id == row.id)
        .values(done_at=work.now, done_by=who.person_id if who else None, note=said)
    )
    work.log("remedy-given", name=row.id, remedy=row.kind, affected=row.affected_id)
    count = open_remedies(work)
    keep_facts(work, {"open_remedies": count})
    return {"open_remedies": count}


def open_remedies(work: CaseWork) -> int:
    """Return how many people still wait for a remedy, each counted once a remedy."""
    mine = select(func.count()).select_from(remedy)
    return int(
        work.connection.execute(mine.where(remedy.c.case_id == work.case_id, remedy.c.done_at.is_(None))).scalar_one()
    )
