"""What colleagues are told: their own notices, and that they have read them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field
from sqlalchemy import Connection
from starlette.responses import Response

from api.answers import answer
from api.arrival import StepRoute
from api.authentication import Staff
from api.idempotency import Answered, OnceOnly, carry_out
from api.rest.documents import LISTS, problems
from api.rest.types import Body, Cursor, Id, Limit, Moment, example
from complaints.notices.reading import ReadNotice, ReadNotices
from queries.notices import NoticeItem, NoticePage, notices, one_notice
from queries.reader import Reader

Seen = Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z_-]{0,79}$")]

router = APIRouter(prefix="/api/notices", tags=["notices"], route_class=StepRoute)


class ReadBody(Body):
    """Up to when everything has been read."""

    model_config = example(until="2026-03-04T08:00:00Z")

    until: Moment = Field(description="`at` of the newest notice that you have seen.")
    newest: Seen | None = Field(
        default=None, description="Its `id`: of those told at the same instant, none that stands above it is marked."
    )


@dataclass(frozen=True)
class ReadAnswer:
    """What was marked."""

    read: int
    """How many were new to you; those read before keep their time."""


@router.get("", response_model=NoticePage, responses=LISTS)
def list_notices(
    context: Staff,
    unread: Annotated[bool, Query(description="Only what you have not marked as read.")] = False,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """List what you were told, yourself or as a member of a team, the newest first.

    Each notice is worded in your own language as it was when it was told. What belongs to a case that you may no longer
    see is left out.
    """
    with context.reading() as reader:
        return answer(notices(reader, unread_only=unread, cursor=cursor or None, limit=limit))


@router.post("/read", response_model=ReadAnswer, responses=problems(400, 401, 408, 409, 413, 415, 422))
def read_notices(context: Staff, body: ReadBody, once: OnceOnly) -> Response:
    """Mark everything as read that you were told up to an instant. Repeating is safe."""
    command = ReadNotices(body.until, body.newest)
    return carry_out(context, command, lambda done, _: Answered(ReadAnswer(done["read"])), once)


@router.post("/{notice_id}/read", response_model=NoticeItem, responses=problems(400, 401, 404, 408, 409, 413, 415, 422))
def read_notice(context: Staff, notice_id: Id, once: OnceOnly) -> Response:
    """Mark one notice of yours as read. Repeating is safe: `read_at` stays the first time."""

    def present(_done: Any, connection: Connection) -> Answered:
        reader = Reader(connection, context.shared.library, context.now, context.language, context.principal)
        return Answered(one_notice(reader, notice_id))

    return carry_out(context, ReadNotice(notice_id), present, once)
