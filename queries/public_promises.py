"""What people have promised to the complainant, beside the duties of the house: each with its time, kept or not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select

from complaints.plan.promises import FIELD
from complaints.tables import promise
from engine.process import CompiledProcess
from forms.form import Form
from forms.languages import Labels, labels, pick
from queries.held_step import HeldStep
from queries.reader import Reader

STATES: dict[str, Labels] = {
    "open": labels("尚未到期", "약속 시각 전", "Still to come"),
    "missed": labels("未能按时兑现", "제때 지키지 못함", "Not kept in time"),
    "kept": labels("已兑现", "지킴", "Kept"),
    "kept_late": labels("已兑现，但晚了", "늦게 지킴", "Kept, but late"),
}
State = Literal["open", "missed", "kept", "kept_late"]


@dataclass(frozen=True)
class PublicPromise:
    """What somebody promised to the complainant."""

    id: str
    what: str
    """In the words of whoever promised."""
    made_at: datetime
    due_at: datetime
    state: State
    state_text: str
    """The same in the complainant's language."""
    kept_at: datetime | None


def public_promises(
    reader: Reader, case_id: str, process: CompiledProcess, held: HeldStep | None
) -> Iterator[PublicPromise]:
    """Yield the promises of a case, soonest first, that the complainant may read.

    Those of a step that can still be sent back wait, as its letters do: sending it back takes them away. A form that
    asks them for staff alone keeps them inside.
    """
    rows = reader.connection.execute(
        select(promise).where(promise.c.case_id == case_id).order_by(promise.c.due_at, promise.c.id)
    )
    for row in reader.opened(case_id, rows):
        if (held is not None and row.made_at >= held.since) or not _public(row.cause, process):
            continue
        state = _state(row, reader.now)
        said = pick(STATES[state], reader.language)
        yield PublicPromise(row.id, row.what, row.made_at, row.due_at, state, said, row.kept_at)


def _public(cause: str, process: CompiledProcess) -> bool:
    """Say whether the form that asked for it lets the complainant read it; True for one of an earlier process."""
    element = process.diagram.elements.get(cause.partition(":")[2])
    form = process.forms.get(element.form or "") if element else None
    fields = form.fields if isinstance(form, Form) else ()
    return all(field.audience == "public" for field in fields if field.name == FIELD)


def _state(row: Any, now: datetime) -> State:
    if row.kept_at is not None:
        return "kept_late" if row.kept_at > row.due_at else "kept"
    return "open" if now < row.due_at else "missed"
