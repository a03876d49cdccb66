"""Whether somebody is left who may do what is open: a complaint may name so many that nobody is (R-003-19).

What nobody can do is an incident: an operator sees that a case stands still and whom to appoint, and nothing of what is
in the complaint.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from access.tables import membership, person, post_holder
from engine.case_work import CaseWork
from engine.errors import Conflict
from engine.incidents import COMMAND, note_failure
from engine.tables import conflict_of_interest, incident, instance, work_item

FINDING = f"{COMMAND}find somebody for a step"
"""What the incident says was being done: it is over with the step, whoever does it."""


@dataclass(frozen=True)
class NobodysTask:
    """An open step that nobody can take."""

    id: str
    case_id: str
    element: str
    reason: str
    """Why, and what to do; nothing of the case."""


def nobodys_tasks(connection: Connection, case_id: str | None = None) -> Iterator[NobodysTask]:
    """Yield the open steps that are free and that nobody can take, of one case or of all.

    Whoever is away comes back: only who is kept apart from the case or the step, or has left, does not count.
    """
    item, bar = work_item.c, conflict_of_interest.c
    mine = () if case_id is None else (item.case_id == case_id,)
    rows = connection.execute(
        select(item.id, item.case_id, item.element, item.team, item.post, item.excluded)
        .join(instance, instance.c.case_id == item.case_id)
        .where(item.state == "open", item.assignee.is_(None), instance.c.ended_at.is_(None), *mine)
        .order_by(item.case_id, item.id)
    ).all()
    if not rows:
        return
    at_work = set(connection.execute(select(person.c.id).where(person.c.active)).scalars())
    teams, posts, barred = _teams(connection), _posts(connection), dict[str, set[str]]()
    bars = select(bar.case_id, bar.person).where(*(() if case_id is None else (bar.case_id == case_id,)))
    for one in connection.execute(bars):
        barred.setdefault(one.case_id, set()).add(one.person)
    for row in rows:
        could = posts.get(row.post, set()) if row.post is not None else teams.get(row.team, set())
        if not (could & at_work) - barred.get(row.case_id, set()) - set(row.excluded or ()):
            yield NobodysTask(row.id, row.case_id, row.element, _reason(row.post, row.team))


def note_nobodys_tasks(work: CaseWork) -> None:
    """Put on record which open steps of the case nobody can take, and close what is over. Repeating is safe."""
    for task in nobodys_tasks(work.connection, work.case_id):
        refusal = Conflict(task.reason, element=task.element)
        same = (incident.c.doing == FINDING, incident.c.about == task.id, incident.c.resolved_at.is_(None))
        if work.connection.execute(select(incident.c.id).where(*same)).first() is None:
            note_failure(
                work.connection, work.case_id, refusal, doing=FINDING, about=task.id, now=work.now, ids=work.ids
            )
            work.row["troubled"] = True
    close_what_is_reached(work.connection, now=work.now)


def close_what_is_reached(connection: Connection, *, now: datetime) -> None:
    """Close the incidents of steps that somebody can take again. Repeating is safe."""
    table = incident.c
    open_ones = (table.doing == FINDING, table.resolved_at.is_(None))
    known = connection.execute(select(table.id, table.about, table.case_id).where(*open_ones)).all()
    still = {task.id for case_id in {row.case_id for row in known} for task in nobodys_tasks(connection, case_id)}
    over = [row.id for row in known if row.about not in still]
    if over:
        connection.execute(update(incident).where(table.id.in_(over)).values(resolved_at=now))


def _teams(connection: Connection) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in connection.execute(select(membership.c.team, membership.c.person)):
        found.setdefault(row.team, set()).add(row.person)
    return found


def _posts(connection: Connection) -> dict[str, set[str]]:
    rows = connection.execute(select(post_holder.c.post, post_holder.c.person, post_holder.c.deputy))
    return {row.post: {each for each in (row.person, row.deputy) if each is not None} for row in rows}


def _reason(post: str | None, team: str | None) -> str:
    where = f"the team {team}" if post is None else f"the post {post}"
    what = (
        "Add somebody to the team (`redress user add`)."
        if post is None
        else f"Appoint somebody who has nothing to do with the case: `redress user appoint {post} LOGIN`."
    )
    return f"Nobody is left in {where} who may do this step: everybody is kept apart from it or has left. {what}"
