"""An operator decides that what failed need not happen: on record with who, when and why (docs/adr/0008).

What a dismissed firing would have done is not done, and nothing takes its place: the item stays in the case's state,
asleep. A reminder is not sent; a token that waits at its timer goes on waiting there. It ends with its scope like any
other, and where its clock comes to another due time - a pause, an extension, a changed fact - that is another item,
which fires at its time. Until then an operator can still try it again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from complaints.incidents.on_record import Found, IncidentKind, locked_incident, write_line
from complaints.wording import REASON, words
from engine.case_work import NEVER
from engine.errors import Conflict
from engine.pipeline import Desk
from engine.tables import deadline, incident, instance
from storage.outbox import outbox


@dataclass(frozen=True)
class DismissIncident:
    """This need not be tried any more, and why."""

    incident_id: str
    reason: str


def dismiss_incident(desk: Desk, command: DismissIncident) -> dict[str, Any]:
    """Dismiss, and return `{"incident": id}`.

    Raises Forbidden, NotFound, Unfit without a reason, Conflict for what is over, and for what would leave somebody
    waiting for ever: a step that nobody can do, a message that is still tried.
    """
    found = locked_incident(desk, command.incident_id)
    reason = words("reason", command.reason, longest=REASON)
    if found.kind is IncidentKind.NOBODY:
        raise Conflict(
            "The case stands still until somebody can do this step: appoint somebody, or give the step to others.",
            incident=found.id,
        )
    if found.kind is IncidentKind.DELIVERY and not _given_up(desk, found):
        raise Conflict("This message was not given up: it is still tried by itself.", incident=found.id)
    if found.kind is IncidentKind.FIRING:
        _put_to_sleep(desk, found)
    said = {
        "resolved_at": desk.now, "next_try_at": None, "dismissed_by": found.actor_id, "dismissed_reason": reason,
    }  # fmt: skip
    desk.connection.execute(update(incident).where(incident.c.id == found.id).values(said))
    write_line(desk, found, "incident-dismissed", reason=reason)
    return {"incident": found.id}


def _given_up(desk: Desk, found: Found) -> bool:
    asked = select(outbox.c.given_up_at).where(outbox.c.id == found.about)
    return desk.connection.execute(asked).scalar() is not None


def _put_to_sleep(desk: Desk, found: Found) -> None:
    """Let the due item never be tried by itself; the next look at the case finds out what is due instead.

    The case need not be opened for it: it may be the one that cannot be.
    """
    if found.about is not None:
        here = (deadline.c.case_id == found.case, deadline.c.key == found.about)
        desk.connection.execute(update(deadline).where(*here).values(retry_at=NEVER))
    else:
        desk.connection.execute(update(instance).where(instance.c.case_id == found.case).values(next_due=None))
