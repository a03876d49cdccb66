"""What failed is tried again at once, because an operator says so: after a repair, or to see what it says now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from complaints.incidents.on_record import Found, IncidentKind, locked_incident, write_line
from complaints.people.reach import note_nobodys_tasks
from engine.case_work import SYSTEM, CaseWork
from engine.errors import Conflict, Refusal
from engine.firing import fire_what_is_due, wake
from engine.incidents import put_off, settle
from engine.pipeline import Desk
from engine.projection import save
from engine.tables import incident
from engine.unforeseen import failing_on_record
from storage.dead_letters import replay


@dataclass(frozen=True)
class RetryIncident:
    """Try this again now. One that was dismissed is open again by it."""

    incident_id: str


def retry_incident(desk: Desk, command: RetryIncident) -> dict[str, Any]:
    """Try, and return `{"incident": id, "outcome": "done" | "failed"}`; a failure is counted and on record.

    A message that was given up goes out after the commit (`"queued"`), as after a replay.

    Raises Forbidden, NotFound, Conflict for what is over and for what cannot be repeated for somebody.
    """
    found = locked_incident(desk, command.incident_id, dismissed_too=True)
    if found.kind is IncidentKind.DELIVERY:
        return _replay(desk, found)
    if found.kind not in (IncidentKind.FIRING, IncidentKind.NOBODY):
        _refuse(found)
    _reopen(desk, found)
    try:
        # What cannot even be opened may fail in any way; nothing of the try is kept then.
        with failing_on_record("The case"), desk.connection.begin_nested():
            _try(desk, found)
    except Refusal as refusal:
        put_off(desk.connection, found.case, refusal, now=desk.now, ids=desk.ids)
    done = desk.connection.execute(select(incident.c.resolved_at).where(incident.c.id == found.id)).scalar_one()
    outcome = "failed" if done is None else "done"
    write_line(desk, found, "incident-retried", outcome=outcome)
    return {"incident": found.id, "outcome": outcome}


def _reopen(desk: Desk, found: Found) -> None:
    values = {"resolved_at": None, "dismissed_by": None, "dismissed_reason": None, "next_try_at": None}
    if found.dismissed:
        desk.connection.execute(update(incident).where(incident.c.id == found.id).values(values))


def _replay(desk: Desk, found: Found) -> dict[str, Any]:
    if found.about is None or not replay(desk.connection, [found.about], now=desk.now):
        raise Conflict("This message was not given up: it is still tried by itself.", incident=found.id)
    _reopen(desk, found)
    write_line(desk, found, "incident-retried", outcome="queued")
    return {"incident": found.id, "outcome": "queued"}


def _try(desk: Desk, found: Found) -> None:
    work: CaseWork = desk.pipeline.load(desk.connection, found.case, SYSTEM)
    if found.kind is IncidentKind.NOBODY:
        note_nobodys_tasks(work)
        return
    if found.about is not None:
        wake(work, found.about)
    fire_what_is_due(work)
    # Where nothing fired, that nothing rests any more is still to be written down.
    save(work, fence=work.row["row_version"])
    settle(work)


def _refuse(found: Found) -> None:
    if found.kind is IncidentKind.STEP:
        raise Conflict(
            "What was written in a step that failed is kept nowhere: whoever did the step does it again.",
            incident=found.id,
        )
    raise Conflict("Work on the house is over by itself as soon as it succeeds.", incident=found.id)
