"""A task on the wire: the members that lists have, and beside them the form and what is needed to fill it in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from queries.earlier_forms import EarlierForm
from queries.inbox import TaskItem
from queries.task import FormFiles, ShownFact, TaskView


@dataclass(frozen=True)
class TaskFull(TaskItem):
    """A task alone."""

    form: FormFiles | None
    draft: Mapping[str, Any] | None
    draft_by: str | None
    data: Mapping[str, Any] | None
    done_by: str | None
    done_at: datetime | None
    documentation: str
    decision: bool
    may: tuple[str, ...]
    facts: tuple[ShownFact, ...]
    context: Mapping[str, Any]
    earlier: tuple[EarlierForm, ...]


def in_full(view: TaskView) -> TaskFull:
    """Return the task flat, as clients see it."""
    item = {field.name: getattr(view.task, field.name) for field in fields(TaskItem)}
    rest = {field.name: getattr(view, field.name) for field in fields(TaskView) if field.name != "task"}
    return TaskFull(**item, **rest)
