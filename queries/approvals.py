"""What waits for my decision: open tasks whose element is kept apart from another (`exclude`), as the diagram says."""

from __future__ import annotations

from sqlalchemy import and_, exists, false, or_, select

from engine.tables import IS_OPEN, instance, process_version, work_item
from queries.inbox import BY_TIME, TaskPage, task_items, task_rows
from queries.reader import Reader
from queries.visibility import open_by_way, visible
from storage.paging import merged_page


def approvals(reader: Reader, *, cursor: str | None = None, limit: int = 50) -> TaskPage:
    """Return the decisions that wait for the reader, the least time left first. Raises BadCursor."""
    who, table = reader.who, work_item.c
    decisions = [
        and_(instance.c.version_id == version, table.element.in_(elements))
        for version, elements in decision_elements(reader).items()
    ]
    chosen = task_rows().where(
        IS_OPEN,
        or_(false(), *decisions),
        visible(who),
    )
    parts = [chosen.where(way) for way in (table.assignee == who.person_id, *open_by_way(who))]
    found = merged_page(reader.connection, parts, of=("approvals",), order=BY_TIME, cursor=cursor, limit=limit)
    return TaskPage(task_items(reader, found.rows), found.next)


def decision_elements(reader: Reader) -> dict[str, list[str]]:
    """Return, for each version by which a case runs, the elements that decide on another step."""
    live = exists().where(instance.c.version_id == process_version.c.id, instance.c.ended_at.is_(None))
    running = reader.connection.execute(select(process_version.c.id).where(live)).scalars()
    found = {}
    for version in running:
        elements = reader.process(version).diagram.elements.values()
        found[version] = sorted(each.id for each in elements if each.listed("exclude"))
    return {version: elements for version, elements in found.items() if elements}
