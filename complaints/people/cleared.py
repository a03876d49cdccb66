"""A colleague who was kept apart from a case is not meant after all: on record, with the reason (R-003-19).

A namesake, a slip of the one who identified them, a name given in anger: somebody who is not kept apart puts it right.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, update

from access.rights import Verb
from complaints.people.reach import note_nobodys_tasks
from complaints.tables import respondent
from complaints.wording import REASON, words
from engine.case_rights import require
from engine.case_work import CaseWork
from engine.errors import Unfit
from engine.tables import conflict_of_interest
from engine.work_items import place_free_steps


@dataclass(frozen=True)
class ClearColleague:
    """This colleague is not meant: let them into the case again, for this reason."""

    case_id: str
    person: str
    reason: str


def clear_colleague(work: CaseWork, command: ClearColleague) -> None:
    """Lift what keeps a colleague apart. Who was named stays named, and it is open again which colleague that is.

    Steps that went elsewhere because of them go back to where the process sends them. Whoever is kept apart does not
    see the case, so that nobody does this for themselves. Raises Forbidden, and Unfit for somebody who is not kept
    apart, also when it is repeated.
    """
    require(work, Verb.CLEAR_COLLEAGUE)
    reason = words("reason", command.reason, longest=REASON)
    bar = conflict_of_interest.c
    lifted = work.connection.execute(
        delete(conflict_of_interest).where(bar.case_id == work.case_id, bar.person == command.person)
    )
    if not lifted.rowcount:
        raise Unfit(
            "This person is not kept apart from the case.", fields=[{"field": "person", "code": "not-kept-apart"}]
        )
    table = respondent.c
    work.connection.execute(
        update(respondent).where(table.case_id == work.case_id, table.person == command.person).values(person=None)
    )
    work.barred = None
    place_free_steps(work)
    work.log("colleague-cleared", name=command.person, reason=reason)
    note_nobodys_tasks(work)
