"""The complainant withdraws (X-08); what then happens to the case is drawn in the diagram."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from access.rights import Verb
from complaints.case_now import waited_message
from complaints.letters import store_message
from complaints.wording import one_line, words
from engine.case_rights import require
from engine.case_work import WITHDRAWN, CaseWork
from engine.errors import Conflict
from engine.model.step import Deliver
from storage.outbox import cancel_held


@dataclass(frozen=True)
class Withdraw:
    """I withdraw my complaint; or staff write down who said so, and how it came (`by phone`, `at the desk`)."""

    case_id: str
    reason: str = ""
    said_by: str = ""
    how: str = ""


def withdraw(work: CaseWork, command: Withdraw) -> dict[str, Any]:
    """Withdraw, and return `{"message": id or None}`.

    Where safety or others are concerned the case goes on without the complainant. Letters to them that are held still
    do not go out any more. Raises Conflict when that was said before or the case is closed, Forbidden, and Unfit where
    staff leave out who said it or how.
    """
    who = require(work, Verb.SPEAK_FOR_COMPLAINANT)
    by_staff = who is not None
    reason = words("reason", command.reason, required=False)
    said_by = one_line("said_by", command.said_by, required=by_staff)
    how = one_line("how", command.how, required=by_staff)
    if work.row["facts"].get(WITHDRAWN):
        raise Conflict("The complaint is withdrawn already; the case goes on because others are concerned.")
    waited = waited_message(work, "withdraw")
    if waited is None:
        raise Conflict("The case is closed; there is nothing left to withdraw.")
    stored = store_message(work, reason, direction="in", template="withdraw") if reason else None
    cancel_held(work.connection, work.case_id, now=work.now, recipient="complainant")
    work.log("withdrawn", name=stored, said_by=said_by or None, how=how or None)
    work.step(Deliver(waited, {"text_id": stored}, buffer=False))
    return {"message": stored}
