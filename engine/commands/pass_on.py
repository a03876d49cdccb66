"""Somebody who held a post has left: what waits for the post goes to whoever acts for it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, update

from engine.case_work import SYSTEM, CaseWork
from engine.errors import Forbidden
from engine.tables import work_item


@dataclass(frozen=True)
class PassOn:
    """Let the open steps of a case that wait for this post, and that nobody has, wait for the post that acts."""

    case_id: str
    post: str


def pass_on(work: CaseWork, command: PassOn) -> list[str]:
    """Pass on, and return the ids of the steps. Raises Forbidden unless the house itself asks. Repeating is safe."""
    if work.actor.kind != SYSTEM.kind:
        raise Forbidden("Only the house passes on what waits for a post.")
    item, passed = work_item.c, []
    here = (item.case_id == work.case_id, item.state == "open", item.assignee.is_(None), item.post == command.post)
    columns = select(item.id, item.element, item.team, item.excluded, item.version)
    for row in work.connection.execute(columns.where(*here).order_by(item.id)).all():
        excluded = frozenset(row.excluded or ())
        post = work.services.placement.place_again(work, team=row.team, post=command.post, excluded=excluded)
        if post == command.post:
            continue
        work.connection.execute(update(work_item).where(item.id == row.id).values(post=post, version=row.version + 1))
        work.log("passed-on", element=row.element, name=row.id, was=command.post, post=post)
        passed.append(row.id)
    return passed
