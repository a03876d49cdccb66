"""Who is complained about, once staff have found out: the person sees nothing of the case from then on (R-003-19)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, update

from access.rights import Verb
from access.tables import person
from complaints.answer_meanings import HEARD, form_means
from complaints.case_now import keep_facts
from complaints.people.ownership import leave_to_duty, withdraw_offer_to
from complaints.people.reach import note_nobodys_tasks
from complaints.tables import respondent
from complaints.wording import one_line
from engine.case_rights import require
from engine.case_work import CaseWork
from engine.errors import Unfit
from engine.tables import IS_OPEN, conflict_of_interest, work_item
from engine.work_items import place_free_steps
from storage.insert import insert_new


@dataclass(frozen=True)
class NameRespondent:
    """This colleague is concerned: keep them out of the case. Naming the same person again changes nothing."""

    case_id: str
    person: str
    name: str
    role: str = ""


def name_respondent(work: CaseWork, command: NameRespondent) -> dict[str, Any]:
    """Name, and return `{"respondent": id}`; open tasks the person had go back to their pools.

    Whoever was complained about by this name alone is this colleague from now on; their role stays unless one is given.

    Where the process counts who has not been heard yet, whoever becomes known is one more: no finding stands before
    (R-004-26). Only where the case is about one person, and that one was heard before it was known which colleague it
    is, the hearing stands. A case that the person owns goes to whoever is on duty; one that is offered to them is not
    any more, and its owner is told. Raises Forbidden, and Unfit for somebody unknown.
    """
    require(work, Verb.NAME_RESPONDENT)
    name = one_line("name", command.name)
    role = one_line("role", command.role, required=False)
    if work.connection.execute(select(person.c.id).where(person.c.id == command.person)).first() is None:
        raise Unfit("There is nobody of this name here.", fields=[{"field": "person", "code": "unknown-person"}])
    fresh = insert_new(
        work.connection,
        conflict_of_interest,
        {"case_id": work.case_id, "person": command.person},
        unique=("case_id", "person"),
    )
    table = respondent.c
    known = work.connection.execute(
        select(table.id).where(table.case_id == work.case_id, table.person == command.person)
    ).scalar()
    unheard = known is None
    if known is None:
        known = _only_named(work, name, command.person, role)
        unheard = known is None or not _was_heard(work)
        fresh = True
    if known is None:
        known = work.ids.new()
        named = {"id": known, "case_id": work.case_id, "name": name, "role": role or None, "person": command.person}
        work.insert(respondent, named)
    if fresh:
        # Whoever has one of two names that were given was kept apart before it was known which of them is meant.
        work.barred = None
        if work.owner == command.person:
            leave_to_duty(work)
        work.connection.execute(
            update(work_item)
            .where(
                work_item.c.case_id == work.case_id,
                IS_OPEN,
                work_item.c.assignee == command.person,
            )
            .values(assignee=None, version=work_item.c.version + 1)
        )
        place_free_steps(work)
        work.log("respondent-named", name=known)
        note_nobodys_tasks(work)
    withdraw_offer_to(work, command.person)
    if unheard:
        keep_facts(work, {"respondent_named": True, "unheard_respondents": _unheard(work) + 1})
    return {"respondent": known}


def _only_named(work: CaseWork, name: str, person_id: str, role: str) -> str | None:
    """Say which colleague it is that a complaint names; return the id, None where nobody is named so and unknown."""
    table = respondent.c
    unknown = select(table.id, table.name).where(table.case_id == work.case_id, table.person.is_(None))
    rows = work.read(unknown.order_by(table.id))
    found: str | None = next((row.id for row in rows if row.name == name), None)
    if found is not None:
        values = {"person": person_id, **({"role": role} if role else {})}
        work.update(respondent, table.id == found, **values)
    return found


def _was_heard(work: CaseWork) -> bool:
    """Say whether somebody was heard, and nobody else can have been: the case is about one person alone."""
    table, form = respondent.c, work_item.c
    about = work.connection.execute(select(func.count()).select_from(respondent).where(table.case_id == work.case_id))
    if about.scalar() != 1:
        return False
    forms = select(form.data).where(form.case_id == work.case_id, form.state == "done", form.data.is_not(None))
    return any(form_means(work, HEARD, row.data, unasked=False) for row in work.read(forms))


def _unheard(work: CaseWork) -> int:
    return int(work.row["facts"].get("unheard_respondents") or 0)
