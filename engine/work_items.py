"""Reading a task for a command: is it open, is it this person's to do, is it what the person saw?"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from sqlalchemy import ColumnElement, bindparam, exists, select, update

from access.policy import Principal, may_work_on
from engine.case_work import CaseWork
from engine.errors import Conflict, Forbidden, MatchRequired, NotFound, Stale
from engine.model.elements import Element
from engine.tables import IS_OPEN, event_log, work_item

REROUTED = "rerouted"
"""The line in the log of a case that says so of a step that an operator has given elsewhere."""

# What somebody wrote in it is long, and no command reads it here.
_READ = [column for column in work_item.c if column.name not in ("draft", "data")]
_NAMES = [column.name for column in _READ]
_ITEM = select(*_READ).where(work_item.c.id == bindparam("item"), work_item.c.case_id == bindparam("case"))
READ_ALONG = tuple(column.label(f"item_{column.name}") for column in _READ)
"""The columns of a task, to be asked for with its case: the last ones of that question (`item_in`)."""


def case_of(task_id: str) -> str:
    """Return the case a task id belongs to. Raises NotFound for text that is no task id."""
    case_id, separator, task = task_id.rpartition("-")
    if not (separator and case_id and task) or len(task_id) > 80:
        raise NotFound("There is no such task.", task=task_id)
    return case_id


def item_in(row: Any) -> Any:
    """Return a task whose columns are the last of a row, as `load_item` gives it."""
    return SimpleNamespace(**dict(zip(_NAMES, row[-len(_NAMES) :], strict=True)))


def load_item(work: CaseWork, task_id: str) -> Any:
    """Return the row of a task of this case, without its form's answers. Raises NotFound."""
    if work.item is not None and work.item.id == task_id:
        return work.item
    row = work.connection.execute(_ITEM, {"item": task_id, "case": work.case_id}).first()
    if row is None:
        raise NotFound("There is no such task.", task=task_id)
    return item_in(row)


def require_open(item: Any) -> None:
    """Raise Conflict, with who and when, unless the task is open."""
    if item.state == "done":
        raise Conflict(
            "This task has been completed already.", task=item.id, by=item.done_by, at=item.done_at.isoformat()
        )
    if item.state != "open":
        raise Conflict("This task is no longer needed; the case has moved on.", task=item.id)


def require_seen(item: Any, version: int | None, *, must_match: bool) -> None:
    """Raise Stale unless `version` is the one there is, MatchRequired where none is given and one `must_match`.

    For whoever may do the task: others are told that they may not, whatever they name.
    """
    if version is None and must_match:
        raise MatchRequired(current=item.version)
    if version is not None and version != item.version:
        raise Stale("The task has changed since you saw it.", seen=version, current=item.version)


def require_mine(item: Any, principal: Principal | None) -> Principal:
    """Raise Forbidden, saying why, unless this person may do the task; return the person."""
    if principal is None:
        raise Forbidden("Only members of staff work on tasks.")
    if principal.person_id in (item.excluded or ()):
        raise Forbidden("You did a step that this one must be apart from; somebody else decides.", task=item.id)
    if not may_work_on(principal, team=item.team, post=item.post, assignee=item.assignee):
        raise Forbidden(
            "This task belongs to somebody else.", task=item.id, team=item.team, post=item.post, assignee=item.assignee
        )
    return principal


def element_of(work: CaseWork, item: Any) -> Element:
    """Return the drawn element of a task. Raises Conflict for a task of a process that the case has left since."""
    element = work.process.diagram.elements.get(item.element)
    if element is None:
        raise Conflict("This task is no longer needed; the case has moved on.", task=item.id)
    return element


def last_line(work: CaseWork, item_id: str, *kinds: str) -> Any:
    """Return by whom (`actor`) and when (`at`) the log tells one of these kinds of a task last; None if never."""
    table = event_log.c
    return work.connection.execute(
        select(table.actor, table.at)
        .where(table.case_id == work.case_id, table.kind.in_(kinds), table.name == item_id)
        .order_by(table.sequence.desc())
        .limit(1)
    ).first()


def give_to(work: CaseWork, item: Any, person: str | None) -> None:
    """Write who has a task; its version moves on."""
    work.connection.execute(
        update(work_item).where(work_item.c.id == item.id).values(assignee=person, version=item.version + 1)
    )


def given_elsewhere() -> ColumnElement[bool]:
    """Return the condition for steps that an operator has given to others than the diagram says."""
    line = event_log.c
    return exists().where(line.case_id == work_item.c.case_id, line.kind == REROUTED, line.name == work_item.c.id)


def place_free_steps(work: CaseWork) -> None:
    """Let the open steps that nobody has wait where the diagram sends them, as far as somebody is left there now.

    After somebody was kept apart from the case, or is not any more. What an operator has given elsewhere stays there.
    Repeating is safe.
    """
    table = work_item.c
    free = (table.case_id == work.case_id, IS_OPEN, table.assignee.is_(None), ~given_elsewhere())
    columns = select(table.id, table.element, table.team, table.post, table.excluded, table.version)
    for row in work.connection.execute(columns.where(*free)).all():
        element = work.process.diagram.elements.get(row.element)
        goes_to = element.goes_to(work.row["facts"]) if element is not None else None
        drawn = goes_to.removeprefix("post:") if goes_to is not None and goes_to != "owner" else None
        excluded = frozenset(row.excluded or ())
        post = work.services.placement.place_again(work, team=row.team, post=drawn, excluded=excluded)
        if post != row.post:
            work.connection.execute(
                update(work_item).where(table.id == row.id).values(post=post, version=row.version + 1)
            )
