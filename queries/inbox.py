"""The inbox: open tasks by the time that is left, without opening a single state."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, bindparam, or_, select

from access.keys.stored_keys import with_key
from access.policy import may_work_on
from access.tables import person
from complaints.tables import complaint
from engine.errors import NotFound
from engine.tables import IS_OPEN, instance, work_item
from queries.reader import Reader
from queries.visibility import open_by_way, open_to, visible
from storage.paging import Sort, merged_page

_LISTED = tuple(
    work_item.c[name]
    for name in (
        "id", "case_id", "element", "process", "team", "post", "assignee", "excluded", "round", "state", "version",
        "due_at", "entered_at",
    )
)  # fmt: skip
BY_TIME = (Sort(work_item.c.falls_at, datetime), Sort(work_item.c.id, str))
"""The least time left first; what has no due time stands behind all others."""


@dataclass(frozen=True)
class TaskItem:
    """A task as lists show it."""

    id: str
    complaint_id: str
    number: str
    subject: str
    priority: str | None
    element: str
    name: str
    process: str
    team: str | None
    post: str | None
    assignee: str | None
    assignee_name: str | None
    due_at: datetime | None
    late: bool
    state: str
    entered_at: datetime
    round: int
    version: int


@dataclass(frozen=True)
class TaskPage:
    """A page of tasks."""

    items: tuple[TaskItem, ...]
    next: str | None


def inbox(
    reader: Reader,
    *,
    mine: bool = False,
    team: str | None = None,
    overdue: bool = False,
    cursor: str | None = None,
    limit: int = 50,
) -> TaskPage:
    """Return open tasks of cases that the reader sees, the least time left first. Raises BadCursor.

    Without a filter: what the reader has or may take. `mine`: only what they have. `team`: everything open for that
    team, whoever has it. `overdue` alone: everything late that the reader sees; else it narrows the others.
    """
    who, table = reader.who, work_item.c
    chosen = task_rows().where(IS_OPEN, visible(who))
    if mine:
        chosen = chosen.where(table.assignee == who.person_id)
    if team is not None:
        chosen = chosen.where(table.team == team)
    if overdue:
        chosen = chosen.where(table.falls_at < reader.now)
    parts = [chosen]
    if not (mine or overdue or team is not None):
        parts = [chosen.where(way) for way in (table.assignee == who.person_id, *open_by_way(who))]
    found = merged_page(
        reader.connection, parts, of=("tasks", mine, team, overdue), order=BY_TIME, cursor=cursor, limit=limit
    )
    return TaskPage(task_items(reader, found.rows), found.next)


def tasks_of(reader: Reader, case_id: str) -> tuple[TaskItem, ...]:
    """Return the open tasks of one case, the least time left first. The caller has passed the wall."""
    chosen = task_rows().where(work_item.c.case_id == case_id, IS_OPEN)
    return task_items(reader, reader.connection.execute(chosen.order_by(*(sort.column for sort in BY_TIME))).all())


def next_of(reader: Reader, case_id: str) -> TaskItem | None:
    """Return the reader's most urgent open task of one case: one they have, else one they may take; or None."""
    who, table = reader.who, work_item.c
    chosen = task_rows().where(
        table.case_id == case_id,
        IS_OPEN,
        visible(who),
        or_(table.assignee == who.person_id, open_to(who)),
    )
    own_first = (table.assignee.is_(None), *(sort.column for sort in BY_TIME))
    items = task_items(reader, reader.connection.execute(chosen.order_by(*own_first).limit(1)).all())
    return items[0] if items else None


def done_and_next(reader: Reader, task_id: str) -> tuple[TaskItem, TaskItem | None]:
    """Return a task the reader has just worked on, and their most urgent open one of the same case: one statement.

    The caller has passed the wall with this very case. Raises NotFound.
    """
    case_id = task_id.rpartition("-")[0]
    rows = reader.connection.execute(_THIS_AND_OPEN, {"the_case": case_id, "the_task": task_id}).all()
    this = next((row for row in rows if row.id == task_id), None)
    if this is None:
        raise NotFound("There is no such task.", task=task_id)
    who = reader.who
    mine = [
        row
        for row in rows
        if row.state == "open"
        and who.person_id not in (row.excluded or ())
        and may_work_on(who, team=row.team, post=row.post, assignee=row.assignee)
    ]
    mine.sort(key=lambda row: (row.assignee is None, row.due_at is None, row.due_at or reader.now, row.id))
    done, *following = task_items(reader, [this, *mine[:1]])
    return done, following[0] if following else None


def task_item(reader: Reader, task_id: str) -> TaskItem:
    """Return one task as lists show it. The caller has passed the wall. Raises NotFound."""
    row = reader.connection.execute(task_rows().where(work_item.c.id == task_id)).one_or_none()
    if row is None:
        raise NotFound("There is no such task.", task=task_id)
    return task_items(reader, [row])[0]


def task_rows() -> Select[Any]:
    """Return the selection of tasks with what lists show of their case; put `visible` behind it."""
    found = (
        select(*_LISTED, instance.c.version_id, instance.c.priority, complaint.c.number, complaint.c.subject)
        .add_columns(person.c.name.label("assignee_name"))
        .join_from(work_item, instance, instance.c.case_id == work_item.c.case_id)
        .join(complaint, complaint.c.case_id == work_item.c.case_id)
        .outerjoin(person, and_(person.c.id == work_item.c.assignee))
    )
    return with_key(found, work_item.c.case_id)


def task_items(reader: Reader, rows: Iterable[Any]) -> tuple[TaskItem, ...]:
    """Return rows of `task_rows` in the reader's words."""
    return tuple(_item(reader, row) for row in reader.opened_along(rows))


def _item(reader: Reader, row: Any) -> TaskItem:
    words = reader.library.words.of(reader.process(row.version_id))
    return TaskItem(
        id=row.id,
        complaint_id=row.case_id,
        number=row.number,
        subject=row.subject,
        priority=row.priority,
        element=row.element,
        name=words.element(row.element, reader.language),
        process=row.process,
        team=row.team,
        post=row.post,
        assignee=row.assignee,
        assignee_name=row.assignee_name,
        due_at=row.due_at,
        late=row.state == "open" and row.due_at is not None and row.due_at < reader.now,
        state=row.state,
        entered_at=row.entered_at,
        round=row.round,
        version=row.version,
    )


_THIS_AND_OPEN = task_rows().where(
    work_item.c.case_id == bindparam("the_case"),
    or_(work_item.c.id == bindparam("the_task"), IS_OPEN),
)
