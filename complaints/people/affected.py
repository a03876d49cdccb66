"""The people concerned by a group complaint: who joins, who leaves. One leaving reduces the count, no more."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from access.rights import Verb
from complaints.case_now import require_not_closed
from complaints.people.listed_complainant import complainant_among
from complaints.people.people_concerned import recount
from complaints.people.remedies_on_list import let_go, pass_to_listed, pass_to_returned
from complaints.plan.remedies import give_to_joined, remedy_facts
from complaints.tables import affected
from complaints.wording import alike, alike_code, alike_contact, one_line
from engine.case_rights import require
from engine.case_work import CaseWork
from engine.errors import NotFound, Unfit

MOST_AT_ONCE = 1000


@dataclass(frozen=True)
class AffectedPerson:
    """Somebody concerned by the same cause."""

    name: str
    contact: str | None = None
    learner_id: str | None = None


@dataclass(frozen=True)
class AddAffected:
    """These people are concerned too. Who is on the list already stays there once.

    Equal names without contact and learner id are as many people as they are given at once.
    """

    case_id: str
    people: tuple[AffectedPerson, ...]


@dataclass(frozen=True)
class RemoveAffected:
    """This person no longer takes part. Repeating is safe."""

    case_id: str
    affected_id: str


def add_affected(work: CaseWork, command: AddAffected) -> dict[str, Any]:
    """Add, and return `{"people": count, "added": [ids], "ids": [one for each person given]}`.

    The tenth person brings the case to leadership in the same transaction (R-004-18). Where the plan has given a remedy
    to everybody, who joins gets it too (R-004-21), once the approval covers them; the complainant has it already, and
    so has whoever was given it before they left the list.
    Giving the same people again adds nobody. Raises Forbidden, Conflict for a closed case, Unfit naming each row.
    """
    principal = require(work, Verb.ADD_AFFECTED)
    require_not_closed(work)
    people = _checked(command.people)
    table = affected.c
    rows = work.read(
        select(table.id, table.name, table.contact, table.learner_id).where(
            table.case_id == work.case_id, table.left_at.is_(None)
        ).order_by(table.joined_at, table.id)
    )  # fmt: skip
    known: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for row in rows:
        known[_same(AffectedPerson(row.name, row.contact, row.learner_id))].append(row.id)
    added: list[tuple[str, AffectedPerson]] = []
    ids, namesakes = [], Counter[tuple[str, ...]]()
    for person in people:
        key = _same(person)
        # A contact or a learner id is one person's; a name alone may be that of several, each given once.
        before = 0 if person.contact or person.learner_id else namesakes[key]
        namesakes[key] += 1
        if len(known[key]) <= before:
            known[key].append(work.ids.new())
            added.append((known[key][-1], person))
        ids.append(known[key][before])
    if added:
        by = principal.person_id if principal else None
        new_rows = [
            {
                "id": new, "case_id": work.case_id, "name": person.name, "contact": person.contact,
                "learner_id": person.learner_id, "joined_at": work.now, "added_by": by,
            }
            for new, person in added
        ]  # fmt: skip
        work.insert(affected, *new_rows)
        work.log("affected-added", count=len(added))
        complainant = complainant_among(work, added)
        if complainant is not None:
            pass_to_listed(work, complainant)
        pass_to_returned(work, added)
    people_now = recount(work, beside=remedy_facts(work))
    give_to_joined(work, [new for new, _ in added])
    return {"people": people_now, "added": [new for new, _ in added], "ids": ids}


def remove_affected(work: CaseWork, command: RemoveAffected) -> dict[str, Any]:
    """Note that somebody left, and return `{"people": count}`. What they still wait for is void.

    Raises NotFound, Forbidden, Conflict when closed.
    """
    require(work, Verb.REMOVE_AFFECTED)
    table = affected.c
    row = work.first(select(affected).where(table.id == command.affected_id, table.case_id == work.case_id))
    if row is None:
        raise NotFound("Nobody on the list has this id.", affected=command.affected_id)
    require_not_closed(work)
    if row.left_at is None:
        work.connection.execute(update(affected).where(table.id == command.affected_id).values(left_at=work.now))
        work.log("affected-left", name=command.affected_id)
        let_go(work, row.id, AffectedPerson(row.name, row.contact, row.learner_id))
    return {"people": recount(work, beside=remedy_facts(work))}


def _checked(people: tuple[AffectedPerson, ...]) -> list[AffectedPerson]:
    if not 1 <= len(people) <= MOST_AT_ONCE:
        raise Unfit(
            f"Give from 1 to {MOST_AT_ONCE} people at a time.",
            fields=[{"field": "people", "code": "too-many" if people else "too-few"}],
        )
    wrong: list[Any] = []
    checked = []
    for number, person in enumerate(people):
        try:
            at = f"people/{number}/"
            checked.append(
                AffectedPerson(
                    one_line(f"{at}name", person.name),
                    one_line(f"{at}contact", person.contact, required=False) or None,
                    one_line(f"{at}learner_id", person.learner_id, required=False) or None,
                )
            )
        except Unfit as refusal:
            wrong += refusal.details["fields"]
    if wrong:
        raise Unfit(fields=wrong)
    return checked


def _same(person: AffectedPerson) -> tuple[str, ...]:
    """Return what makes two entries one person, or namesakes of whom nothing else is known."""
    return alike(person.name), alike_contact(person.contact), alike_code(person.learner_id)
