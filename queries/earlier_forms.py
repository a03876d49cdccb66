"""What earlier forms of a case said, for whoever has to build on them.

Whoever sees the whole case, and whoever decides, reads every form; support that is asked for help reads its own forms
and the answers that are public.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from access.policy import Principal
from access.tables import person
from engine.process import CompiledProcess
from engine.tables import work_item
from forms.visibility import visible_data
from queries.reader import Reader


@dataclass(frozen=True)
class EarlierForm:
    """One completed form."""

    task_id: str
    element: str
    name: str
    team: str | None
    done_by: str | None
    done_by_name: str | None
    done_at: datetime
    data: Mapping[str, Any]


def earlier_forms(
    reader: Reader, case_id: str, process: CompiledProcess, *, whole: bool, newest_only: bool = True
) -> tuple[EarlierForm, ...]:
    """Return the completed forms of a case in order of completion, by default the newest of each element.

    `whole`: all that was answered; else what this reader's own teams answered, and of the rest what is public. The
    caller has passed the wall.
    """
    rows = reader.connection.execute(
        select(work_item, person.c.name.label("done_by_name"))
        .outerjoin(person, person.c.id == work_item.c.done_by)
        .where(work_item.c.case_id == case_id, work_item.c.state == "done", work_item.c.data.is_not(None))
        .order_by(work_item.c.done_at, work_item.c.id)
    ).all()
    rows = reader.opened(case_id, rows)
    if newest_only:
        rows = list({row.element: row for row in rows}.values())
    return tuple(_shown(reader, process, rows, whole=whole))


def _shown(reader: Reader, process: CompiledProcess, rows: Iterable[Any], *, whole: bool) -> Iterable[EarlierForm]:
    words = reader.library.words.of(process)
    for row in rows:
        data = shown_data(process, row, whole=whole or is_own(reader.who, row))
        if data:
            yield EarlierForm(
                task_id=row.id,
                element=row.element,
                name=words.element(row.element, reader.language),
                team=row.team,
                done_by=row.done_by,
                done_by_name=row.done_by_name,
                done_at=row.done_at,
                data=data,
            )


def shown_data(process: CompiledProcess, row: Any, *, whole: bool) -> Mapping[str, Any]:
    """Return what of a task's answers may be shown; nothing where its form is not known any more."""
    form = process.forms.get(row.form or "")
    if form is None or row.data is None:
        return {}
    return visible_data(form, row.data, "internal" if whole else "public")


def is_own(principal: Principal, row: Any) -> bool:
    """Say whether a form is the reader's, or their team's or post's."""
    return row.done_by == principal.person_id or row.team in principal.teams or row.post in principal.posts
