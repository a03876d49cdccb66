"""What was promised to the complainant: written down with its time, kept, or visibly missed (R-004-23, R-004-24)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, update

from access.rights import Verb
from complaints.plan.late_records import tell_late
from complaints.tables import promise
from complaints.wording import words
from engine.case_rights import require
from engine.case_work import CaseWork
from engine.dated import clear_dated, set_dated
from engine.errors import Conflict, NotFound, Unfit

FIELD = "promises"
"""The field of a form whose rows are promises."""
NOTE = 2000
"""Characters of a note."""


@dataclass(frozen=True)
class KeepPromise:
    """What was promised is done. Late is better than never: it stays on record that it was late."""

    case_id: str
    promise_id: str
    note: str = ""


def record_promises(work: CaseWork, element: str, data: Mapping[str, Any]) -> None:
    """Write down the rows of the form field `promises` (`[{"what", "due_at"}]`), each with its deadline.

    Raises Unfit for a time that has passed. The rows go again when the step is sent back (`unmake`).
    """
    asked = data.get(FIELD) or ()
    rows = [(str(one["what"]), datetime.fromisoformat(one["due_at"]).astimezone(UTC)) for one in asked]
    late = [number for number, (_, due_at) in enumerate(rows) if due_at <= work.now]
    if late:
        raise Unfit(
            "What is promised lies ahead.", fields=[{"field": f"/{FIELD}/{n}/due_at", "code": "past"} for n in late]
        )
    who = work.actor.principal
    for what, due_at in rows:
        promise_id = work.ids.new()
        row = {
            "id": promise_id, "case_id": work.case_id, "what": what, "due_at": due_at, "made_at": work.now,
            "made_by": who.person_id if who else None, "cause": f"{work.batch}:{element}",
        }  # fmt: skip
        work.insert(promise, row)
        set_dated(work, "promise", promise_id, due_at)
        work.log("promised", name=promise_id, element=element, due_at=due_at.isoformat())


def keep_promise(work: CaseWork, command: KeepPromise) -> dict[str, Any]:
    """Note that it was kept, and return `{"late": bool}`.

    The owner, whoever made it, a supervisor and leadership may. Raises NotFound, Forbidden, Unfit, and Conflict, with
    who and when, for one that is kept already.
    """
    table = promise.c
    row = work.first(select(promise).where(table.id == command.promise_id, table.case_id == work.case_id))
    if row is None:
        raise NotFound("There is no such promise in this case.", promise=command.promise_id)
    who = require(work, Verb.KEEP_PROMISE, people=[row.made_by])
    note = words("note", command.note, longest=NOTE, required=False)
    if row.kept_at is not None:
        raise Conflict("This promise is kept already.", promise=row.id, by=row.kept_by, at=row.kept_at.isoformat())
    work.connection.execute(
        update(promise).where(table.id == row.id).values(kept_at=work.now, kept_by=who.person_id if who else None)
    )
    clear_dated(work, "promise", row.id)
    late = bool(work.now > row.due_at)
    work.log("promise-kept", name=row.id, late=late, note=note)
    return {"late": late}


def promise_missed(work: CaseWork, record_id: str, due_at: datetime) -> None:
    """The time of a promise has come and it is not kept: marked, and told once to whom the process names (R-002-30).

    The case stands on the list of what is overdue until the promise is kept.
    """
    table = promise.c
    row = work.first(select(promise).where(table.id == record_id, table.case_id == work.case_id))
    if row is None or row.kept_at is not None or row.missed_at is not None:
        return
    work.connection.execute(update(promise).where(table.id == row.id).values(missed_at=work.now))
    work.log("promise-missed", name=row.id, due_at=due_at.isoformat())
    made_by = [f"person:{row.made_by}"] if row.made_by else []
    values = {"promise": row.id, "due_at": due_at.isoformat()}
    tell_late(work, "promise", values, concerned=made_by, cause=f"promise:{row.id}")
