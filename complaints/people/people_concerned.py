"""How many people a case is about: the larger of what was stated and who is listed (R-004-18).

A complainant who is not on the list, and has remedies of their own beside it, is one more: whoever is given something
is counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from complaints.case_now import keep_facts
from complaints.tables import affected, complaint, remedy
from engine.case_work import CaseWork

MOST_PEOPLE = 100_000
"""People that one complaint may state."""


def listed_people(work: CaseWork) -> int:
    """Return how many are on the list and have not left."""
    mine = select(func.count()).select_from(affected)
    return int(
        work.connection.execute(
            mine.where(affected.c.case_id == work.case_id, affected.c.left_at.is_(None))
        ).scalar_one()
    )


def stated_people(work: CaseWork) -> int:
    """Return the number that was said, at intake or since.

    The fact goes first: when a step is sent back, facts are restored with it.
    """
    said = work.row["facts"].get("stated_people")
    if said is None:
        table = complaint.c
        said = work.connection.execute(select(table.stated_people).where(table.case_id == work.case_id)).scalar_one()
    return int(said)


def people_facts(work: CaseWork, *, stated: int | None = None) -> dict[str, Any]:
    """Return the three facts as the rows give them; `stated` where another number is said now."""
    said, listed = stated_people(work) if stated is None else stated, listed_people(work)
    beside = 1 if listed and _has_remedies_beside_the_list(work) else 0
    return {"stated_people": said, "listed_people": listed, "people": max(said, listed + beside)}


def _has_remedies_beside_the_list(work: CaseWork) -> bool:
    table = remedy.c
    own = (table.case_id == work.case_id, table.affected_id.is_(None), table.void_at.is_(None))
    return work.connection.execute(select(table.id).where(*own).limit(1)).first() is not None


def recount(work: CaseWork, *, beside: Mapping[str, Any]) -> int:
    """Let the facts follow the list, in the same transaction; return the number of people. Repeating is safe.

    `beside`: other facts that have moved with the list, changed in the same step.
    """
    facts = people_facts(work)
    keep_facts(work, {**beside, **facts})
    return int(facts["people"])
