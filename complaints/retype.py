"""A case that belongs to another process: it goes on there, and is not closed (DESIGN.md section 6.3, X-09)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from complaints.case_now import waited_message
from complaints.intake import TYPES
from complaints.rights import Verb, require
from complaints.tables import complaint
from complaints.wording import words
from engine.case_work import CaseWork
from engine.errors import Conflict, NotFound, Unfit
from engine.model.step import Deliver
from engine.restart import restart

REASON = 2000
"""Characters of a reason."""


@dataclass(frozen=True)
class Retype:
    """This is another kind of case, for the process of that kind."""

    case_id: str
    process_key: str
    type: str
    reason: str


def retype(work: CaseWork, command: Retype) -> dict[str, Any]:
    """Move the case, and return `{"process": {"key", "version"}}`.

    Id, number, tracking code, time of receipt, owner, facts and records stay; the old instance ends and is kept, one of
    the other process starts, in one transaction. Raises Forbidden, Unfit for a type or process that is not known or is
    the present one, Conflict where the process does not (or no longer) allow it.
    """
    require(work, Verb.RETYPE)
    reason = words("reason", command.reason, longest=REASON)
    was = work.process.config.key
    wrong = []
    if command.type not in TYPES:
        wrong.append({"field": "type", "code": "unknown", "known": list(TYPES)})
    if command.process_key == was:
        wrong.append({"field": "process", "code": "same-process"})
    elif not _published(work, command.process_key):
        wrong.append({"field": "process", "code": "unknown-process"})
    if wrong:
        raise Unfit("The case cannot be moved there.", fields=wrong)
    waited = waited_message(work, "retype")
    if waited is None:
        raise Conflict("At this point the process does not let the case be moved to another.")
    table = complaint.c
    old_type = work.connection.execute(select(table.type).where(table.case_id == work.case_id)).scalar_one()
    work.step(Deliver(waited, {}, buffer=False))
    work.log("retyped", name=command.process_key, was=was, type=command.type, was_type=old_type, reason=reason)
    restart(work, command.process_key, {"type": command.type})
    work.connection.execute(update(complaint).where(table.case_id == work.case_id).values(type=command.type))
    return {"process": {"key": command.process_key, "version": _number(work, command.process_key)}}


def _published(work: CaseWork, key: str) -> bool:
    try:
        work.services.versions.newest(work.connection, key)
    except NotFound:
        return False
    return True


def _number(work: CaseWork, key: str) -> int:
    return work.services.versions.newest(work.connection, key).number
