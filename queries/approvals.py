"""What waits for my decision: open tasks whose element is kept apart from another (`exclude`), as the diagram says."""

from __future__ import annotations

from sqlalchemy import and_, false, or_, select

from engine.tables import instance, work_item
from queries.inbox import BY_TIME, TaskPage, task_items, task_rows
from queries.reader import Reader
from queries.visibility import open_to, visible
from storage.paging import page


def approvals(reader: Reader, *, cursor: str | None = None, limit: int = 50) -> TaskPage:
    """Return the decisions that wait for the reader, the least time left first. Raises BadCursor."""
    who, table = reader.who, work_item.c
    decisions = [
        and_(instance.c.version_id == version, table.element.in_(elements))
        for version, elements in decision_elements(reader).items()
    ]
    chosen = task_rows().where(
        table.state == "open",
        or_(table.assignee == who.person_id, open_to(who)),
        or_(false(), *decisions),
        visible(who),
    )
    found = page(reader.connection, chosen, of=("approvals",), order=BY_TIME, cursor=cursor, limit=limit)
    return TaskPage(task_items(reader, found.rows), found.next)


def decision_elements(reader: Reader) -> dict[str, list[str]]:
    """Return, for each version with an open task, the elements that decide on another step."""
    running = reader.connection.execute(
        select(instance.c.version_id)
        .join(work_item, work_item.c.case_id == instance.c.case_id)
        .where(work_item.c.state == "open")
        .distinct()
    ).scalars()
    found = {}
    for version in running:
        elements = reader.process(version).diagram.elements.values()
        found[version] = sorted(each.id for each in elements if each.listed("exclude"))
    return {version: elements for version, elements in found.items() if elements}
