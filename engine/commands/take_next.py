"""Take the most urgent task that I may do, atomically: two people never get the same one."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import and_, or_, select

from engine.commands.claim import ClaimTask, claim_task
from engine.errors import Forbidden, NotFound, Refusal
from engine.firing import fire_what_is_due
from engine.pipeline import Desk
from engine.projection import save
from engine.tables import IS_OPEN, work_item

LOOK_AT = 25
"""Candidates tried before giving up: the others are somebody else's by then."""


@dataclass(frozen=True)
class TakeNext:
    """Give me the next task of my teams and posts."""


def take_next(desk: Desk, command: TakeNext) -> str:
    """Claim the open, unassigned task with the least time left; return its id. Raises NotFound when there is none."""
    principal = desk.actor.principal
    if principal is None:
        raise Forbidden("Only members of staff work on tasks.")
    table = work_item.c
    mine = or_(
        and_(table.post.is_(None), table.team.in_(sorted(principal.teams))), table.post.in_(sorted(principal.posts))
    )
    candidates = desk.connection.execute(
        select(table.id, table.case_id)
        .where(IS_OPEN, table.assignee.is_(None), mine)
        .order_by(table.due_at.is_(None), table.due_at, table.id)
        .limit(LOOK_AT)
    ).all()
    for candidate in candidates:
        try:
            # On a savepoint: what a refused claim has fired is left to the sweep, whole.
            with desk.connection.begin_nested():
                work = desk.pipeline.load(desk.connection, candidate.case_id, desk.actor)
                fire_what_is_due(work)
                fence = work.row["row_version"]
                claim_task(work, ClaimTask(candidate.id))
                save(work, fence=fence)
        except Refusal:
            # Kept apart from this one, or not allowed to see it: the next may do.
            continue
        taken: str = candidate.id
        return taken
    raise NotFound("Nothing waits for you at the moment.")
