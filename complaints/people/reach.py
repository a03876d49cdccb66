"""Whether somebody is left who may do what is open: a complaint may name so many that nobody is (R-003-19).

What nobody can do is an incident: an operator sees that a case stands still and whom to appoint, and nothing of what is
in the complaint.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from access.rights import HouseRules
from complaints.people.nobodys_tasks import NobodysTask, nobodys_tasks
from engine.case_work import CaseWork
from engine.errors import Conflict
from engine.ids import Ids
from engine.incidents import COMMAND, note_failure
from engine.pipeline import Desk
from engine.tables import incident, instance

FINDING = f"{COMMAND}find somebody for a step"
"""What the incident says was being done: it is over with the step, whoever does it."""


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
