"""What other systems are told of a change: written with it, as rows of the outbox, one for each that wants to know."""

from __future__ import annotations

from collections.abc import Iterator

from complaints.outward.webhooks import WEBHOOK, listening_to
from engine.case_work import CaseWork
from storage.outbox import Message

OF_EVENTS = {
    "owner": "complaint.owner_changed",
    "retyped": "complaint.moved",
    "message-sent": "complaint.letter_sent",
    "message-received": "complaint.letter_received",
}
"""Kind of a line in the log of the case -> what is told. A status tells itself."""


def announcements(work: CaseWork) -> list[Message]:
    """Return the messages of a change that is about to be written down; none where nobody listens.

    They are held as long as its notices, and called back with them where the step is taken back: nobody hears of a
    status that was never meant. Reads the list of webhooks only where the change has something to tell.
    """
    told = list(_told(work)) if work.listened else []
    if not told:
        return []
    held = work.hold_until if work.hold_until is not None and work.hold_until > work.now else None
    return [
        Message(
            id=work.ids.new(), case_id=work.case_id, cause=f"{work.batch}:event:{place}:{work.now.isoformat()}",
            kind=kind, recipient=f"{WEBHOOK}:{listener}", channel=f"{WEBHOOK}:{listener}",
            payload={"status": status, "at": work.now.isoformat()}, created_at=work.now,
            deliver_after=held or work.now, held_until=held,
        )
        for listener, wanted in listening_to(work.connection)
        for place, (kind, status) in enumerate(told)
        if wanted is None or kind in wanted
    ]  # fmt: skip


def _told(work: CaseWork) -> Iterator[tuple[str, str]]:
    """Yield what is told and the status after it, in order."""
    for event in work.events:
        if event.kind == "status":
            status = str(event.detail["status"])
            yield f"complaint.{status}", status
        elif event.kind in OF_EVENTS:
            yield OF_EVENTS[event.kind], str(work.row["status"])
