"""A case that belongs to another process: it goes on there, and is not closed (X-09)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, update

from access.rights import Verb
from complaints.case_now import keep_facts, waited_message
from complaints.correspondence.reopening import UNACKNOWLEDGED, nobody_acknowledged
from complaints.intake.filing import TYPES
from complaints.plan.actions import open_actions
from complaints.plan.remedies import remedy_facts
from complaints.tables import complaint
from complaints.wording import REASON, words
from engine.case_rights import require
from engine.case_work import CaseWork
from engine.errors import Conflict, NotFound, Unfit
from engine.model.step import Deliver
from engine.restart import restart
from engine.tables import past_instance


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
    the present one, Conflict where the diagram does not wait for it, or takes it and keeps the case all the same.
    """
    require(work, Verb.RETYPE)
    reason = words("reason", command.reason, longest=REASON)
    was = work.process.config.key
    wrong = []
    if command.type not in TYPES:
        wrong.append({"field": "type", "code": "unknown", "known": list(TYPES)})
    if command.process_key == was:
        wrong.append({"field": "process", "code": "same-process"})
    elif (takes := _types_of(work, command.process_key)) is None:
        wrong.append({"field": "process", "code": "unknown-process"})
    elif takes and command.type in TYPES and command.type not in takes:
        wrong.append({"field": "type", "code": "not-of-this-process", "known": list(takes)})
    if wrong:
        raise Unfit("The case cannot be moved there.", fields=wrong)
    waited = waited_message(work, "retype")
    if waited is None:
        raise Conflict("At this point the process does not let the case be moved to another: its diagram shows where.")
    table = complaint.c
    old_type = work.connection.execute(select(table.type).where(table.case_id == work.case_id)).scalar_one()
    # Asked before the old process ends, which drops its clocks: what was done once is not done again (R-004-11).
    unacknowledged = nobody_acknowledged(work)
    if not work.step(Deliver(waited, {}, buffer=False)).ended:
        raise Conflict("The process keeps the case: a procedure that runs beside it has to be recorded first.")
    work.log("retyped", name=command.process_key, was=was, type=command.type, was_type=old_type, reason=reason)
    told = {"type": command.type, "moves": _moves(work) + 1, UNACKNOWLEDGED: unacknowledged}
    restart(work, command.process_key, told)
    # What was carried out meanwhile is counted anew: a process that plans nothing keeps no count.
    keep_facts(work, {"open_actions": open_actions(work), **remedy_facts(work)})
    work.connection.execute(update(complaint).where(table.case_id == work.case_id).values(type=command.type))
    return {"process": {"key": command.process_key, "version": _number(work, command.process_key)}}


def _moves(work: CaseWork) -> int:
    """Return how often the case was moved before."""
    counted = select(func.count()).select_from(past_instance).where(past_instance.c.case_id == work.case_id)
    return int(work.connection.execute(counted).scalar_one())


def _types_of(work: CaseWork, key: str) -> tuple[str, ...] | None:
    """Return the types that a process claims, None for one that is not published."""
    versions = work.services.versions
    try:
        version = versions.newest(work.connection, key)
    except NotFound:
        return None
    return versions.process(work.connection, version.id).config.types


def _number(work: CaseWork, key: str) -> int:
    return work.services.versions.newest(work.connection, key).number
