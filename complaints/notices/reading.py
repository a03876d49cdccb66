"""What colleagues have been told, and that they have read it; behind the wall of the case, like everything else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select, update

from access.policy import Principal
from complaints.tables import notice
from engine.case_sight import wall
from engine.errors import Forbidden, NotFound
from engine.pipeline import Desk
from engine.tables import instance

MOST_COUNTED = 100
"""Unread notices are counted up to here: nobody needs to know whether it is 100 or 300."""


@dataclass(frozen=True)
class ReadNotice:
    """I have read this one."""

    notice_id: str


@dataclass(frozen=True)
class ReadNotices:
    """I have read everything that I was told up to this instant, or up to one notice of it."""

    until: datetime
    newest: str | None = None
    """The id of the newest notice that I have seen: those of the same instant that stand above it are not read."""


def own(principal: Principal) -> ColumnElement[bool]:
    """Return the condition under which a row of `notice` is the person's to read: told to them, of a case they see."""
    return and_(
        notice.c.person == principal.person_id,
        exists().where(instance.c.case_id == notice.c.case_id, wall(principal)).correlate(notice),
    )


def unread(connection: Connection, principal: Principal) -> int:
    """Return how many of their notices the person has not read, at most MOST_COUNTED: one statement."""
    some = select(notice.c.id).where(own(principal), notice.c.read_at.is_(None)).limit(MOST_COUNTED).subquery()
    return connection.execute(select(func.count()).select_from(some)).scalar_one()


def read_notice(desk: Desk, command: ReadNotice) -> dict[str, Any]:
    """Mark one notice, and return `{"read": 0 or 1}`. Raises NotFound for one that is not mine to see.

    Repeating is safe: the instant of the first time stays.
    """
    mine = and_(notice.c.id == command.notice_id, own(_reader(desk)))
    if desk.connection.execute(select(notice.c.id).where(mine)).first() is None:
        raise NotFound("There is no such notice.", notice=command.notice_id)
    return _mark(desk, mine)


def read_notices(desk: Desk, command: ReadNotices) -> dict[str, Any]:
    """Mark everything told up to an instant, and return `{"read": how many were new}`. Repeating is safe."""
    told = notice.c.at <= command.until
    if command.newest is not None:
        # In the order of the list: by instant, then by id.
        told = and_(told, or_(notice.c.at < command.until, notice.c.id <= command.newest))
    return _mark(desk, and_(told, own(_reader(desk))))


def _mark(desk: Desk, mine: ColumnElement[bool]) -> dict[str, Any]:
    done = desk.connection.execute(update(notice).where(mine, notice.c.read_at.is_(None)).values(read_at=desk.now))
    return {"read": done.rowcount}


def _reader(desk: Desk) -> Principal:
    if desk.actor.principal is None:
        raise Forbidden("Only members of staff are told notices.")
    return desk.actor.principal
