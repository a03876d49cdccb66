"""A case that is said to be a duplicate names another one, which exists and is no duplicate of this one (R-002-19)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from complaints.answer_meanings import DUPLICATE, form_means
from complaints.intake.case_numbers import is_named
from complaints.intake.links import DUPLICATE_LINK
from complaints.tables import case_link, complaint
from engine.case_sight import sees_case
from engine.case_work import CaseWork
from engine.errors import Unfit
from engine.tables import work_item

FIELD = "duplicate_of"
"""The field of a form that names the other case; `[answers.duplicate]` of the process says which answer makes it count.
Without one it counts whenever it is filled in."""


def check_duplicate(work: CaseWork, element: str, data: Mapping[str, Any]) -> str | None:
    """Look at a form that says that this case is a duplicate of another, and return the other; None where none does.

    The other is named by its number, as people write it (case, blanks and hyphens do not count, O is 0, I and L are 1),
    or by its id. Raises Unfit naming the field for a case that does not exist or that its author does not see, for this
    case itself, and for one that has been found to be a duplicate of this one, at whatever remove. Repeating is safe.
    """
    if not data.get(FIELD) or not form_means(work, DUPLICATE, data, unasked=True):
        return None
    other, who = _named(work.connection, str(data[FIELD])), work.actor.principal
    if other is None or (who is not None and not sees_case(work.connection, other, who)):
        raise _unfit("No complaint has this number.", "unknown-case")
    if other == work.case_id:
        raise _unfit("A complaint is not a duplicate of itself.", "itself")
    if work.case_id in _originals(work, other, element):
        raise _unfit("That complaint has been found to be a duplicate of this one.", "circular")
    return other


def asks_for_duplicate(work: CaseWork, data: Mapping[str, Any]) -> bool:
    """Say whether these may be answers to the question whether this case repeats another, whatever they say."""
    answer = work.process.config.answers.get(DUPLICATE)
    return answer is None or not answer.field or answer.field in data


def _named(connection: Connection, name: str) -> str | None:
    """Return the id of the case that is meant, None where there is none."""
    return connection.execute(select(complaint.c.case_id).where(is_named(name))).scalar()


def _originals(work: CaseWork, case_id: str, element: str) -> set[str]:
    """Return the cases that a case is a duplicate of, and those that these are."""
    found: set[str] = set()
    open_ends = [case_id]
    while open_ends:
        for other in _said(work, open_ends.pop(), element) - found:
            found.add(other)
            open_ends.append(other)
    return found


def _said(work: CaseWork, case_id: str, element: str) -> set[str]:
    """Return what the links of a case, and the last form of this step, say that it is a duplicate of."""
    links, items, connection = case_link.c, work_item.c, work.connection
    others = set(
        connection.execute(
            select(links.other_id).where(links.case_id == case_id, links.kind == DUPLICATE_LINK)
        ).scalars()
    )  # fmt: skip
    newest = connection.execute(
        select(items.data)
        .where(items.case_id == case_id, items.element == element, items.state == "done")
        .order_by(items.done_at.desc(), items.round.desc())
        .limit(1)
    ).scalar()
    last = work.services.keys.open_value(connection, case_id, newest)
    if last and last.get(FIELD) and form_means(work, DUPLICATE, last, unasked=True):
        named = _named(connection, str(last[FIELD]))
        others |= {named} if named is not None else set()
    return others


def _unfit(message: str, code: str) -> Unfit:
    return Unfit(message, fields=[{"field": f"/{FIELD}", "code": code}])
