"""The facts of a case that somebody reads who is only asked for help: what the forms of their own tasks show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import or_, select

from access.policy import Principal
from engine.process import CompiledProcess
from engine.tables import work_item
from queries.reader import Reader

ALWAYS = frozenset({"status", "category", "priority", "impact"})
"""Facts that everybody reads who sees the case at all: without them nobody can tell what kind of case it is."""


def asked_facts(
    reader: Reader, case_id: str, process: CompiledProcess, facts: Mapping[str, Any], *, whole: bool
) -> Mapping[str, Any]:
    """Return the facts that the reader may know, by name; all of them for whoever sees the whole case.

    Tasks that are cancelled show nothing any more. The caller has passed the wall.
    """
    if whole:
        return facts
    who, table = reader.who, work_item.c
    forms = reader.connection.execute(
        select(table.form)
        .where(table.case_id == case_id, table.state.in_(("open", "done")), table.form.is_not(None))
        .where(
            or_(
                table.assignee == who.person_id,
                table.done_by == who.person_id,
                table.team.in_(sorted(who.teams)),
                table.post.in_(sorted(who.posts)),
            )
        )
        .distinct()
    ).scalars()
    shown = {each.fact for name in forms if name in process.forms for each in process.forms[name].shows}
    return {name: value for name, value in facts.items() if name in shown | ALWAYS}


def is_asked(who: Principal, row: Any) -> bool:
    """Say whether a task is the reader's own: they have it or did it, or it is their team's or their post's."""
    mine = who.person_id in (row.assignee, row.done_by)
    return mine or row.team in who.teams or row.post in who.posts
