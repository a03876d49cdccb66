"""Tasks: the inbox, one task with its form, and what people do with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from sqlalchemy import Connection
from starlette.responses import Response

from api.answers import answer, matched_task, task_tag
from api.arrival import StepRoute
from api.authentication import Staff
from api.context import RequestContext
from api.errors import language_of
from api.faults import below
from api.idempotency import Answered, OnceOnly, carry_out
from api.rest.documents import CHANGES, DECIDES, LISTS, READS, TAGGED
from api.rest.filters import require_team
from api.rest.task_answer import TaskFull, in_full
from api.rest.task_bodies import AssignBody, DataBody, DraftAnswer, DraftBody, SendBackBody, TaskAnswer
from api.rest.types import Cursor, Id, IfMatch, Limit, Team
from engine.commands.claim import AssignTask, ClaimTask, ReleaseTask
from engine.commands.complete import CompleteTask
from engine.commands.save_draft import SaveDraft
from engine.commands.send_back import SendBack
from engine.commands.take_next import TakeNext
from engine.errors import Unfit
from engine.work_items import case_of
from queries.approvals import approvals
from queries.inbox import TaskPage, done_and_next, inbox
from queries.reader import Reader
from queries.requirements import worded
from queries.task import task

router = APIRouter(prefix="/api", tags=["tasks"], route_class=StepRoute)


@router.get("/tasks", response_model=TaskPage, responses=LISTS)
def list_tasks(
    context: Staff,
    mine: Annotated[bool, Query(description="Only what you have.")] = False,
    team: Team = None,
    overdue: Annotated[bool, Query(description="Only what is late.")] = False,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """List open tasks, the least time left first.

    Without a filter: what you have or may take. `mine`: what you have. `team`: everything open for that team in cases
    that you see. `overdue` narrows these; alone, everything late that you see.
    """
    with context.reading() as reader:
        require_team(reader, team)
        return answer(inbox(reader, mine=mine, team=team, overdue=overdue, cursor=cursor or None, limit=limit))


@router.post("/tasks/next", response_model=TaskAnswer, responses=CHANGES)
def take_next(context: Staff, once: OnceOnly) -> Response:
    """Take the most urgent task of your teams that nobody has. 404 where nothing waits."""

    def present(task_id: str, connection: Connection) -> Answered:
        return _present(context, task_id)(None, connection)

    return carry_out(context, TakeNext(), present, once)


@router.get("/tasks/{task_id}", response_model=TaskFull, responses=READS | TAGGED)
def read_task(context: Staff, task_id: Id) -> Response:
    """Read a task: form schema, UI schema, draft, due time, and what earlier forms said. The ETag is the task's."""
    with context.reading() as reader:
        found = task(reader, task_id).view
    tag = task_tag(task_id, found.task.version)
    return answer(in_full(found), headers={"ETag": tag})


@router.put("/tasks/{task_id}/draft", response_model=DraftAnswer, responses=CHANGES)
def save_draft(context: Staff, task_id: Id, body: DraftBody) -> Response:
    """Keep a draft; it is not checked, and the last writer wins. Repeating is safe."""
    return answer(context.run(SaveDraft(task_id, body.data)))


@router.post("/tasks/{task_id}/claim", response_model=TaskAnswer, responses=CHANGES)
def claim(context: Staff, task_id: Id, once: OnceOnly) -> Response:
    """Take a task that nobody has. Repeating is safe; 409 says who was faster."""
    return carry_out(context, ClaimTask(task_id), _present(context, task_id), once)


@router.post("/tasks/{task_id}/release", response_model=TaskAnswer, responses=CHANGES)
def release(context: Staff, task_id: Id, once: OnceOnly) -> Response:
    """Give a task back."""
    return carry_out(context, ReleaseTask(task_id), _present(context, task_id), once)


@router.post("/tasks/{task_id}/assign", response_model=TaskAnswer, responses=CHANGES)
def assign(context: Staff, task_id: Id, body: AssignBody, once: OnceOnly) -> Response:
    """Give a task to somebody, with the reason; for supervisors."""
    return carry_out(context, AssignTask(task_id, body.to, body.reason), _present(context, task_id), once)


@router.post("/tasks/{task_id}/complete", response_model=TaskAnswer, responses=DECIDES | TAGGED)
def complete(
    context: Staff, request: Request, task_id: Id, body: DataBody, once: OnceOnly, if_match: IfMatch = None
) -> Response:
    """Complete a task with its form; decisions need If-Match. `next` is your most urgent task of the same case."""
    command = CompleteTask(task_id, body.data, matched_task(if_match, task_id))
    try:
        return carry_out(context, command, _present(context, task_id), once)
    except Unfit as refusal:
        with context.reading(language=language_of(request)) as reader:
            told = worded(reader, case_of(task_id), refusal)
        raise type(told)(
            told.message, **{**told.details, "fields": below("data", told.details.get("fields", ()))}
        ) from None


@router.post("/tasks/{task_id}/send-back", response_model=TaskAnswer, responses=CHANGES)
def send_back(context: Staff, task_id: Id, once: OnceOnly, body: SendBackBody | None = None) -> Response:
    """Take a completed step back while nobody outside has heard of it."""
    return carry_out(context, SendBack(task_id, body.reason if body else ""), _present(context, task_id), once)


@router.get("/approvals", response_model=TaskPage, tags=["approvals"], responses=LISTS)
def list_approvals(context: Staff, cursor: Cursor = None, limit: Limit = 50) -> Response:
    """List the decisions that wait for you; decide by completing the task, with If-Match."""
    with context.reading() as reader:
        return answer(approvals(reader, cursor=cursor or None, limit=limit))


def _present(context: RequestContext, task_id: str) -> Callable[[Any, Connection], Answered]:
    """Answer with the task after the change, and the next one of the same case."""

    def present(_done: Any, connection: Connection) -> Answered:
        reader = Reader(connection, context.shared.library, context.now, context.language, context.principal)
        found, following = done_and_next(reader, task_id)
        return Answered(TaskAnswer(found, following), headers={"ETag": task_tag(task_id, found.version)})

    return present
