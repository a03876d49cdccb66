"""What becomes of somebody's remedies when they come onto the list of people concerned, leave it, and come back."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select, update

from complaints.people.listed_complainant import Listed, complainant_among
from complaints.people.people_concerned import listed_people
from complaints.tables import affected, remedy
from complaints.wording import alike, alike_code, alike_contact
from engine.case_work import CaseWork


def pass_to_listed(work: CaseWork, affected_id: str) -> None:
    """Let the complainant's own remedies be those of this person of the list, who is the complainant.

    They were written while nobody was listed. Given ones go along, so that nobody gets them twice. Repeating is safe.
    """
    table = remedy.c
    mine = (table.case_id == work.case_id, table.affected_id.is_(None), table.void_at.is_(None))
    work.connection.execute(update(remedy).where(*mine).values(affected_id=affected_id))


def pass_to_returned(work: CaseWork, people: Iterable[tuple[str, Listed]]) -> None:
    """Let whoever of these (id, person) was on the list before, and left it, have what they were given then.

    So that nobody gets it twice; what they still waited for became void when they left, and the plan in force gives it
    anew. The same learner id says surest that it is the same person, then the same name where no learner id and no
    contact speaks against it. Repeating is safe.
    """
    table, gave = affected.c, remedy.c
    left = work.read(
        select(table.id, table.name, table.contact, table.learner_id)
        .where(
            table.case_id == work.case_id,
            table.left_at.is_not(None),
            table.id.in_(select(gave.affected_id).where(gave.case_id == work.case_id, gave.void_at.is_(None))),
        )
        .order_by(table.left_at.desc(), table.id)
    )
    pairs = [
        (rank, number, row.id, new)
        for new, person in people
        for number, row in enumerate(left)
        if (rank := _likeness(row, person)) is not None
    ]
    taken: set[str] = set()
    for _, _, old, new in sorted(pairs, key=lambda pair: pair[:2]):
        if not taken & {old, new}:
            taken |= {old, new}
            mine = (gave.case_id == work.case_id, gave.affected_id == old, gave.void_at.is_(None))
            work.connection.execute(update(remedy).where(*mine).values(affected_id=new))


def let_go(work: CaseWork, affected_id: str, person: Listed) -> None:
    """Somebody has left the list: what they still wait for is void, on record; what they were given stays given.

    A complainant who leaves an empty list behind is concerned as before anybody was listed, and keeps everything.
    Repeating is safe. Facts are not counted.
    """
    table = remedy.c
    mine = (table.case_id == work.case_id, table.affected_id == affected_id, table.void_at.is_(None))
    if listed_people(work) == 0 and complainant_among(work, [(affected_id, person)]) is not None:
        work.connection.execute(update(remedy).where(*mine).values(affected_id=None))
        return
    waiting = update(remedy).where(*mine, table.done_at.is_(None))
    gone = work.connection.execute(waiting.values(void_at=work.now)).rowcount
    if gone:
        work.log("remedies-left", name=affected_id, count=gone)


def _likeness(before: Listed, now: Listed) -> int | None:
    known, said = alike_code(before.learner_id), alike_code(now.learner_id)
    if known and said:
        return 0 if known == said else None
    contacts = {alike_contact(each.contact) for each in (before, now) if each.contact}
    return 1 if alike(before.name) == alike(now.name) and len(contacts) < 2 else None
