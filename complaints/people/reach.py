"""Whether somebody is left who may do what is open: a complaint may name so many that nobody is (R-003-19).

What nobody can do is an incident: an operator sees that a case stands still and whom to appoint, and nothing of what is
in the complaint.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, exists, or_, select, update

from access.principals import next_filled
from access.rights import HouseRules
from access.tables import membership, person, post_holder
from engine.case_work import CaseWork
from engine.errors import Conflict
from engine.ids import Ids
from engine.incidents import COMMAND, note_failure
from engine.pipeline import Desk
from engine.tables import IS_OPEN, conflict_of_interest, incident, instance, work_item

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


def nobodys_tasks(connection: Connection, *, rules: HouseRules, case_id: str | None = None) -> Iterator[NobodysTask]:
    """Yield the open steps that are free and that nobody can take, of one case or of all.

    Whoever is away comes back: only who is kept apart from the case or the step, or has left, does not count. For a
    post that nobody fills whoever has the next filled one above stands in.
    """
    item, bar = work_item.c, conflict_of_interest.c
    teams, posts = _members(connection), _holders(connection)
    served = [post for post in {*posts, *rules.above} if next_filled(post, posts.keys(), rules.above) is not None]
    some_barred = exists().where(bar.case_id == item.case_id)
    rows = connection.execute(
        # What is open belongs to a case that has not ended: the case itself need not be read.
        select(item.id, item.case_id, item.element, item.team, item.post, item.excluded)
        .where(IS_OPEN, item.assignee.is_(None))
        .where(*(() if case_id is None else (item.case_id == case_id,)))
        # The others wait for people of whom nobody is kept apart: most of what is open is not read.
        .where(
            or_(
                item.post.not_in(served),
                and_(item.post.is_(None), item.team.not_in(teams)),
                item.excluded != [],
                some_barred,
            )
        )
        .order_by(item.case_id, item.id)
    ).all()
    barred = _kept_apart(connection, case_id) if rows else {}
    for row in rows:
        filled = row.post if row.post is None else next_filled(row.post, posts.keys(), rules.above)
        could = teams.get(row.team, set()) if row.post is None else posts.get(filled or "", set())
        if not could - set(row.excluded or ()) - barred.get(row.case_id, set()):
            yield NobodysTask(row.id, row.case_id, row.element, _reason(row.post, row.team))


def note_nobodys_tasks(work: CaseWork) -> None:
    """Put on record which open steps of the case nobody can take, and close what is over. Repeating is safe."""
    found = list(nobodys_tasks(work.connection, rules=work.services.rules, case_id=work.case_id))
    if _note(work.connection, found, now=work.now, ids=work.ids):
        work.row["troubled"] = True
    _close(work.connection, {task.id for task in found}, now=work.now, case_id=work.case_id)


def note_nobodys_tasks_of_all(desk: Desk) -> None:
    """Do so for every case: people leave, and others are appointed. Repeating is safe."""
    found = list(nobodys_tasks(desk.connection, rules=desk.services.rules))
    _note(desk.connection, found, now=desk.now, ids=desk.ids)
    _close(desk.connection, {task.id for task in found}, now=desk.now)


def is_noted(connection: Connection, *, rules: HouseRules) -> bool:
    """Say whether the record tells of every open step that nobody can take, and of no other. Reads only.

    The look goes through all that is open and free: whoever writes should not wait for it.
    """
    noted = {row.about for row in _open_ones(connection)}
    return noted == {task.id for task in nobodys_tasks(connection, rules=rules)}


def _note(connection: Connection, found: Collection[NobodysTask], *, now: datetime, ids: Ids) -> bool:
    """Write an incident for what has none yet, in the order of the cases; say whether one was written."""
    known = {row.about for row in _open_ones(connection)} if found else set()
    fresh = [task for task in found if task.id not in known]
    for task in fresh:
        refusal = Conflict(task.reason, element=task.element)
        note_failure(connection, task.case_id, refusal, doing=FINDING, about=task.id, now=now, ids=ids)
    return bool(fresh)


def _close(connection: Connection, still: Collection[str], *, now: datetime, case_id: str | None = None) -> None:
    """Close the incidents of steps that somebody can take again, each under the lock of its case."""
    for row in _open_ones(connection, case_id):
        if row.about not in still:
            connection.execute(select(instance.c.case_id).where(instance.c.case_id == row.case_id).with_for_update())
            connection.execute(update(incident).where(incident.c.id == row.id).values(resolved_at=now))


def _open_ones(connection: Connection, case_id: str | None = None) -> list[Any]:
    table = incident.c
    chosen = select(table.id, table.about, table.case_id).where(table.doing == FINDING, table.resolved_at.is_(None))
    mine = chosen if case_id is None else chosen.where(table.case_id == case_id)
    return list(connection.execute(mine.order_by(table.case_id, table.id)).all())


def _kept_apart(connection: Connection, case_id: str | None) -> dict[str, set[str]]:
    """Return who is kept apart from each open case, or from one."""
    bar = conflict_of_interest.c
    bars = select(bar.case_id, bar.person).join(instance, instance.c.case_id == bar.case_id)
    mine = instance.c.ended_at.is_(None) if case_id is None else bar.case_id == case_id
    return _together(connection.execute(bars.where(mine)))


def _members(connection: Connection) -> dict[str, set[str]]:
    """Return who works in each team that has anybody."""
    table = membership.c
    at_work = select(table.team, table.person).join(person, person.c.id == table.person).where(person.c.active)
    return _together(connection.execute(at_work))


def _holders(connection: Connection) -> dict[str, set[str]]:
    """Return holder and deputy of each post that has anybody who has not left."""
    rows = [
        row
        for column in (post_holder.c.person, post_holder.c.deputy)
        for row in connection.execute(
            select(post_holder.c.post, column).join(person, person.c.id == column).where(person.c.active)
        )
    ]
    return _together(rows)


def _together(pairs: Iterable[Any]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for key, each in pairs:
        found.setdefault(key, set()).add(each)
    return found


def _reason(post: str | None, team: str | None) -> str:
    where = f"the team {team}" if post is None else f"the post {post}"
    what = (
        "Add somebody to the team (`redress user add`)."
        if post is None
        else f"Appoint somebody who has nothing to do with the case: `redress user appoint {post} LOGIN`."
    )
    return f"Nobody is left in {where} who may do this step: everybody is kept apart from it or has left. {what}"
